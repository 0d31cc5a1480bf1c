using System.Globalization;
using System.Net.Sockets;
using Accelio.Native.Linux;
using Accelio.Native.Verbs;
using Accelio.Transports.Memory;
using Accelio.Transports.Slots;

namespace Accelio.Transports.Rdma;

/// <summary>
/// A shared receive queue, and the slots in it: the links of a poller and a device whose slots have the same length receive into them. A peer is told of slots
/// that are there for its messages and for nobody else's: as many are posted as are promised. Made with the first such link, gone with the last. Poller thread only.
/// </summary>
internal sealed unsafe class RdmaSharedSlots : ISharedSlots, IRdmaCompletionTarget
{
    /// <summary>Slots that every link can have at any time.</summary>
    public const int Least = 16;

    private readonly RdmaPoller _poller;
    private readonly RdmaCompletions _completions;
    private readonly SharedReceiveQueue _queue;
    private readonly SlotRooms _rooms;
    private readonly int _capacity;
    private readonly ulong _number;
    private readonly Dictionary<uint, RdmaLink> _links = [];
    private readonly Stack<SlotRoom> _free = new();
    private readonly Stack<int> _places = new();
    private readonly SlotRoom[] _posted;
    private int _members;
    private int _promised;
    private int _postedCount;

    /// <summary>Makes the queue; nothing is posted.</summary>
    /// <exception cref="TransportException">The device has none, or none that is so large.</exception>
    public RdmaSharedSlots(RdmaPoller poller, RdmaCompletions completions, int slotLength)
    {
        var device = completions.Device;
        _poller = poller;
        _completions = completions;
        SlotLength = slotLength;
        _capacity = poller.Poller.Options.SharedReceiveSlots;
        if (_capacity > device.Verbs.Attributes.MaxSharedRequests)
        {
            throw new TransportException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"SharedReceiveSlots is {_capacity}, and a shared receive queue of {device.Verbs} holds {device.Verbs.Attributes.MaxSharedRequests} at most: ask for fewer, or for none."),
                SocketError.OperationNotSupported);
        }

        _rooms = new SlotRooms(poller.Poller, slotLength);
        _posted = new SlotRoom[_capacity];
        for (var place = _capacity - 1; place >= 0; place--)
        {
            _places.Push(place);
        }

        _number = completions.Add(this, _capacity);
        var result = SharedReceiveQueue.Create(device.Domain, _capacity, out var queue);
        if (result < 0)
        {
            completions.Remove(_number, _capacity);
            throw RdmaMemoryLimit.Explain(result, _capacity * (long)sizeof(IbvRecvWr), device.Verbs.Name);
        }

        _queue = queue!;
    }

    /// <summary>Bytes of a slot.</summary>
    public int SlotLength { get; }

    /// <summary>The queue.</summary>
    public SharedReceiveQueue Queue => _queue;

    /// <inheritdoc/>
    public ReadOnlySpan<Slab> Slabs => _rooms.Slabs;

    /// <summary>One more link wants to receive here.</summary>
    /// <exception cref="TransportException">There are as many as the slots suffice for.</exception>
    public void Join()
    {
        // Half of the slots is for the least of each, so that nobody can take it away.
        var most = _capacity / 2 / Least;
        if (_members == most)
        {
            throw new TransportException(
                string.Create(CultureInfo.InvariantCulture, $"SharedReceiveSlots is {_capacity}, which is enough for {most} links, and so many there are: raise it."),
                SocketError.NoBufferSpaceAvailable);
        }

        _members++;
    }

    /// <summary>The link has its queue pair.</summary>
    public void Add(uint pair, RdmaLink link) => _links[pair] = link;

    /// <summary>The link's queue pair is gone: what arrived by it and was not looked at is nobody's.</summary>
    public void Remove(uint pair) => _links.Remove(pair);

    /// <summary>A link is over and has given back what it had.</summary>
    public void Leave()
    {
        if (--_members == 0)
        {
            _queue.Dispose();
            _completions.Remove(_number, _capacity);
            _completions.Forget(this);
            _rooms.Close();
        }
    }

    /// <inheritdoc/>
    public bool TryPromise(int held)
    {
        // More than the least comes out of the other half, in equal shares.
        if (held >= Least && (_promised >= _capacity / 2 || held >= _capacity / 2 / _members))
        {
            return false;
        }

        while (_postedCount <= _promised)
        {
            if (!_free.TryPop(out var room))
            {
                room = _rooms.Carve();
            }

            room.Block.Key ??= _completions.Device.KeyOf(room.Block.Slab.Pointer, room.Block.Slab.Length);
            if (Post(room) is var result && result < 0)
            {
                _free.Push(room);
                throw new TransportException($"post shared receive: {Errno.Describe(result)}", Errno.ToSocketError(result));
            }
        }

        _promised++;
        return true;
    }

    /// <inheritdoc/>
    public void Withdraw(int count) => _promised -= count;

    /// <inheritdoc/>
    public void Return(SlotRoom room) => _free.Push(room);

    /// <inheritdoc/>
    public void Leave(SlotRoom room) => _rooms.Leave(room.Block);

    /// <inheritdoc/>
    public void OnCompletion(in IbvWc completion)
    {
        var place = (int)(uint)completion.Id;
        var room = _posted[place];
        _posted[place] = default;
        _places.Push(place);
        _postedCount--;

        // A slot that somebody took from others is posted again at once. When that fails the device is gone, of which its links hear by themselves.
        if (_links.TryGetValue(completion.QueuePair, out var link) && link.TryTake(completion, room))
        {
            _promised--;
        }
        else if (_postedCount >= _promised || Post(room) < 0)
        {
            Return(room);
        }
    }

    private int Post(SlotRoom room)
    {
        var place = _places.Peek();
        _poller.Chain.AddReceive(_number | (uint)place, room.Pointer, SlotLength, room.Block.Key!.Value);
        var result = _poller.Chain.PostReceives(_queue);
        if (result == 0)
        {
            _places.Pop();
            _posted[place] = room;
            _postedCount++;
        }

        return result;
    }
}
