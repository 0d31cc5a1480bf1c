using Accelio.Reactive.Engine;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>One subscription of a cold request: sends it, pushes the answer from the top of the duty cycle, and ends it when disposed. Not pooled: the subscription refers to it.</summary>
internal sealed class ObservedRequest<T>(SessionCore session, Func<InboundMessage, T> read, IObserver<T> observer) : OutgoingMessage, IDelivery, IDisposable
{
    private MessageCore? _answer;
    private Exception? _error;
    private int _disposed;

    /// <summary>Sends the request; its memory must stay as it is.</summary>
    public void Start(in OutboundMessage message, MessageId id)
    {
        Payload = message.Payload;
        Header = message.Header;
        ResponseBuffer = message.ResponseBuffer;
        LastInBatch = (message.Options & MessageOptions.LastInBatch) != 0;
        WantsReceipt = (message.Options & MessageOptions.RequestReceipt) != 0;
        Flags = SessionCore.WireFlags(message.Options, OutgoingKind.Request);
        Kind = OutgoingKind.Request;
        Id = id;
        TimeLimit = message.Timeout is { } limit ? Check.TicksOf(limit) : session.Settings.RequestTimeout;
        if (session.Poller.IsCurrent)
        {
            Submit();
        }
        else if (!session.Poller.Post(new SubmitItem(this)))
        {
            // There is no duty cycle any more that could deliver it.
            _error = FailureExceptions.Create(new Failure(FailureKind.SessionClosed, AccelioStatus.SessionClosed, "The context of the session was disposed."));
            Deliver();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        if (session.Poller.IsCurrent)
        {
            EndNow();
        }
        else
        {
            session.Poller.Post(new EndItem(this));
        }
    }

    /// <inheritdoc/>
    public void Deliver()
    {
        if (_answer is null)
        {
            if (Volatile.Read(ref _disposed) == 0)
            {
                Guarded.End(session.Context, observer, _error);
            }

            return;
        }

        var message = new InboundMessage(_answer);
        _answer = null;
        if (Volatile.Read(ref _disposed) != 0)
        {
            message.Dispose();
            return;
        }

        try
        {
            T value;
            try
            {
                value = read(message);
            }
            catch (Exception exception)
            {
                Guarded.End(session.Context, observer, exception);
                return;
            }

            if (Guarded.OnNext(session.Context, observer, value))
            {
                Guarded.End(session.Context, observer, null);
            }
        }
        finally
        {
            message.Dispose();
        }
    }

    /// <inheritdoc/>
    protected override void Completed(MessageCore? answer)
    {
        answer!.Session = session;
        _answer = answer;
        session.Context.Deliveries.Add(this);
    }

    /// <inheritdoc/>
    protected override void Failed(in Failure failure)
    {
        _error = FailureExceptions.Create(failure);
        session.Context.Deliveries.Add(this);
    }

    private void Submit()
    {
        if (Volatile.Read(ref _disposed) == 0)
        {
            session.Submit(this, via: null);
        }
    }

    private void EndNow()
    {
        if (State is OutgoingState.Queued or OutgoingState.Sent)
        {
            Connection?.EndLocally(this, new Failure(FailureKind.Canceled, AccelioStatus.MessageCanceled, "The subscription was disposed."));
        }
    }

    private sealed class SubmitItem(ObservedRequest<T> request) : WorkItem
    {
        /// <inheritdoc/>
        public override void Execute() => request.Submit();
    }

    private sealed class EndItem(ObservedRequest<T> request) : WorkItem
    {
        /// <inheritdoc/>
        public override void Execute() => request.EndNow();
    }
}
