namespace Accelio.Reactive.Engine;

/// <content>What the connection is doing, for those who look from outside.</content>
internal sealed partial class ConnectionMachine
{
    private long _sentBytes;
    private long _receivedMessages;
    private long _receivedBytes;
    private long _directOperations;
    private long _directBytes;

    /// <summary>What the peer lets this side send.</summary>
    internal (long Messages, long Bytes) Credit => (_send.Messages, _send.Bytes);

    /// <summary>The window for the peer.</summary>
    internal (long Messages, long Bytes) Window => (_receive.Messages, _receive.Bytes);

    /// <summary>What of the window the peer may still use.</summary>
    internal (long Messages, long Bytes) Granted => (_receive.OutstandingMessages, _receive.OutstandingBytes);

    /// <summary>What of the window is free and the peer has not been told.</summary>
    internal (long Messages, long Bytes) Owed => (_receive.OwedMessages, _receive.OwedBytes);

    /// <summary>The device has moved bytes to or from memory of the peer.</summary>
    internal void CountDirect(int bytes)
    {
        _directOperations++;
        _directBytes += bytes;
    }

    /// <summary>The figures of the moment. Any thread: nothing here is more than a counter that the poller writes.</summary>
    public AccelioConnectionSnapshot GetSnapshot()
    {
        var send = _send;
        return new AccelioConnectionSnapshot
        {
            State = State switch
            {
                ConnectionState.Connecting => SessionState.Connecting,
                ConnectionState.Online or ConnectionState.Suspended or ConnectionState.Frozen => SessionState.Established,
                ConnectionState.Closed => SessionState.Closed,
                _ => SessionState.Closing,
            },
            SendWindowMessages = send.Messages,
            SendWindowBytes = send.Bytes,
            ReceiveWindowMessages = _receive.Messages,
            ReceiveWindowBytes = _receive.Bytes,
            HeldMessages = _receive.HeldMessages,
            HeldBytes = _receive.HeldBytes,
            QueuedMessages = QueuedMessages,
            QueuedBytes = QueuedBytes,
            LinkQueuedBytes = Machine.HasLink ? Link.QueuedBytes : 0,
            Unanswered = Tasks.Count,
            RunningHandlers = _handlersAtWork,
            IsReadingPaused = _pausesLink,
            SentMessages = (long)_nextSerial,
            SentBytes = _sentBytes,
            ReceivedMessages = _receivedMessages,
            ReceivedBytes = _receivedBytes,
            DirectOperations = _directOperations,
            DirectBytes = _directBytes,
            Silence = Machine.HasLink ? TimeSpan.FromTicks(Math.Max(0, Machine.Poller.ReadTime() - Link.LastReceived)) : TimeSpan.Zero,
        };
    }
}
