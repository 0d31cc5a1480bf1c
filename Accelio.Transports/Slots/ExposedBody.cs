using System.Buffers;
using Accelio.Transports.Memory;

namespace Accelio.Transports.Slots;

/// <summary>A body that the peer may fetch until it says that it has it: pinned memory of the sender, or a copy.</summary>
internal sealed unsafe class ExposedBody
{
    /// <summary>What is released when the body is no longer needed; null for a copy.</summary>
    public SendToken? Token { get; private set; }

    /// <summary>Length in bytes; 0 while the place is free.</summary>
    public long Length { get; private set; }

    /// <summary>Tells this use of the place from earlier ones.</summary>
    public byte Generation { get; private set; }

    /// <summary>The copy, if it is one.</summary>
    public Slab? Copy { get; private set; }

    /// <summary>Exposes pinned memory.</summary>
    public void Refer(in ReadOnlySequence<byte> body, SendToken token)
    {
        token.Pin(body);
        Token = token;
        Length = body.Length;
    }

    /// <summary>Exposes a copy.</summary>
    public void CopyFrom(in OutboundFrame frame, Slab memory)
    {
        Copy = memory;
        Length = frame.BodyLength;
        frame.CopyBodyTo(new Span<byte>(memory.Pointer, checked((int)Length)));
    }

    /// <summary>Reads a piece; the caller has checked that it lies inside.</summary>
    public void Read(long position, Span<byte> destination)
    {
        if (Copy is { } copy)
        {
            new ReadOnlySpan<byte>(copy.Pointer + position, destination.Length).CopyTo(destination);
            return;
        }

        for (var i = 0; !destination.IsEmpty; i++)
        {
            var length = Token!.LengthOf(i);
            if (position >= length)
            {
                position -= length;
                continue;
            }

            var count = (int)Math.Min(length - position, destination.Length);
            new ReadOnlySpan<byte>(Token[i] + position, count).CopyTo(destination);
            destination = destination[count..];
            position = 0;
        }
    }

    /// <summary>Ends the exposure; the copy is given back. Returns the token to release, if any.</summary>
    public SendToken? Withdraw()
    {
        var token = Token;
        Copy?.Release();
        Copy = null;
        Token = null;
        Length = 0;
        Generation++;
        return token;
    }
}
