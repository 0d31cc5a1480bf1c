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

        return AbortAsync(message => range.Contains(message.Id), runs => AbortRuns.ToReport(range, runs), cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask<AbortReport> AbortTagAsync(long tag, CancellationToken cancellationToken = default)
    {
        if (tag == 0)
        {
            throw new ArgumentOutOfRangeException(nameof(tag), tag, "0 stands for no tag: give the messages another one.");
        }

        return AbortAsync(message => message.Tag == tag, AbortRuns.ToReport, cancellationToken);
    }

    /// <summary>Gives messages up, and says what became of those that were under way.</summary>
    internal ValueTask<List<AbortRun>> AbortRunsAsync(Predicate<OutgoingMessage> isMeant) => AbortAsync(isMeant, static runs => runs, CancellationToken.None);

    /// <summary>Begins to give messages up together. Context only.</summary>
    internal AbortInquiry NewInquiry() => new(Context, Settings.AbortTimeout);

    /// <summary>Runs something on the context, or here when the context has stopped and nothing is under way any more; perhaps here after it had begun there.</summary>
    internal ValueTask<T> OnContextAsync<T>(Func<ValueTask<T>> body) => VirtualCall<T>.Around(RunOnContextAsync(body));

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

    private ValueTask<T> AbortAsync<T>(Predicate<OutgoingMessage> isMeant, Func<List<AbortRun>, T> report, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<T>(cancellationToken);
        }

        AbortInquiry? inquiry = null;
        return OnContextAsync(async () =>
        {
            inquiry ??= AbortNow(isMeant);
            await inquiry.SettledAsync();
            return report(inquiry.Runs);
        });
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<T> RunOnContextAsync<T>(Func<ValueTask<T>> body)
    {
        try
        {
            // Nobody's SynchronizationContext: in virtual time the report comes at its instant, wherever the call was made.
            return await Context.RunAsync(_ => body()).ConfigureAwait(false);
        }
        catch (ObjectDisposedException) when (Poller.HasStopped)
        {
            return await body();
        }
    }

    private AbortInquiry AbortNow(Predicate<OutgoingMessage> isMeant)
    {
        List<OutgoingMessage> messages = [];
        foreach (var connection in _connections)
        {
            connection.Machine.CopyMessagesTo(messages);
        }

        var inquiry = NewInquiry();
        foreach (var message in messages)
        {
            if (isMeant(message))
            {
                inquiry.Abort(message, message.Id);
            }
        }

        inquiry.Begin();
        return inquiry;
    }
}
