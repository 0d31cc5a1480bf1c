using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using Accelio.Reactive.Engine;
using Accelio.Transports;

namespace Accelio.Reactive;

/// <content>Requests and one-way messages of this side.</content>
internal sealed partial class SessionCore
{
    /// <inheritdoc/>
    public override ValueTask<InboundMessage> RequestAsync(in OutboundMessage message, out MessageId id, CancellationToken cancellationToken = default) =>
        RequestAsync(via: null, message, out id, cancellationToken);

    /// <inheritdoc/>
    public override IObservable<T> Request<T>(OutboundMessage message, Func<InboundMessage, T> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        CheckColdMessage(message);
        return new ColdRequest<T>(this, message, read);
    }

    /// <inheritdoc/>
    public override IObservable<DetachedMessage> Request(OutboundMessage message) => Request(message, static answer => answer.Detach());

    /// <inheritdoc/>
    public override IObservable<TResult> RequestEach<TSource, TResult>(
        IEnumerable<TSource> source, int concurrency, Func<TSource, OutboundMessage> write, Func<TSource, InboundMessage, TResult> read)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfLessThan(concurrency, 1);
        ArgumentNullException.ThrowIfNull(write);
        ArgumentNullException.ThrowIfNull(read);
        return new RequestStream<TSource, TResult>(this, source, concurrency, write, read);
    }

    /// <inheritdoc/>
    public override ValueTask<MessageId> SendAsync(in OutboundMessage message, CancellationToken cancellationToken = default) =>
        SendAsync(via: null, message, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<MessageId> SendAsync<TState>(
        TState state, Action<TState, IBufferWriter<byte>> write, CancellationToken cancellationToken = default) =>
        SendAsync(via: null, state, write, cancellationToken);

    /// <inheritdoc/>
    public override bool TrySend(in OutboundMessage message, out MessageId id) => TrySend(via: null, message, out id);

    /// <inheritdoc/>
    public override ValueTask<DeliveryReceipt> DeliverAsync(in OutboundMessage message, CancellationToken cancellationToken = default) =>
        DeliverAsync(via: null, message, cancellationToken);

    /// <summary>Sends a request, on the connection given or on one of the session's choice.</summary>
    internal ValueTask<T> RequestAsync<T>(ConnectionMachine? via, in OutboundMessage message, Func<InboundMessage, T> read, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(read);
        CheckMessage(message);
        var isAtHome = Poller.IsCurrent;
        var operation = ReadRequestOperation<T>.Rent(Context, isAtHome);
        operation.Read = read;
        return operation.Start(this, via, message, OutgoingKind.Request, NewId(isAtHome), cancellationToken);
    }

    /// <summary>Asks for memory that the peer shares; the length of the answer's body.</summary>
    internal ValueTask<int> RequestAsync(ConnectionMachine via, in OutboundMessage message, RemoteRequest remote, CancellationToken cancellationToken)
    {
        CheckMessage(message);
        var isAtHome = Poller.IsCurrent;
        var operation = ReadRequestOperation<int>.Rent(Context, isAtHome);
        operation.Read = static answer => answer.PayloadLength;
        operation.Remote = remote;
        return operation.Start(this, via, message, OutgoingKind.Request, NewId(isAtHome), cancellationToken);
    }

    /// <summary>Sends a request whose answer the caller owns, on the connection given or on one of the session's choice.</summary>
    internal ValueTask<InboundMessage> RequestAsync(ConnectionMachine? via, in OutboundMessage message, out MessageId id, CancellationToken cancellationToken)
    {
        CheckMessage(message);
        var isAtHome = Poller.IsCurrent;
        id = NewId(isAtHome);
        var operation = RequestOperation.Rent(Context, isAtHome);
        operation.Holder = Context.Messages.Ledger is { IsAuditing: true } ? LeaseLedger.FindCaller() : null;
        return operation.Start(this, via, message, OutgoingKind.Request, id, cancellationToken);
    }

    /// <summary>Sends a one-way message, on the connection given or on one of the session's choice.</summary>
    internal ValueTask<MessageId> SendAsync(ConnectionMachine? via, in OutboundMessage message, CancellationToken cancellationToken)
    {
        CheckMessage(message);
        var isAtHome = Poller.IsCurrent;
        if (isAtHome && !cancellationToken.IsCancellationRequested && TrySendNow(via, message, copy: false, out var sent))
        {
            return new ValueTask<MessageId>(sent);
        }

        return SendOperation.Rent(Context, isAtHome).Start(this, via, message, OutgoingKind.OneWay, NewId(isAtHome), cancellationToken);
    }

    /// <summary>Sends a one-way message whose body is written by a callback, on the connection given or on one of the session's choice.</summary>
    internal ValueTask<MessageId> SendAsync<TState>(
        ConnectionMachine? via, TState state, Action<TState, IBufferWriter<byte>> write, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(write);
        var writer = SlabWriter.Begin(Context, _options.MaxMessageLength);
        try
        {
            write(state, writer);
        }
        catch
        {
            writer.Abandon();
            throw;
        }

        var body = writer.End();
        var message = new OutboundMessage(body?.Payload ?? default);
        var isAtHome = Poller.IsCurrent;
        var operation = SendOperation.Rent(Context, isAtHome);
        operation.Body = body;
        return operation.Start(this, via, message, OutgoingKind.OneWay, NewId(isAtHome), cancellationToken);
    }

    /// <summary>Sends a one-way message if it can be admitted at once, on the connection given or on one of the session's choice.</summary>
    internal bool TrySend(ConnectionMachine? via, in OutboundMessage message, out MessageId id)
    {
        CheckMessage(message);
        id = default;
        if (_state != SessionState.Established)
        {
            return false;
        }

        if (Poller.IsCurrent)
        {
            return TrySendNow(via, message, copy: true, out id);
        }

        // From elsewhere the window cannot be seen: the bytes on their way to the context stand in for it.
        var length = SendBudget.LengthOf(message);
        if (!Copies.TryTake(length))
        {
            return false;
        }

        var isPosted = false;
        try
        {
            id = NewId(isAtHome: false);
            isPosted = new PostedMessage(this, via, message, id).TryPost();
        }
        finally
        {
            if (!isPosted)
            {
                Copies.Return(length);
            }
        }

        return isPosted;
    }

    /// <summary>Sends a one-way message and waits for its receipt, on the connection given or on one of the session's choice.</summary>
    internal ValueTask<DeliveryReceipt> DeliverAsync(ConnectionMachine? via, in OutboundMessage message, CancellationToken cancellationToken)
    {
        CheckMessage(message);
        var isAtHome = Poller.IsCurrent;
        return DeliverOperation.Rent(Context, isAtHome).Start(this, via, message, OutgoingKind.Deliver, NewId(isAtHome), cancellationToken);
    }

    /// <summary>Hands a message to the connection given, or to one of the session's choice. Context only.</summary>
    internal void Submit(OutgoingMessage message, ConnectionMachine? via)
    {
        var usable = via ?? Usable;
        if (via is null && _whole is not null && usable is not { IsTaking: true } && message is IMovableMessage movable && (Successor ?? _whole.FindPart(this)) is { } part)
        {
            // Chosen before the connection was drained, or lost: nothing of it has left.
            movable.MoveTo(part);
        }
        else if (usable is { } connection)
        {
            connection.Submit(message);
        }
        else
        {
            var failure = _closeInfo.ToFailure();
            message.Fail(_closeInfo.IsOrderly ? failure with { Detail = $"The session to {Uri} was closed already; open another one to send." } : failure);
        }
    }

    /// <summary>The connection that messages go out on: the first that is online, else the first that waits for its link to come back - another
    /// one may be draining -, else the first. Context only.</summary>
    internal ConnectionMachine? Usable => _connections is [{ Machine: { IsOnline: true } first }, ..] ? first : FindUsable();

    private ConnectionMachine? FindUsable()
    {
        foreach (var connection in _connections)
        {
            if (connection.Machine.IsOnline)
            {
                return connection.Machine;
            }
        }

        var waiting = Array.Find(_connections, static connection => connection.Machine is { IsSuspended: true, IsTaking: true });
        return waiting is not null ? waiting.Machine : _connections.Length == 0 ? null : _connections[0].Machine;
    }

    /// <summary>What was copied for calls that nobody awaits.</summary>
    internal SendBudget Copies { get; }

    /// <summary>An id for a message: even ones are given out on the context, odd ones elsewhere, so that neither waits for the other.</summary>
    internal MessageId NewId(bool isAtHome) => _whole is not null ? _whole.NewId()
        : isAtHome ? new MessageId(_lastId += 2)
        : new MessageId(Interlocked.Add(ref _lastForeignId, 2));

    private bool TrySendNow(ConnectionMachine? via, in OutboundMessage message, bool copy, out MessageId id)
    {
        id = default;
        if ((via ?? Usable) is not { CanSendNow: true } connection
            || message.Header.Length > connection.Machine.PeerMaxHeaderLength
            || (!copy && (message.IsRegistered || !connection.IsCopied(message.PayloadLength))))
        {
            return false;
        }

        if (message.IsRegistered)
        {
            var body = message.Hold();
            return TrySendHeld(connection, message with { Payload = new ReadOnlySequence<byte>(body.Payload) }, body, out id);
        }

        var ticket = NewId(isAtHome: true);
        var status = connection.SendOneWay(message, WireFlags(message.Options, OutgoingKind.OneWay), NewReceipt(message, ticket));
        if (status == SendStatus.Unreadable && copy)
        {
            ExceptionDispatchInfo.Throw(FailureExceptions.Create(connection.MemoryGone(), connection));
        }

        if (status != SendStatus.Copied)
        {
            return false;
        }

        id = ticket;
        return true;
    }

    private bool TrySendHeld(ConnectionMachine connection, in OutboundMessage message, HeldBody body, out MessageId id)
    {
        id = NewId(isAtHome: true);
        var status = SendStatus.Unreadable;
        try
        {
            status = connection.SendOneWay(message, WireFlags(message.Options, OutgoingKind.OneWay), NewReceipt(message, id), body);
        }
        finally
        {
            // Unless it is the link's by now.
            if (status != SendStatus.Referenced)
            {
                body.Release();
            }
        }

        return status is SendStatus.Referenced or SendStatus.Copied;
    }

    private static ReceiptTask? NewReceipt(in OutboundMessage message, MessageId id) => (message.Options & MessageOptions.RequestReceipt) != 0
        ? new ReceiptTask(id, message.Header.Length + message.PayloadLength)
        : null;

    /// <summary>Throws at the caller whose request, without a task, cannot be sent as it is.</summary>
    internal void CheckColdMessage(in OutboundMessage message)
    {
        CheckMessage(message);
        if (!message.ResponseBuffer.IsEmpty)
        {
            throw new ArgumentException(
                "A cold request has no task that says when the ResponseBuffer is free again, so it takes none: read the answer with the read function, or await RequestAsync.",
                nameof(message));
        }
    }

    private void CheckMessage(in OutboundMessage message)
    {
        if (message.PayloadLength > _options.MaxMessageLength)
        {
            ThrowPayloadTooLong(message);
        }

        if (message.Header.Length > ushort.MaxValue / 2)
        {
            ThrowHeaderTooLong(message);
        }

        if (message.Timeout is { } timeout)
        {
            Check.PositiveTime(timeout, $"{nameof(message)}.{nameof(message.Timeout)}");
        }
    }

    [DoesNotReturn]
    private void ThrowPayloadTooLong(in OutboundMessage message) => throw new ArgumentOutOfRangeException(
        nameof(message),
        message.PayloadLength,
        $"The payload is longer than MaxMessageLength, {_options.MaxMessageLength} bytes. Send it in parts, or raise the option on both sides.");

    [DoesNotReturn]
    private static void ThrowHeaderTooLong(in OutboundMessage message) => throw new ArgumentOutOfRangeException(
        nameof(message),
        message.Header.Length,
        "The header is too long: headers are for routing, at most 256 bytes by default. Put the rest into the payload.");
}
