using System.Runtime.InteropServices;

namespace Accelio.Native.Verbs;

/// <summary>ibv_cq, the only one of its channel. One thread at a time.</summary>
internal sealed unsafe class CompletionQueue : VerbsHandle
{
    // Acknowledging takes a lock, so it is done for many events at once.
    private const int EventsPerAcknowledgement = 128;

    private readonly delegate* unmanaged[SuppressGCTransition]<IbvCq*, int, IbvWc*, int> _poll;
    private readonly delegate* unmanaged<IbvCq*, int, int> _arm;
    private uint _unacknowledged;

    private CompletionQueue(IbvCq* cq, CompletionChannel channel)
        : base((nint)cq, channel)
    {
        Channel = channel;
        _poll = cq->Context->Ops.PollCq;
        _arm = cq->Context->Ops.RequestNotification;
    }

    /// <summary>Where its events go.</summary>
    public CompletionChannel Channel { get; }

    /// <summary>Completions that it holds.</summary>
    public int Capacity => Pointer->Capacity;

    internal IbvCq* Pointer => (IbvCq*)handle;

    /// <summary>Makes a queue; 0 or a negated error number.</summary>
    public static int Create(CompletionChannel channel, int capacity, int vector, out CompletionQueue? queue)
    {
        var native = VerbsCalls.CreateCq(channel.Pointer->Context, capacity, null, channel.Pointer, vector);
        queue = native == null ? null : new CompletionQueue(native, channel);
        return native == null ? -Marshal.GetLastPInvokeError() : 0;
    }

    /// <summary>Takes completions; how many, or a negative number. Never waits, and does not let the collector in: a loop of nothing else
    /// would keep it out.</summary>
    public int Poll(IbvWc* completions, int count) => _poll(Pointer, count, completions);

    /// <summary>Asks for one event with the next completion. What came before does not count, so poll once more afterwards. 0 or a negated
    /// error number.</summary>
    public int Arm() => -_arm(Pointer, 0);

    /// <summary>Makes it larger or smaller; 0 or a negated error number.</summary>
    public int Resize(int capacity) => -Math.Abs(VerbsCalls.ResizeCq(Pointer, capacity));

    /// <summary>Takes the events of the channel; how many there were.</summary>
    public int TakeEvents()
    {
        var count = 0;
        IbvCq* cq;
        void* owner;
        while (VerbsCalls.GetCqEvent(Channel.Pointer, &cq, &owner) == 0)
        {
            count++;
            if (++_unacknowledged == EventsPerAcknowledgement)
            {
                Acknowledge();
            }
        }

        return count;
    }

    /// <inheritdoc/>
    protected override int Destroy()
    {
        // With an event out, the call below would wait for ever.
        Acknowledge();
        return VerbsCalls.DestroyCq(Pointer);
    }

    private void Acknowledge()
    {
        if (_unacknowledged > 0)
        {
            VerbsCalls.AcknowledgeCqEvents(Pointer, _unacknowledged);
            _unacknowledged = 0;
        }
    }
}
