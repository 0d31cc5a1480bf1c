using Accelio.Native.Linux;
using Accelio.Native.Verbs;
using Accelio.Transports.Polling;

namespace Accelio.Transports.Rdma;

/// <summary>
/// The completion queue of a poller and a device: all links of the two complete into it. Asked in every duty cycle; before the poller sleeps it is
/// armed and asked once more, so that no completion is missed. Poller thread only.
/// </summary>
internal sealed unsafe class RdmaCompletions : IPollable, IDisposable
{
    private const int FirstCapacity = 2048;
    private const int PerPoll = 32;
    private const int PollsPerCycle = 16;
    private const int PlaceShift = 40;
    private const int GenerationShift = 32;

    private readonly CompletionChannel _channel;
    private readonly CompletionQueue _queue;
    private readonly RdmaWakeHandler _handler;
    private readonly List<IRdmaCompletionTarget?> _targets = [];
    private readonly List<RdmaSharedSlots> _shared = [];
    private readonly List<byte> _generations = [];
    private readonly Stack<int> _free = new();
    private int _reserved;
    private bool _armed;

    /// <summary>Makes the queue.</summary>
    /// <exception cref="TransportException">It cannot be made.</exception>
    public RdmaCompletions(RdmaPoller owner, RdmaDevice device)
    {
        Device = device;
        Reactor = owner.Reactor;
        Poller = owner.Poller;
        Check(CompletionChannel.Create(device.Verbs, out var channel), "completion channel");
        _channel = channel!;
        var result = CompletionQueue.Create(device.Verbs, _channel, Math.Min(FirstCapacity, device.Verbs.Attributes.MaxCompletions), 0, out var queue);
        if (result < 0)
        {
            _channel.Dispose();
            Check(result, "completion queue");
        }

        _queue = queue!;
        _handler = new RdmaWakeHandler(this);
        Reactor.Add(_handler, _channel.Descriptor, wantRead: true, wantWrite: false);
        Reactor.OtherSources++;
        Poller.Register(this);
    }

    /// <summary>The device.</summary>
    public RdmaDevice Device { get; }

    /// <summary>What watches the channel.</summary>
    public SocketReactor Reactor { get; }

    /// <summary>The queue.</summary>
    public CompletionQueue Queue => _queue;

    private Poller Poller { get; }

    /// <summary>Makes room for somebody's completions. The number returned stands in the upper half of the ids of his work requests.</summary>
    /// <exception cref="TransportException">The device takes no more.</exception>
    public ulong Add(IRdmaCompletionTarget target, int requests)
    {
        if (_reserved + requests > _queue.Capacity)
        {
            Check(_queue.Resize(Math.Min(2 * (_reserved + requests), Device.Verbs.Attributes.MaxCompletions)), "a larger completion queue");
        }

        _reserved += requests;
        if (!_free.TryPop(out var place))
        {
            place = _targets.Count;
            _targets.Add(null);
            _generations.Add(0);
        }

        _targets[place] = target;
        return (ulong)place << PlaceShift | (ulong)_generations[place] << GenerationShift;
    }

    /// <summary>A queue pair is gone, or a queue of shared slots; what it left in the queue is nobody's.</summary>
    public void Remove(ulong number, int requests)
    {
        var place = (int)(number >> PlaceShift);
        _reserved -= requests;
        _targets[place] = null;
        _generations[place]++;
        _free.Push(place);
    }

    /// <summary>The slots of a length that links share.</summary>
    /// <exception cref="TransportException">The device has none.</exception>
    public RdmaSharedSlots SharedSlots(RdmaPoller owner, int slotLength)
    {
        foreach (var slots in _shared)
        {
            if (slots.SlotLength == slotLength)
            {
                return slots;
            }
        }

        var made = new RdmaSharedSlots(owner, this, slotLength);
        _shared.Add(made);
        return made;
    }

    /// <summary>The last link has left them.</summary>
    public void Forget(RdmaSharedSlots slots) => _shared.Remove(slots);

    /// <inheritdoc/>
    public int Poll(long now)
    {
        var work = 0;
        for (var i = 0; i < PollsPerCycle; i++)
        {
            var count = Take();
            work += count;
            if (count < PerPoll)
            {
                break;
            }
        }

        return work;
    }

    /// <summary>Takes everything that has completed by now.</summary>
    public void Drain()
    {
        while (Take() == PerPoll)
        {
        }
    }

    /// <inheritdoc/>
    public bool PrepareToSleep()
    {
        if (!_armed)
        {
            _armed = _queue.Arm() == 0;

            // What completed before it was armed wakes nobody.
            return Take() == 0 && _armed;
        }

        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Poller.Unregister(this);
        Reactor.OtherSources--;
        Reactor.Remove(_handler);
        _queue.Dispose();
        _channel.Dispose();
    }

    /// <summary>Takes what the channel says.</summary>
    internal int TakeEvents()
    {
        var count = _queue.TakeEvents();
        _armed &= count == 0;
        return count;
    }

    private int Take()
    {
        var completions = stackalloc IbvWc[PerPoll];
        var count = _queue.Poll(completions, PerPoll);
        for (var i = 0; i < count; i++)
        {
            ref var completion = ref completions[i];
            var place = (int)(completion.Id >> PlaceShift);
            if (place < _targets.Count && _targets[place] is { } target && (byte)(completion.Id >> GenerationShift) == _generations[place])
            {
                target.OnCompletion(completion);
            }
        }

        return Math.Max(0, count);
    }

    private void Check(int result, string what)
    {
        if (result == -Errno.NoMemory)
        {
            throw RdmaMemoryLimit.Explain(result, FirstCapacity * sizeof(IbvWc), Device.Verbs.Name);
        }

        if (result < 0)
        {
            throw new TransportException($"The RDMA device {Device.Verbs} gives no {what}: {Errno.Describe(result)}.", Errno.ToSocketError(result));
        }
    }
}
