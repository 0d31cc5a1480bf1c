using System.Runtime.CompilerServices;
using Accelio.Reactive.Engine;

namespace Accelio.Reactive;

/// <summary>A batch over the parts of a session: one batch in each that a message went to.</summary>
internal sealed class WideBatch(WideSession session) : AccelioBatch
{
    private readonly Lock _gate = new();
    private readonly Dictionary<SessionCore, BatchCore> _batches = [];
    private volatile bool _isAborted;

    /// <inheritdoc/>
    public override AccelioSession Session => session;

    /// <inheritdoc/>
    public override bool IsAborted => _isAborted;

    /// <inheritdoc/>
    public override ValueTask<InboundMessage> RequestAsync(in OutboundMessage message, out MessageId id, CancellationToken cancellationToken = default) =>
        BatchFor(message).RequestAsync(message, out id, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<MessageId> SendAsync(in OutboundMessage message, CancellationToken cancellationToken = default) =>
        BatchFor(message).SendAsync(message, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<DeliveryReceipt> DeliverAsync(in OutboundMessage message, CancellationToken cancellationToken = default) =>
        BatchFor(message).DeliverAsync(message, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<AbortReport> AbortAsync(CancellationToken cancellationToken = default) => cancellationToken.IsCancellationRequested
        ? ValueTask.FromCanceled<AbortReport>(cancellationToken)
        : VirtualCall<AbortReport>.Around(AbortAllAsync());

    /// <summary>A message goes on as another object, from one part to another. On the context of the part that it leaves, whose batch is given up there: the report has it once, here or there.</summary>
    /// <returns>The batch of the part that it goes to; null when the batch is being aborted.</returns>
    internal BatchCore? Move(OutgoingMessage same, MessageId id, BatchCore from, SessionCore to)
    {
        lock (_gate)
        {
            if (_isAborted)
            {
                return null;
            }

            var batch = BatchFor(to);
            from.Forget(id);
            batch.Add(same, id);
            return batch;
        }
    }

    private BatchCore BatchFor(in OutboundMessage message)
    {
        var part = session.Choose(message);
        lock (_gate)
        {
            return BatchFor(part);
        }
    }

    private BatchCore BatchFor(SessionCore part)
    {
        if (!_batches.TryGetValue(part, out var batch))
        {
            _batches.Add(part, batch = new BatchCore(part, this));
            if (_isAborted)
            {
                batch.Forbid();
            }
        }

        return batch;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<AbortReport> AbortAllAsync()
    {
        ValueTask<AbortReport>[] aborts;
        lock (_gate)
        {
            _isAborted = true;
            aborts = [.. _batches.Values.Select(batch => batch.AbortAsync())];
        }

        List<AbortRun> runs = [];
        foreach (var abort in aborts)
        {
            runs.AddRange((await abort.ConfigureAwait(false)).Runs);
        }

        return AbortRuns.ToReport(runs);
    }
}
