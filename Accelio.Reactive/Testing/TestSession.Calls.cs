using System.Reactive.Linq;

namespace Accelio.Reactive;

/// <content>What code under test calls.</content>
public partial class TestSession
{
    private readonly List<DetachedMessage> _sent = [];
    private AccelioException? _failure;
    private long _lastId;

    /// <summary>Plays the peer's handler: answers the requests made on this session. What it throws comes out of the call, so that a <see cref="ConnectionLostException"/> or an
    /// <see cref="AccelioTimeoutException"/> is one line. Null: requests fail with <see cref="AccelioStatus.NotSupported"/>, as with a peer that has no handler.</summary>
    public Func<InboundRequest, ValueTask>? Peer { get; set; }

    /// <summary>Copies of the one-way messages sent so far, in order.</summary>
    public IReadOnlyList<DetachedMessage> Sent => _sent;

    /// <inheritdoc/>
    public override ValueTask<InboundMessage> RequestAsync(in OutboundMessage message, out MessageId id, CancellationToken cancellationToken = default)
    {
        id = NextId();
        var request = new TestRequest(message);
        if ((_context as PollerContext)?.Poller is not SchedulerPoller { Synchronization: { } virtualTime })
        {
            return AskPeer(request, message.Timeout, cancellationToken);
        }

        // What the call waits for goes on in virtual time, on the scheduler's thread and at its instant, wherever the call was made.
        var previous = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(virtualTime);
        try
        {
            return AskPeer(request, message.Timeout, cancellationToken);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(previous);
        }
    }

    /// <inheritdoc/>
    public override IObservable<T> Request<T>(OutboundMessage message, Func<InboundMessage, T> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        return Observable.FromAsync(token => RequestAsync(message, read, token).AsTask());
    }

    /// <inheritdoc/>
    public override IObservable<DetachedMessage> Request(OutboundMessage message) => Request(message, static answer => answer.Detach());

    /// <inheritdoc/>
    public override IObservable<TResult> RequestEach<TSource, TResult>(
        IEnumerable<TSource> source, int concurrency, Func<TSource, OutboundMessage> write, Func<TSource, InboundMessage, TResult> read) =>
        source.Select(item => Observable.Defer(() => Request(write(item), answer => read(item, answer)))).Merge(concurrency);

    /// <inheritdoc/>
    public override ValueTask<MessageId> SendAsync(in OutboundMessage message, CancellationToken cancellationToken = default) =>
        Refusal(cancellationToken) is { } refusal ? ValueTask.FromException<MessageId>(refusal) : ValueTask.FromResult(Keep(message));

    /// <inheritdoc/>
    public override bool TrySend(in OutboundMessage message, out MessageId id)
    {
        if (State != SessionState.Established)
        {
            id = default;
            return false;
        }

        id = Keep(message);
        return true;
    }

    /// <inheritdoc/>
    public override ValueTask<DeliveryReceipt> DeliverAsync(in OutboundMessage message, CancellationToken cancellationToken = default) =>
        Refusal(cancellationToken) is { } refusal
            ? ValueTask.FromException<DeliveryReceipt>(refusal)
            : ValueTask.FromResult(new DeliveryReceipt(Keep(message with { Options = message.Options & ~MessageOptions.RequestReceipt }), Accepted: true));

    /// <summary>Not there: nothing is under way that could be given up.</summary>
    /// <exception cref="NotSupportedException">Always, unless overridden.</exception>
    public override AccelioBatch BeginBatch() => throw Unsupported(nameof(BeginBatch));

    /// <summary>Not there: nothing is under way that could be given up.</summary>
    /// <exception cref="NotSupportedException">Always, unless overridden.</exception>
    public override ValueTask<AbortReport> AbortAsync(MessageRange range, CancellationToken cancellationToken = default) => throw Unsupported(nameof(AbortAsync));

    /// <summary>Not there; see <see cref="AbortAsync"/>.</summary>
    /// <exception cref="NotSupportedException">Always, unless overridden.</exception>
    public override ValueTask<AbortReport> AbortTagAsync(long tag, CancellationToken cancellationToken = default) => throw Unsupported(nameof(AbortTagAsync));

    private static NotSupportedException Unsupported(string member) => new($"A TestSession gives nothing up. Override {member}, or test with a session over sim://.");

    private async ValueTask<InboundMessage> AskPeer(TestRequest request, TimeSpan? limit, CancellationToken cancellationToken)
    {
        if (Refusal(cancellationToken) is { } refusal)
        {
            throw refusal;
        }

        var serving = request.ServeAsync(Peer ?? NobodyServes);
        try
        {
            var answer = _context is { } context && limit is { } time
                ? await serving.WaitAsync(time, context.TimeProvider, cancellationToken)
                : await serving.WaitAsync(cancellationToken);
            return answer.Status == AccelioStatus.Success
                ? new TestMessage(new OutboundMessage(answer.Payload) { Header = answer.Header }) { Session = this }.Message
                : throw new RequestFailedException($"The peer answered with {answer.Status}: {answer.FailureText}", answer.Status, answer.Status != AccelioStatus.NotSupported);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && !serving.IsCompleted)
        {
            throw new AccelioCanceledException("The request was canceled by its token.", AbortOutcome.NotSupported, cancellationToken);
        }
        catch (TimeoutException) when (!serving.IsCompleted)
        {
            throw new AccelioTimeoutException($"The request was not answered within {limit}.", AccelioStatus.Timeout, true);
        }
    }

    private Exception? Refusal(CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? new AccelioCanceledException("The token had fired: nothing was sent.", AbortOutcome.NotSent, cancellationToken)
        : State == SessionState.Established ? null
        : _failure ?? new ConnectionLostException("The session was closed.", AccelioStatus.SessionClosed);

    private MessageId NextId() => new(++_lastId);

    private MessageId Keep(in OutboundMessage message)
    {
        var id = NextId();
        _sent.Add(new DetachedMessage(message.Header.ToArray(), System.Buffers.BuffersExtensions.ToArray(message.Payload), (message.Options & MessageOptions.LastInBatch) != 0));
        if ((message.Options & MessageOptions.RequestReceipt) != 0)
        {
            _receipts.OnNext(new DeliveryReceipt(id, Accepted: true));
        }

        return id;
    }
}
