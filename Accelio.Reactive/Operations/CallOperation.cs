using System.Buffers;
using Accelio.Reactive.Engine;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>
/// A message whose sender awaits: joins the engine's outgoing message with a completion, the way to the context, and cancellation. Pooled: goes back when its result was taken.
/// </summary>
internal abstract class CallOperation<TResult> : OutgoingMessage, ICompletionOwner, IMovableMessage
{
    private readonly Completion<TResult> _completion;
    private readonly SubmitItem _submit;
    private readonly CancelItem _cancel;
    private CancellationTokenRegistration _registration;
    private CancellationToken _token;
    private PollerContext? _home;
    private SessionCore? _session;
    private ConnectionMachine? _via;
    private BatchCore? _batch;
    private bool _isMoving;
    private bool _registered;
    private bool _kept;
    private int _cancelPosted;
    private bool _reusable = true;

    protected CallOperation()
    {
        _completion = new Completion<TResult>(this);
        _submit = new SubmitItem(this);
        _cancel = new CancelItem(this);
    }

    /// <inheritdoc/>
    Poller? ICompletionOwner.Poller => _home?.Poller ?? _session?.Poller;

    /// <inheritdoc/>
    internal sealed override bool IsBound => _via is not null;

    /// <summary>Fills the message in and sends it, on the connection given or on one that the session chooses: at once on the session's context, else by way of its mailbox.</summary>
    public ValueTask<TResult> Start(SessionCore session, ConnectionMachine? via, in OutboundMessage message, OutgoingKind kind, MessageId id, CancellationToken token)
    {
        HoldRegistered(message);
        Kind = kind;
        Id = id;
        Tag = message.Tag;
        TimeLimit = message.Timeout is { } limit ? Check.TicksOf(limit) : session.Settings.RequestTimeout;
        Flags = SessionCore.WireFlags(message.Options, kind);
        Idempotent = message.Idempotent;
        if (message.Options != MessageOptions.None)
        {
            LastInBatch = (message.Options & MessageOptions.LastInBatch) != 0;
            WantsReceipt = kind != OutgoingKind.Deliver && (message.Options & MessageOptions.RequestReceipt) != 0;
            _completion.ContinuesOn = (message.Options & MessageOptions.ContinueInline) != 0 ? session.Poller : null;
        }

        var task = _completion.Task;
        if (IsLocal && !token.CanBeCanceled && _batch is null && (via ?? session.Usable) is { CanSendNow: true } connection && connection.IsCopied(message.PayloadLength) && !message.IsRegistered)
        {
            // The common case: the bytes leave before this call returns, so nothing of the message need be kept.
            if (!message.ResponseBuffer.IsEmpty)
            {
                ResponseBuffer = message.ResponseBuffer;
            }

            connection.SubmitNow(this, message);
        }
        else
        {
            session.Poller.DemandCaller();
            Keep(session, via, message, token);
            if (token.IsCancellationRequested)
            {
                FailUnsent();
            }
            else
            {
                Dispatch();
            }
        }

        return task;
    }

    /// <summary>The same for a message of a batch.</summary>
    public ValueTask<TResult> Start(SessionCore session, BatchCore batch, in OutboundMessage message, OutgoingKind kind, MessageId id, CancellationToken token)
    {
        session.Poller.DemandCaller();
        HoldRegistered(message);
        _batch = batch;
        batch.Add(this, id);
        return Start(session, via: null, message, kind, id, token);
    }

    // Before anything else: throws when the memory was disposed of, and then nothing has begun.
    private void HoldRegistered(in OutboundMessage message)
    {
        if (message.IsRegistered)
        {
            Body ??= message.Hold();
        }
    }

    private void Keep(SessionCore session, ConnectionMachine? via, in OutboundMessage message, CancellationToken token)
    {
        _kept = true;
        _session = session;
        _via = via;
        Payload = message.IsRegistered ? new ReadOnlySequence<byte>(Body!.Payload) : message.Payload;
        Header = message.Header;
        ResponseBuffer = message.ResponseBuffer;
        if (token.CanBeCanceled)
        {
            _token = token;
            _registered = true;
        }
    }

    private void Dispatch()
    {
        if (IsLocal)
        {
            Submit();
            return;
        }

        if (!_session!.Poller.Post(_submit))
        {
            Failed(new Failure(FailureKind.SessionClosed, AccelioStatus.SessionClosed, "The context of the session was disposed."));
        }
    }

    /// <summary>The operation stays with the context it was made on, for as long as it lives. Once, by the maker.</summary>
    protected void StayWith(PollerContext context)
    {
        IsLocal = true;
        _home = context;
        _completion.Home = context.Poller;
    }

    /// <inheritdoc/>
    public void OnConsumed(bool atHome)
    {
        if (_reusable && (atHome || _home is null || _home.Poller.IsCurrent))
        {
            Reset();
            ReturnToPool(_home);
        }
    }

    /// <inheritdoc/>
    void IMovableMessage.MoveTo(SessionCore other)
    {
        var same = RentSame();
        if (_batch is { } batch)
        {
            same._batch = batch.Move(same, Id, other);
            if (same._batch is null)
            {
                FailAborted();
                return;
            }

            _batch = null;
        }

        var message = MovedMessage.Of(this);
        same.WasSentBefore = WasSentBefore;
        same.Body = Body;
        Body = null;
        _isMoving = true;
        Fail(ConnectionMachine.Draining);
        _ = GoOnAsync(same, other, message);
    }

    /// <summary>An operation for all threads that asks the same.</summary>
    protected abstract CallOperation<TResult> RentSame();

    /// <summary>Puts the operation back: to the context it stays with, or to all threads.</summary>
    protected abstract void ReturnToPool(PollerContext? home);

    /// <summary>What the caller gets; exceptions thrown here are his.</summary>
    protected abstract TResult ToResult(MessageCore? answer);

    /// <inheritdoc/>
    protected sealed override void Completed(MessageCore? answer)
    {
        Unregister();
        LeaveBatch();
        TResult result;
        try
        {
            result = ToResult(answer);
        }
        catch (Exception exception)
        {
            _completion.SetException(exception);
            return;
        }

        _completion.SetResult(result);
    }

    /// <inheritdoc/>
    protected sealed override void Failed(in Failure failure)
    {
        Unregister();
        LeaveBatch();
        ReleaseBody();
        if (_isMoving)
        {
            return;
        }

        _completion.SetException(FailureExceptions.Create(WasSentBefore ? failure with { MayHaveExecuted = true } : failure, Connection, _token));
    }

    /// <inheritdoc/>
    protected override void Reset()
    {
        base.Reset();
        Connection = null;
        if (_kept)
        {
            _kept = false;
            Payload = default;
            Header = default;
            _token = default;
            _session = null;
            _via = null;
        }
    }

    private async Task GoOnAsync(CallOperation<TResult> same, SessionCore other, OutboundMessage message)
    {
        try
        {
            var result = await same.Start(other, via: null, message, Kind, Id, _token).ConfigureAwait(false);
            _isMoving = false;
            _completion.SetResult(result);
        }
        catch (Exception exception)
        {
            _isMoving = false;
            _completion.SetException(exception);
        }
    }

    private void Submit()
    {
        if (_batch is { IsAborted: true })
        {
            _registered = false;
            FailAborted();
            return;
        }

        if (_registered)
        {
            if (_token.IsCancellationRequested)
            {
                FailUnsent();
                return;
            }

            // Registered on the context, after which Submit must not touch a token that has fired already: the callback only posts.
            _registration = _token.UnsafeRegister(static (state, _) => ((CallOperation<TResult>)state!).OnCanceled(), this);
        }

        _session!.Submit(this, _via);
    }

    private void LeaveBatch(AbortOutcome outcome = AbortOutcome.AlreadyAnswered)
    {
        if (_batch is { } batch)
        {
            _batch = null;
            batch.Remove(Id, outcome);
        }
    }

    private void FailAborted()
    {
        LeaveBatch(AbortOutcome.NotSent);
        Fail(new Failure(FailureKind.Aborted, AccelioStatus.MessageCanceled, "The batch of the message was aborted before it was sent."));
    }

    private void FailUnsent()
    {
        _registered = false;
        Failed(new Failure(FailureKind.Canceled, AccelioStatus.MessageCanceled, "The call was canceled before the message was sent."));
    }

    private void Unregister()
    {
        if (!_registered)
        {
            return;
        }

        _registered = false;
        if (!_registration.Unregister())
        {
            // The callback has run or is running: it still refers to this operation, which therefore serves no other call.
            _reusable = false;
            StopTimer();
        }

        _registration = default;
    }

    private void OnCanceled()
    {
        if (Interlocked.Exchange(ref _cancelPosted, 1) == 0)
        {
            _session?.Poller.Post(_cancel);
        }
    }

    private void CancelNow()
    {
        Connection?.EndLocally(this, new Failure(FailureKind.Canceled, AccelioStatus.MessageCanceled, "The call was canceled by its token."));
    }

    private sealed class SubmitItem(CallOperation<TResult> operation) : WorkItem
    {
        /// <inheritdoc/>
        public override void Execute() => operation.Submit();
    }

    private sealed class CancelItem(CallOperation<TResult> operation) : WorkItem
    {
        /// <inheritdoc/>
        public override void Execute() => operation.CancelNow();
    }
}
