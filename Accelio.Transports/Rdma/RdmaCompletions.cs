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
    private readonly List<RdmaLink?> _links = [];
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
        Poller.Register(this);
    }

    /// <summary>The device.</summary>
    public RdmaDevice Device { get; }

    /// <summary>What watches the channel.</summary>
    public SocketReactor Reactor { get; }

    /// <summary>The queue.</summary>
    public CompletionQueue Queue => _queue;

    private Poller Poller { get; }

    /// <summary>Makes room for a link's completions. The number returned stands in the upper half of the ids of its work requests.</summary>
    /// <exception cref="TransportException">The device takes no more.</exception>
    public ulong Add(RdmaLink link, int requests)
    {
        if (_reserved + requests > _queue.Capacity)
        {
            Check(_queue.Resize(Math.Min(2 * (_reserved + requests), Device.Verbs.Attributes.MaxCompletions)), "a larger completion queue");
        }

        _reserved += requests;
        if (!_free.TryPop(out var place))
        {
            place = _links.Count;
            _links.Add(null);
            _generations.Add(0);
        }

        _links[place] = link;
        return (ulong)place << PlaceShift | (ulong)_generations[place] << GenerationShift;
    }

    /// <summary>A link's queue pair is gone; what it left in the queue is nobody's.</summary>
    public void Remove(ulong number, int requests)
    {
        var place = (int)(number >> PlaceShift);
        _reserved -= requests;
        _links[place] = null;
        _generations[place]++;
        _free.Push(place);
    }

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
            if (place < _links.Count && _links[place] is { } link && (byte)(completion.Id >> GenerationShift) == _generations[place])
            {
                link.OnCompletion(completion);
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
