using System.Runtime.CompilerServices;
using Accelio.Reactive.Engine;

namespace Accelio.Reactive;

/// <content>Batches, and giving messages up by their ids.</content>
internal sealed partial class SessionCore
{
    /// <inheritdoc/>
    public override AccelioBatch BeginBatch() => new BatchCore(this);

    /// <inheritdoc/>
    public override ValueTask<AbortReport> AbortAsync(MessageRange range, CancellationToken cancellationToken = default)
    {
        if (range.Count == 0)
        {
            throw new ArgumentException("This MessageRange is default(MessageRange): it names no message.", nameof(range));
        }

        return cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<AbortReport>(cancellationToken) : OnContextAsync(() => AbortNow(range));
    }

    /// <summary>Ends a message here, whatever it waits for. Context only.</summary>
    internal static AbortOutcome Abort(OutgoingMessage message)
    {
        var outcome = message.State switch
        {
            OutgoingState.Idle or OutgoingState.Queued => AbortOutcome.NotSent,
            OutgoingState.Sent => AbortOutcome.NotSupported,
            OutgoingState.Ended when message.Kind == OutgoingKind.OneWay => AbortOutcome.NotSupported,
            _ => AbortOutcome.AlreadyAnswered,
        };
        message.Connection?.EndLocally(message, new Failure(FailureKind.Aborted, AccelioStatus.MessageCanceled, "The message was aborted by its sender."));
        return outcome;
    }

    /// <summary>Runs something on the context, or here when the context has stopped and nothing is under way any more.</summary>
    internal ValueTask<T> OnContextAsync<T>(Func<T> body) => VirtualCall<T>.Around(RunOnContextAsync(body));

    /// <summary>Sends a request of a batch and reads its answer.</summary>
    internal ValueTask<T> RequestAsync<T>(BatchCore batch, in OutboundMessage message, Func<InboundMessage, T> read, CancellationToken cancellationToken)
    {
        CheckMessage(message);
        var isAtHome = Poller.IsCurrent;
        var operation = ReadRequestOperation<T>.Rent(Context, isAtHome);
        operation.Read = read;
        return operation.Start(this, batch, message, OutgoingKind.Request, NewId(isAtHome), cancellationToken);
    }

    /// <summary>Sends a request of a batch.</summary>
    internal ValueTask<InboundMessage> RequestAsync(BatchCore batch, in OutboundMessage message, out MessageId id, CancellationToken cancellationToken)
    {
        CheckMessage(message);
        var isAtHome = Poller.IsCurrent;
        id = NewId(isAtHome);
        return RequestOperation.Rent(Context, isAtHome).Start(this, batch, message, OutgoingKind.Request, id, cancellationToken);
    }

    /// <summary>Sends a one-way message of a batch.</summary>
    internal ValueTask<MessageId> SendAsync(BatchCore batch, in OutboundMessage message, CancellationToken cancellationToken)
    {
        CheckMessage(message);
        var isAtHome = Poller.IsCurrent;
        return SendOperation.Rent(Context, isAtHome).Start(this, batch, message, OutgoingKind.OneWay, NewId(isAtHome), cancellationToken);
    }

    /// <summary>Sends a one-way message of a batch and waits for its receipt.</summary>
    internal ValueTask<DeliveryReceipt> DeliverAsync(BatchCore batch, in OutboundMessage message, CancellationToken cancellationToken)
    {
        CheckMessage(message);
        var isAtHome = Poller.IsCurrent;
        return DeliverOperation.Rent(Context, isAtHome).Start(this, batch, message, OutgoingKind.Deliver, NewId(isAtHome), cancellationToken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<T> RunOnContextAsync<T>(Func<T> body)
    {
        try
        {
            return await Context.RunAsync(_ => ValueTask.FromResult(body()));
        }
        catch (ObjectDisposedException) when (Poller.HasStopped)
        {
            return body();
        }
    }

    private AbortReport AbortNow(MessageRange range)
    {
        List<OutgoingMessage> messages = [];
        foreach (var connection in _connections)
        {
            connection.Machine.CopyMessagesTo(messages);
        }

        List<AbortRun> runs = [];
        foreach (var message in messages)
        {
            // The id first: once it has ended, the message may serve another call.
            if (message.Id is var id && range.Contains(id))
            {
                runs.Add(new AbortRun(id, Abort(message)));
            }
        }

        return AbortRuns.ToReport(range, runs);
    }
}
