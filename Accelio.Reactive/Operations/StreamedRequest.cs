using System.Buffers;
using Accelio.Reactive.Engine;

namespace Accelio.Reactive;

/// <summary>One of the requests that a <see cref="RequestRun{TSource,TResult}"/> keeps in flight; used for one item after the other. Context only.</summary>
internal sealed class StreamedRequest<TSource, TResult> : OutgoingMessage, IMovableMessage
{
    private readonly RequestRun<TSource, TResult> _run;
    private TSource _item = default!;
    private TResult? _result;
    private bool _isKept;

    // While another part of the session sends the present item's request: gives that up.
    private Action? _giveUpElsewhere;

    public StreamedRequest(RequestRun<TSource, TResult> run, int place)
    {
        _run = run;
        Place = place;
        IsLocal = true;
        OwnsMemory = true;
        Kind = OutgoingKind.Request;
    }

    /// <summary>Which of the run's it is, from 0.</summary>
    public int Place { get; }

    /// <summary>Why there is no result.</summary>
    public Exception? Error { get; private set; }

    /// <summary>Whether the next item may use it.</summary>
    public bool IsReusable => !IsReferenced;

    /// <summary>The result, once.</summary>
    public TResult TakeResult()
    {
        var result = _result!;
        _result = default;
        return result;
    }

    /// <summary>Sends the request for an item. What the message's memory throws is thrown here, and nothing was sent.</summary>
    public void Send(TSource item, in OutboundMessage message)
    {
        Reset();
        var session = _run.Session;
        _item = item;
        Id = session.NewId(isAtHome: true);
        Tag = message.Tag;
        Idempotent = message.Idempotent;
        TimeLimit = message.Timeout is { } limit ? Check.TicksOf(limit) : session.Settings.RequestTimeout;
        if (message.Options != MessageOptions.None)
        {
            Flags = SessionCore.WireFlags(message.Options, OutgoingKind.Request);
            LastInBatch = (message.Options & MessageOptions.LastInBatch) != 0;
            WantsReceipt = (message.Options & MessageOptions.RequestReceipt) != 0;
        }

        if (session.Usable is { CanSendNow: true } connection && connection.IsCopied(message.PayloadLength) && !message.IsRegistered)
        {
            connection.SubmitNow(this, message);
        }
        else
        {
            Connection = null;
            Keep(message);
            session.Submit(this, via: null);
        }
    }

    /// <summary>Gives the request up, if it is under way.</summary>
    public void GiveUp()
    {
        if (_giveUpElsewhere is not null)
        {
            _giveUpElsewhere();
        }
        else if (Connection is { } connection)
        {
            connection.EndLocally(this, new Failure(FailureKind.Canceled, AccelioStatus.MessageCanceled, "The subscription of its stream has ended."));
            StopTimer();
        }
    }

    /// <inheritdoc/>
    public void MoveTo(SessionCore other)
    {
        var message = MovedMessage.Of(this);
        var body = Body;
        Body = null;
        _ = GoOnAsync(other, message, body);
    }

    /// <inheritdoc/>
    public override void OnReleased()
    {
        base.OnReleased();
        Forget();
    }

    /// <inheritdoc/>
    protected override void Completed(MessageCore? answer)
    {
        if (!IsReferenced)
        {
            Forget();
        }

        var version = answer!.Version;
        try
        {
            _result = _run.Read(_item, new InboundMessage(answer, version));
        }
        catch (Exception exception)
        {
            Error = exception;
        }

        answer.ReleaseAtHome(version);
        _run.OnEnded(this);
    }

    /// <inheritdoc/>
    protected override void Failed(in Failure failure)
    {
        if (_giveUpElsewhere is not null)
        {
            return;
        }

        if (!IsReferenced)
        {
            Forget();
        }

        Error = FailureExceptions.Create(failure, Connection);
        _run.OnEnded(this);
    }

    // The caller sees nothing of it: the await comes back to this context, and the answer is read here.
    private async Task GoOnAsync(SessionCore other, OutboundMessage message, HeldBody? body)
    {
        using var givenUp = new CancellationTokenSource();
        _giveUpElsewhere = givenUp.Cancel;
        var same = RequestOperation.Rent(other.Context, other.Poller.IsCurrent);
        same.WasSentBefore = WasSentBefore;
        Fail(ConnectionMachine.Draining);
        try
        {
            using var answer = await same.Start(other, via: null, message, Kind, Id, givenUp.Token).ConfigureAwait(false);
            givenUp.Token.ThrowIfCancellationRequested();
            _result = _run.Read(_item, answer);
        }
        catch (Exception exception)
        {
            Error = exception;
        }

        body?.Release();
        Forget();
        _giveUpElsewhere = null;
        if (_run.Session.Poller.IsCurrent)
        {
            _run.OnEnded(this);
        }
        else
        {
            _run.EndStopped();
        }
    }

    // The message cannot leave at once, and the caller has no task that would say when its memory is free again.
    private void Keep(in OutboundMessage message)
    {
        _isKept = true;
        if (message.IsRegistered)
        {
            Header = message.Header.ToArray();
            Body = message.Hold();
        }
        else
        {
            Body = SlabBody.Copy(_run.Session.Poller.Memory, message.Header, message.Payload, out var header);
            Header = header;
        }

        Payload = new ReadOnlySequence<byte>(Body.Payload);
    }

    private void Forget()
    {
        if (!_isKept)
        {
            return;
        }

        _isKept = false;
        ReleaseBody();
        Payload = default;
        Header = default;
    }
}
