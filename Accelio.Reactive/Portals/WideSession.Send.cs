using System.Buffers;
using System.Runtime.CompilerServices;
using Accelio.Reactive.Engine;

namespace Accelio.Reactive;

/// <content>Calls: each chooses a part and is its call.</content>
internal sealed partial class WideSession
{
    private readonly Lock _gate = new();
    private volatile StrongBox<CloseInfo> _end = new(new CloseInfo(CloseReason.ConnectFailed, AccelioStatus.InvalidState, "The session is not established yet."));
    private (StrongBox<CloseInfo> For, SessionCore Part)? _nobody;
    private long _lastId = -1;
    private long _turn = -1;

    /// <inheritdoc/>
    public override ValueTask<InboundMessage> RequestAsync(in OutboundMessage message, out MessageId id, CancellationToken cancellationToken = default) =>
        Choose(message).RequestAsync(via: null, message, out id, cancellationToken);

    /// <inheritdoc/>
    public override IObservable<T> Request<T>(OutboundMessage message, Func<InboundMessage, T> read)
    {
        // Checked now, as for any session; sent on the connection that is chosen when somebody subscribes.
        _ = Any().Request(message, read);
        return new WideColdRequest<T>(this, message, read);
    }

    /// <inheritdoc/>
    public override IObservable<DetachedMessage> Request(OutboundMessage message) => Request(message, static answer => answer.Detach());

    /// <inheritdoc/>
    public override IObservable<TResult> RequestEach<TSource, TResult>(
        IEnumerable<TSource> source, int concurrency, Func<TSource, OutboundMessage> write, Func<TSource, InboundMessage, TResult> read)
    {
        _ = Any().RequestEach(source, concurrency, write, read);
        return new WideRequestStream<TSource, TResult>(this, source, concurrency, write, read);
    }

    /// <inheritdoc/>
    public override ValueTask<MessageId> SendAsync(in OutboundMessage message, CancellationToken cancellationToken = default) =>
        Choose(message).SendAsync(via: null, message, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<MessageId> SendAsync<TState>(TState state, Action<TState, IBufferWriter<byte>> write, CancellationToken cancellationToken = default) =>
        Choose(default).SendAsync(via: null, state, write, cancellationToken);

    /// <inheritdoc/>
    public override bool TrySend(in OutboundMessage message, out MessageId id) => Choose(message).TrySend(via: null, message, out id);

    /// <inheritdoc/>
    public override ValueTask<DeliveryReceipt> DeliverAsync(in OutboundMessage message, CancellationToken cancellationToken = default) =>
        Choose(message).DeliverAsync(via: null, message, cancellationToken);

    /// <inheritdoc/>
    public override AccelioBatch BeginBatch() => new WideBatch(this);

    /// <inheritdoc/>
    public override ValueTask<AbortReport> AbortAsync(MessageRange range, CancellationToken cancellationToken = default)
    {
        if (range.Count == 0)
        {
            throw new ArgumentException("This MessageRange is default(MessageRange): it names no message.", nameof(range));
        }

        return cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<AbortReport>(cancellationToken)
            : VirtualCall<AbortReport>.Around(AbortAsync(message => range.Contains(message.Id), runs => AbortRuns.ToReport(range, runs)));
    }

    /// <inheritdoc/>
    public override ValueTask<AbortReport> AbortTagAsync(long tag, CancellationToken cancellationToken = default)
    {
        if (tag == 0)
        {
            throw new ArgumentOutOfRangeException(nameof(tag), tag, "0 stands for no tag: give the messages another one.");
        }

        return cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<AbortReport>(cancellationToken)
            : VirtualCall<AbortReport>.Around(AbortAsync(message => message.Tag == tag, AbortRuns.ToReport));
    }

    /// <summary>Sends a request and reads its answer inside the call.</summary>
    internal ValueTask<T> RequestNow<T>(in OutboundMessage message, Func<InboundMessage, T> read, CancellationToken cancellationToken) =>
        Choose(message).RequestAsync(via: null, message, read, cancellationToken);

    /// <summary>An id for a message of any part. Any thread.</summary>
    internal MessageId NewId() => new(Interlocked.Add(ref _lastId, 2));

    /// <summary>The part for a message: by its key, else as the session's options say. Any thread.</summary>
    internal SessionCore Choose(in OutboundMessage message)
    {
        var lanes = _lanes;
        if (lanes.Length == 1)
        {
            return lanes[0].Core;
        }

        if (lanes.Length == 0)
        {
            return Nobody();
        }

        if (message.Key != 0)
        {
            return ConnectionSelection.ByKey(lanes, message.Key).Core;
        }

        var chosen = _options.Selection.Select(lanes, message, Interlocked.Increment(ref _turn));
        return (uint)chosen < (uint)lanes.Length ? lanes[chosen].Core : throw new InvalidOperationException(
            $"{_options.Selection.GetType().Name} chose connection {chosen} of {lanes.Length}: Select returns the place of one of the connections it is shown.");
    }

    /// <summary>Another connection of the same context that may take messages which wait on one that is being drained. That context only.</summary>
    internal ConnectionMachine? FindOther(SessionCore than)
    {
        foreach (var lane in _lanes)
        {
            if (!ReferenceEquals(lane.Core, than) && ReferenceEquals(lane.Core.Context, than.Context) && lane.Machine.IsOnline)
            {
                return lane.Machine;
            }
        }

        return null;
    }

    /// <summary>Another part, of whatever context, that may send what waits in one whose connection is being drained. Any thread.</summary>
    internal SessionCore? FindPart(SessionCore than)
    {
        foreach (var lane in _lanes)
        {
            if (!ReferenceEquals(lane.Core, than) && lane.Machine.IsOnline)
            {
                return lane.Core;
            }
        }

        return null;
    }

    // One that checks what is asked of all alike; it is nobody's turn.
    private SessionCore Any() => _lanes is [var lane, ..] ? lane.Core : Nobody();

    // A session without a connection: its calls fail as those of a part that is over.
    private SessionCore Nobody()
    {
        if (_parts is [var part, ..])
        {
            return part;
        }

        lock (_gate)
        {
            var end = _end;
            if (_nobody is not { } nobody || !ReferenceEquals(nobody.For, end))
            {
                nobody = (end, new SessionCore(Home, _options, Uri, server: null, holdsSharedContext: false, this));
                nobody.Part.Forgo(end.Value);
                _nobody = nobody;
            }

            return nobody.Part;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<AbortReport> AbortAsync(Predicate<OutgoingMessage> isMeant, Func<List<AbortRun>, AbortReport> report)
    {
        // All begin at once; each takes what its peer needs.
        var inquiries = Array.ConvertAll(_parts, part => part.AbortRunsAsync(isMeant));
        List<AbortRun> runs = [];
        foreach (var inquiry in inquiries)
        {
            runs.AddRange(await inquiry.ConfigureAwait(false));
        }

        return report(runs);
    }
}
