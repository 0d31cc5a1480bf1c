using Accelio.Reactive.Engine;

namespace Accelio.Reactive;

/// <summary>A batch over a session, or over one part of it: knows what of it is under way, and which ids have ended.</summary>
internal sealed class BatchCore(SessionCore session, WideBatch? whole = null) : AccelioBatch
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, OutgoingMessage> _open = [];
    private readonly List<AbortRun> _ended = [];
    private volatile bool _isAborted;
    private AbortInquiry? _inquiry;
    private AbortReport? _report;

    /// <inheritdoc/>
    public override AccelioSession Session => session;

    /// <inheritdoc/>
    public override bool IsAborted => _isAborted;

    /// <summary>Sends a request of the batch and reads its answer inside the call.</summary>
    public ValueTask<T> ReadAsync<T>(in OutboundMessage message, Func<InboundMessage, T> read, CancellationToken cancellationToken) =>
        session.RequestAsync(this, message, read, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<InboundMessage> RequestAsync(in OutboundMessage message, out MessageId id, CancellationToken cancellationToken = default) =>
        session.RequestAsync(this, message, out id, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<MessageId> SendAsync(in OutboundMessage message, CancellationToken cancellationToken = default) =>
        session.SendAsync(this, message, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<DeliveryReceipt> DeliverAsync(in OutboundMessage message, CancellationToken cancellationToken = default) =>
        session.DeliverAsync(this, message, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<AbortReport> AbortAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<AbortReport>(cancellationToken);
        }

        _isAborted = true;
        return session.OnContextAsync(AbortNowAsync);
    }

    /// <summary>A message of the batch begins. Any thread.</summary>
    internal void Add(OutgoingMessage message, MessageId id)
    {
        lock (_gate)
        {
            _open.Add(id.Value, message);
        }
    }

    /// <summary>A message of the batch has ended, before its object may serve another. Context, or the caller's thread when it never got there.</summary>
    internal void Remove(MessageId id, AbortOutcome outcome)
    {
        lock (_gate)
        {
            _open.Remove(id.Value);
            AbortRuns.Append(_ended, new AbortRun(id, outcome));
        }
    }

    /// <summary>A message goes on as another object, on another part of the session. On the context of this part.</summary>
    /// <returns>The batch that it belongs to from now on; null when the batch is being aborted, and nothing of it goes on.</returns>
    internal BatchCore? Move(OutgoingMessage same, MessageId id, SessionCore other) => whole?.Move(same, id, this, other);

    /// <summary>A message of the batch goes on in another one. Any thread.</summary>
    internal void Forget(MessageId id)
    {
        lock (_gate)
        {
            _open.Remove(id.Value);
        }
    }

    /// <summary>Further calls fail. Any thread.</summary>
    internal void Forbid() => _isAborted = true;

    private async ValueTask<AbortReport> AbortNowAsync()
    {
        var inquiry = _inquiry ??= AbortNow();
        await inquiry.SettledAsync();
        return _report ??= AbortRuns.ToReport(inquiry.Runs);
    }

    private AbortInquiry AbortNow()
    {
        var inquiry = session.NewInquiry();
        KeyValuePair<long, OutgoingMessage>[] open;
        lock (_gate)
        {
            inquiry.Runs.AddRange(_ended);
            open = [.. _open];
        }

        foreach (var (id, message) in open)
        {
            inquiry.Abort(message, new MessageId(id));
        }

        inquiry.Begin();
        return inquiry;
    }
}
