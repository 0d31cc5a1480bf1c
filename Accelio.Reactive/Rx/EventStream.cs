using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>The events of a session: a late subscriber gets the current state first. Subscribing takes place on the context, so that nothing is missed or seen twice.</summary>
internal sealed class EventStream(PollerContext context) : PushStream<AccelioSessionEvent>(context)
{
    private AccelioSessionEvent? _current;

    /// <summary>Pushes an event and remembers it as the current state. Context only.</summary>
    public void PushEvent(AccelioSessionEvent value)
    {
        _current = value;
        Push(value);
    }

    /// <inheritdoc/>
    public override IDisposable Subscribe(IObserver<AccelioSessionEvent> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var subscription = new Subscription(this, observer);
        var item = new SubscribeItem(this, subscription);
        if (Context.Poller.IsCurrent || !Context.Poller.Post(item))
        {
            item.Execute();
        }

        return subscription;
    }

    private sealed class SubscribeItem(EventStream stream, Subscription subscription) : WorkItem
    {
        /// <inheritdoc/>
        public override void Execute()
        {
            if (subscription.Observer is not { } observer)
            {
                return;
            }

            if (stream._current is { } current && !Guarded.OnNext(stream.Context, observer, current))
            {
                subscription.Dispose();
            }
            else if (!stream.TryAdd(subscription))
            {
                stream.EndLate(observer);
            }
        }
    }
}
