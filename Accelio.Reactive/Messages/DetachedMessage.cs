namespace Accelio.Reactive;

/// <summary>An ordinary copy of an inbound message on the managed heap: safe anywhere, for ever.</summary>
public sealed class DetachedMessage
{
    /// <summary>Creates a copy; the arrays are taken as they are.</summary>
    public DetachedMessage(byte[] header, byte[] payload, bool lastInBatch = false)
    {
        ArgumentNullException.ThrowIfNull(header);
        ArgumentNullException.ThrowIfNull(payload);
        Header = header;
        Payload = payload;
        LastInBatch = lastInBatch;
    }

    /// <summary>The header.</summary>
    public ReadOnlyMemory<byte> Header { get; }

    /// <summary>The body.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>Whether the sender marked the message as the last of a batch.</summary>
    public bool LastInBatch { get; }
}
