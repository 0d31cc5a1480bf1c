namespace Accelio.Reactive;

/// <summary>
/// What a connection was doing at one moment: what to look at when something hangs. Taken by <see cref="AccelioConnection.GetSnapshot"/>, and carried by <see cref="AccelioException.Snapshot"/>.
/// Taken on another thread than the context's, the figures need not be of exactly the same moment.
/// </summary>
public readonly record struct AccelioConnectionSnapshot
{
    /// <summary>Where the connection is.</summary>
    public SessionState State { get; init; }

    /// <summary>Messages that the peer takes at present: at 0 or below, what is sent waits for the peer's consumers.</summary>
    public long SendWindowMessages { get; init; }

    /// <summary>Bytes that the peer takes at present; below 0 while a message longer than the window is outstanding.</summary>
    public long SendWindowBytes { get; init; }

    /// <summary>Messages that the peer may have here at a time.</summary>
    public long ReceiveWindowMessages { get; init; }

    /// <summary>Bytes that the peer may have here at a time.</summary>
    public long ReceiveWindowBytes { get; init; }

    /// <summary>Messages that arrived and whose leases have not ended: at <see cref="ReceiveWindowMessages"/> the consumers here stop the peer.</summary>
    public long HeldMessages { get; init; }

    /// <summary>Bytes of those, headers and bodies.</summary>
    public long HeldBytes { get; init; }

    /// <summary>Messages accepted for sending that wait for the peer's window or for the link.</summary>
    public int QueuedMessages { get; init; }

    /// <summary>Bytes of those, headers and bodies.</summary>
    public long QueuedBytes { get; init; }

    /// <summary>Bytes that the link has taken and the system or the peer has not; of the whole link, which sessions may share.</summary>
    public long LinkQueuedBytes { get; init; }

    /// <summary>Requests, receipts and signs of life that were sent and wait for the peer's answer; of the whole link, which sessions may share.</summary>
    public int Unanswered { get; init; }

    /// <summary>Handlers of the peer's requests that have begun and not ended.</summary>
    public int RunningHandlers { get; init; }

    /// <summary>Whether the link is not read, because consumers here hold too much that a peer without flow control has sent.</summary>
    public bool IsReadingPaused { get; init; }

    /// <summary>Requests and one-way messages handed to the link so far.</summary>
    public long SentMessages { get; init; }

    /// <summary>Bytes of those, headers and bodies.</summary>
    public long SentBytes { get; init; }

    /// <summary>Requests and one-way messages that arrived so far.</summary>
    public long ReceivedMessages { get; init; }

    /// <summary>Bytes of those, headers and bodies.</summary>
    public long ReceivedBytes { get; init; }

    /// <summary>Reads and writes of the peer's memory that the device did so far, no more than 256 KiB each; 0 where they go by messages.</summary>
    public long DirectOperations { get; init; }

    /// <summary>Bytes of those.</summary>
    public long DirectBytes { get; init; }

    /// <summary>For how long nothing of the peer has arrived on the link, by the context's clock.</summary>
    public TimeSpan Silence { get; init; }
}
