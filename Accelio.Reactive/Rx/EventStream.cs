using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>The events of a session: a late subscriber gets the redirects, the connections that are over, and the current state first. Subscribing takes place on the context, so that nothing is missed
/// or seen twice.</summary>
internal sealed class EventStream(PollerContext context) : PushStream<AccelioSessionEvent>(context)
{
    // Clients may come and go with connections for as long as the session lives.
    private const int MostKept = 64;
    private readonly Queue<AccelioSessionEvent> _history = new();
    private AccelioSessionEvent? _state;

    /// <inheritdoc/>
    protected override void OnPushing(AccelioSessionEvent value)
    {
        if (value is not (SessionRedirected or ConnectionEnded))
        {
            _state = value;
            return;
        }

        _history.Enqueue(value);
        if (_history.Count > MostKept)
        {
            _history.Dequeue();
        }
    }

    /// <inheritdoc/>
    protected override void Start(Subscription subscription) => Context.RunSoon(new SubscribeItem(this, subscription));

    private void StartNow(Subscription subscription)
    {
        AccelioSessionEvent[] replay = _state is null ? [.. _history] : [.. _history, _state];
        foreach (var value in replay)
        {
            if (subscription.Observer is { } observer && !Guarded.OnNext(Context, observer, value))
            {
                subscription.Dispose();
            }
        }

        if (subscription.Observer is not null && !TryAdd(subscription))
        {
            EndLate(subscription);
        }
    }

    private sealed class SubscribeItem(EventStream stream, Subscription subscription) : WorkItem
    {
        /// <inheritdoc/>
        public override void Execute() => stream.StartNow(subscription);
    }
}
