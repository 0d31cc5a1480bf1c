using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>The events of a session: a late subscriber gets the redirects and the current state first. Subscribing takes place on the context, so that nothing is missed or seen twice.</summary>
internal sealed class EventStream(PollerContext context) : PushStream<AccelioSessionEvent>(context)
{
    private AccelioSessionEvent[] _replay = [];
    private int _redirects;

    /// <inheritdoc/>
    protected override void OnPushing(AccelioSessionEvent value)
    {
        _replay = [.. _replay.AsSpan(0, _redirects), value];
        _redirects += value is SessionRedirected ? 1 : 0;
    }

    /// <inheritdoc/>
    protected override void Start(Subscription subscription) => Context.RunSoon(new SubscribeItem(this, subscription));

    private void StartNow(Subscription subscription)
    {
        foreach (var value in _replay)
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
