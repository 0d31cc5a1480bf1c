using System.Buffers;
using Accelio.Reactive.Engine;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>
/// One subscription of a cold request: copies and sends it, pushes the answer from the top of the duty cycle, and gives it up when disposed. Not pooled: the subscription refers to it.
/// </summary>
internal sealed class ObservedRequest<T>(SessionCore session, Func<InboundMessage, T> read, IObserver<T> observer) : OutgoingMessage, IDelivery, IDisposable, IMovableMessage
{
    private MessageCore? _answer;
    private Exception? _error;
    private long _copied;
    private ObservedRequest<T>? _same;
    private int _disposed;

    private bool IsDisposed => Volatile.Read(ref _disposed) != 0;

    /// <summary>Copies the message and sends it.</summary>
    public void Start(in OutboundMessage message)
    {
        session.Poller.DemandCaller();
        var isAtHome = session.Poller.IsCurrent;
        Kind = OutgoingKind.Request;
        LastInBatch = (message.Options & MessageOptions.LastInBatch) != 0;
        WantsReceipt = (message.Options & MessageOptions.RequestReceipt) != 0;
        Flags = SessionCore.WireFlags(message.Options, OutgoingKind.Request);
        Id = session.NewId(isAtHome);
        Tag = message.Tag;
        Idempotent = message.Idempotent;
        TimeLimit = message.Timeout is { } limit ? Check.TicksOf(limit) : session.Settings.RequestTimeout;
        var length = SendBudget.LengthOf(message);
        if (session.Copies.TryTake(length))
        {
            _copied = length;
            Copy(message);
        }
        else
        {
            _error = new AccelioException(
                $"The request of {length} bytes was not sent: the copies of {session.Copies.Taken} bytes under way use SendBudget up, {session.Copies.Limit} bytes. "
                + "Have fewer cold requests under way at a time, await RequestAsync, which needs no copy, or raise the option.",
                AccelioStatus.SendQueueOverflow);
        }

        if (isAtHome)
        {
            Submit();
            return;
        }

        if (!session.Poller.Post(new SubmitItem(this)))
        {
            // There is no duty cycle any more that could deliver it.
            ForgetCopy();
            _error = FailureExceptions.Create(new Failure(FailureKind.SessionClosed, AccelioStatus.SessionClosed, "The context of the session was disposed."), connection: null);
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
    public void MoveTo(SessionCore other)
    {
        _same = new ObservedRequest<T>(other, read, observer) { OwnsMemory = true, WasSentBefore = WasSentBefore };
        _same.Start(MovedMessage.Of(this));
        Fail(ConnectionMachine.Draining);
    }

    /// <inheritdoc/>
    public void Deliver()
    {
        var answer = _answer;
        _answer = null;
        if (answer is not null)
        {
            Deliver(new InboundMessage(answer));
        }
        else if (!IsDisposed)
        {
            Guarded.End(session.Context, observer, _error);
        }
    }

    /// <inheritdoc/>
    public override void OnReleased()
    {
        base.OnReleased();
        if (!MayBeSentAgain)
        {
            ForgetCopy();
        }
    }

    /// <inheritdoc/>
    protected override void Completed(MessageCore? answer)
    {
        ForgetCopy();
        _answer = answer;
        session.Context.Deliveries.Add(this);
    }

    /// <inheritdoc/>
    protected override void Failed(in Failure failure)
    {
        if (!IsReferenced)
        {
            ForgetCopy();
        }

        if (_same is null)
        {
            _error = FailureExceptions.Create(failure, Connection);
            session.Context.Deliveries.Add(this);
        }
    }

    private void Deliver(InboundMessage message)
    {
        try
        {
            if (IsDisposed)
            {
                return;
            }

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

            if (Guarded.OnNext(session.Context, observer, value) && !IsDisposed)
            {
                Guarded.End(session.Context, observer, null);
            }
        }
        finally
        {
            message.Dispose();
        }
    }

    private void Submit()
    {
        if (IsDisposed)
        {
            ForgetCopy();
        }
        else if (_error is not null)
        {
            session.Context.Deliveries.Add(this);
        }
        else
        {
            session.Submit(this, via: null);
            if (State == OutgoingState.Sent && !IsReferenced && !MayBeSentAgain)
            {
                // The link has copied it in turn.
                ForgetCopy();
            }
        }
    }

    private void Copy(in OutboundMessage message)
    {
        try
        {
            Header = message.Header.ToArray();
            Body = message.IsRegistered ? message.Hold() : null;
            Payload = new ReadOnlySequence<byte>(Body?.Payload ?? message.Payload.ToArray());
        }
        catch
        {
            ForgetCopy();
            throw;
        }
    }

    private void ForgetCopy()
    {
        ReleaseBody();
        Payload = default;
        Header = default;
        session.Copies.Return(_copied);
        _copied = 0;
    }

    private void EndNow()
    {
        if (_same is not null)
        {
            _same.Dispose();
            return;
        }

        Connection?.EndLocally(this, new Failure(FailureKind.Canceled, AccelioStatus.MessageCanceled, "The subscription was disposed."));
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
