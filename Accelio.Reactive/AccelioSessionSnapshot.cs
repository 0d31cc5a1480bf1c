namespace Accelio.Reactive;

/// <summary>
/// What a session was doing at one moment, summed over the connections that it had then; <see cref="AccelioConnection.GetSnapshot"/> tells more of each. Taken by
/// <see cref="AccelioSession.GetSnapshot"/>. Taken on another thread than the context's, the figures need not be of exactly the same moment.
/// </summary>
public readonly record struct AccelioSessionSnapshot
{
    /// <summary>Where the session is.</summary>
    public SessionState State { get; init; }

    /// <summary>Connections at present.</summary>
    public int Connections { get; init; }

    /// <summary>Messages accepted for sending that wait for a window or a link.</summary>
    public int QueuedMessages { get; init; }

    /// <summary>Bytes of those, headers and bodies.</summary>
    public long QueuedBytes { get; init; }

    /// <summary>Messages that arrived and whose leases have not ended.</summary>
    public long HeldMessages { get; init; }

    /// <summary>Bytes of those, headers and bodies.</summary>
    public long HeldBytes { get; init; }

    /// <summary>Handlers of the peer's requests that have begun and not ended.</summary>
    public int RunningHandlers { get; init; }

    /// <summary>Requests and one-way messages handed to links so far.</summary>
    public long SentMessages { get; init; }

    /// <summary>Bytes of those, headers and bodies.</summary>
    public long SentBytes { get; init; }

    /// <summary>Requests and one-way messages that arrived so far.</summary>
    public long ReceivedMessages { get; init; }

    /// <summary>Bytes of those, headers and bodies.</summary>
    public long ReceivedBytes { get; init; }

    /// <summary>Bytes copied by cold requests and <c>TrySend</c> that are still under way, out of <see cref="AccelioPeerOptions.SendBudget"/>.</summary>
    public long CopiedBytes { get; init; }

    /// <summary>The sum of both, in the state of this.</summary>
    internal AccelioSessionSnapshot Plus(in AccelioSessionSnapshot other) => new()
    {
        State = State,
        Connections = Connections + other.Connections,
        QueuedMessages = QueuedMessages + other.QueuedMessages,
        QueuedBytes = QueuedBytes + other.QueuedBytes,
        HeldMessages = HeldMessages + other.HeldMessages,
        HeldBytes = HeldBytes + other.HeldBytes,
        RunningHandlers = RunningHandlers + other.RunningHandlers,
        SentMessages = SentMessages + other.SentMessages,
        SentBytes = SentBytes + other.SentBytes,
        ReceivedMessages = ReceivedMessages + other.ReceivedMessages,
        ReceivedBytes = ReceivedBytes + other.ReceivedBytes,
        CopiedBytes = CopiedBytes + other.CopiedBytes,
    };
}
