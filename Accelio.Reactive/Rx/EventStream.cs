using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>The events of a session: a late subscriber gets the current state first. Subscribing takes place on the context, so that nothing is missed or seen twice.</summary>
internal sealed class EventStream(PollerContext context) : PushStream<AccelioSessionEvent>(context)
{
    private AccelioSessionEvent? _current;

    /// <inheritdoc/>
    protected override void OnPushing(AccelioSessionEvent value) => _current = value;

    /// <inheritdoc/>
    protected override void Start(Subscription subscription) => Context.RunSoon(new SubscribeItem(this, subscription));

    private void StartNow(Subscription subscription)
    {
        if (subscription.Observer is not { } observer)
        {
            return;
        }

        if (_current is { } current && !Guarded.OnNext(Context, observer, current))
        {
            subscription.Dispose();
        }
        else if (subscription.Observer is not null && !TryAdd(subscription))
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
