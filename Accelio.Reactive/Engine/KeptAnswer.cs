using System.Buffers;

namespace Accelio.Reactive.Engine;

/// <summary>A copy of an answer, or of a receipt.</summary>
internal sealed class KeptAnswer(ulong serial, uint status, byte[] header, byte[] body, bool accepted)
{
    // What an answer takes beside its bytes, roughly.
    private const int Overhead = 128;

    /// <summary>The serial number of the request.</summary>
    public ulong Serial => serial;

    /// <summary>The status; 0 for success.</summary>
    public uint Status => status;

    /// <summary>The user header.</summary>
    public ReadOnlySpan<byte> Header => header;

    /// <summary>The body.</summary>
    public ReadOnlySequence<byte> Body => new(body);

    /// <summary>What the receipt says.</summary>
    public bool Accepted => accepted;

    /// <summary>Bytes it takes.</summary>
    public long Length => Overhead + header.Length + body.Length;
}
