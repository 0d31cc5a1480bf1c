using System.Net;
using Accelio.Native.Linux;
using Accelio.Native.Verbs;
using Accelio.Transports.Polling;

namespace Accelio.Transports.Rdma;

/// <summary>
/// The completion queue of a poller and a device: all links of the two complete into it. Asked in every duty cycle; before the poller sleeps it is
/// armed and asked once more, so that no completion is missed. It has an id of its own at the device, to hear of it when the device is removed; then it goes with the last of its links.
/// Poller thread only.
/// </summary>
internal sealed unsafe class RdmaCompletions : IPollable, IRdmaEventTarget, IDisposable
{
    private const int FirstCapacity = 2048;
    private const int PerPoll = 32;
    private const int PollsPerCycle = 16;
    private const int PlaceShift = 40;
    private const int GenerationShift = 32;

    private readonly RdmaPoller _owner;
    private readonly ConnectionId _watch;
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
    /// <param name="owner">The poller's.</param>
    /// <param name="local">An address of the device.</param>
    /// <exception cref="TransportException">It cannot be made.</exception>
    public RdmaCompletions(RdmaPoller owner, IPAddress local)
    {
        _owner = owner;
        _watch = Watch(owner, local);
        try
        {
            Device = RdmaDevice.Join(_watch);
        }
        catch
        {
            _watch.Dispose();
            throw;
        }

        try
        {
            Check(CompletionChannel.Create(_watch, out var channel), "completion channel");
            _channel = channel!;
            Check(CompletionQueue.Create(_channel, Math.Min(FirstCapacity, Device.Verbs.Attributes.MaxCompletions), 0, out var queue), "completion queue");
            _queue = queue!;
        }
        catch
        {
            _channel?.Dispose();
            EndDevice();
            throw;
        }

        _handler = new RdmaWakeHandler(this);
        Reactor.Add(_handler, _channel.Descriptor, wantRead: true, wantWrite: false);
        Reactor.OtherSources++;
        Poller.Register(this);
        owner.Add(_watch, this);
    }

    /// <summary>The device.</summary>
    public RdmaDevice Device { get; }

    /// <summary>What watches the channel.</summary>
    public SocketReactor Reactor => _owner.Reactor;

    /// <summary>The queue.</summary>
    public CompletionQueue Queue => _queue;

    private Poller Poller => _owner.Poller;

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
        DisposeIfRemoved();
    }

    /// <summary>The slots of a length that links share.</summary>
    /// <exception cref="TransportException">The device has none.</exception>
    public RdmaSharedSlots SharedSlots(int slotLength)
    {
        foreach (var slots in _shared)
        {
            if (slots.SlotLength == slotLength)
            {
                return slots;
            }
        }

        var made = new RdmaSharedSlots(_owner, this, slotLength);
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
    public void OnEvent(in ConnectionEvent taken)
    {
        if (taken.Kind == ConnectionEventKind.DeviceRemoval)
        {
            Device.Remove();
            DisposeIfRemoved();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Poller.Unregister(this);
        Reactor.OtherSources--;
        Reactor.Remove(_handler);
        _queue.Dispose();
        _channel.Dispose();
        EndDevice();
    }

    /// <summary>Takes what the channel says.</summary>
    internal int TakeEvents()
    {
        var count = _queue.TakeEvents();
        _armed &= count == 0;
        return count;
    }

    private static ConnectionId Watch(RdmaPoller owner, IPAddress local)
    {
        var result = ConnectionId.Create(owner.Channel, out var watch);
        result = result < 0 ? result : watch!.Bind(new IPEndPoint(local, 0));
        if (result >= 0)
        {
            return watch!;
        }

        watch?.Dispose();
        throw new TransportException($"{local} is the address of no RDMA device any more: {Errno.Describe(result)}.", Errno.ToSocketError(result));
    }

    private void EndDevice()
    {
        Device.Leave();
        _watch.Dispose();
    }

    private void DisposeIfRemoved()
    {
        if (Device.IsRemoved && _free.Count == _targets.Count)
        {
            _owner.Remove(this, _watch);
        }
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
