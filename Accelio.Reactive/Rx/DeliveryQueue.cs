using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>
/// Why delivery never nests: what the protocol or a call of user code causes - events, errors, receipts, the ends of streams - waits here, in order, and reaches its observers from the top of the
/// duty cycle, when whoever caused it has returned. Context only; in steady state nothing is allocated.
/// </summary>
internal sealed class DeliveryQueue(Poller poller) : WorkItem
{
    private readonly Queue<IDelivery> _waiting = new();
    private bool _isEnqueued;

    /// <summary>Lets something be delivered behind everything added before.</summary>
    public void Add(IDelivery delivery)
    {
        _waiting.Enqueue(delivery);
        Enqueue();
    }

    /// <inheritdoc/>
    public override void Execute()
    {
        _isEnqueued = false;
        try
        {
            for (var count = _waiting.Count; count > 0; count--)
            {
                _waiting.Dequeue().Deliver();
            }
        }
        finally
        {
            if (_waiting.Count != 0)
            {
                Enqueue();
            }
        }
    }

    private void Enqueue()
    {
        if (!_isEnqueued)
        {
            _isEnqueued = true;
            poller.Enqueue(this);
        }
    }
}
