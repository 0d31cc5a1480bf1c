using Accelio.Native.Linux;
using Xunit;

namespace Accelio.Reactive.Tests.Tcp;

/// <summary>One stream of a <see cref="ScriptedLink"/>.</summary>
internal sealed unsafe class ScriptedStream
{
    /// <summary>What has arrived and was not received.</summary>
    public ByteList Incoming { get; } = new();

    /// <summary>What was sent.</summary>
    public ByteList Outgoing { get; } = new();

    /// <summary>Most bytes per receive.</summary>
    public int Piece { get; set; } = int.MaxValue;

    /// <summary>Most bytes per send.</summary>
    public int SendPiece { get; set; } = int.MaxValue;

    /// <summary>Bytes that may still be sent before the stream blocks.</summary>
    public long Room { get; set; } = long.MaxValue;

    /// <summary>What a receive answers when there are no bytes: null would block, 0 the end, else an error.</summary>
    public int? End { get; set; }

    /// <summary>What a send answers; null for success.</summary>
    public int? SendError { get; set; }

    public bool WantsRead { get; set; } = true;

    public bool WantsWrite { get; set; }

    public bool IsMarked { get; set; }

    public int Sends { get; private set; }

    public bool HasSomethingToSay => Incoming.Length > 0 || End.HasValue;

    public int Receive(IoVector* vectors, int count, int wouldBlock)
    {
        if (Incoming.Length == 0)
        {
            return End ?? wouldBlock;
        }

        var total = 0;
        for (var i = 0; i < count; i++)
        {
            Assert.True(vectors[i].Length > 0, "an empty piece to receive into");
            var length = (int)Math.Min((ulong)Math.Min(Incoming.Length, Piece - total), vectors[i].Length);
            Incoming.Span[..length].CopyTo(new Span<byte>(vectors[i].Base, length));
            Incoming.Drop(length);
            total += length;
        }

        return total;
    }

    public int Send(IoVector* vectors, int count, int wouldBlock)
    {
        Sends++;
        if (SendError is { } error)
        {
            return error;
        }

        var total = 0;
        for (var i = 0; i < count; i++)
        {
            Assert.True(vectors[i].Length > 0, "an empty piece to send");
            var length = (int)Math.Min((ulong)Math.Min(Room, SendPiece - total), vectors[i].Length);
            Outgoing.Append(new ReadOnlySpan<byte>(vectors[i].Base, length));
            Room -= length;
            total += length;
        }

        return total == 0 ? wouldBlock : total;
    }
}
