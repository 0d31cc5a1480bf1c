using Accelio.Transports.Memory;
using Accelio.Transports.Polling;

namespace Accelio.Transports.Slots;

/// <summary>
/// The receive slots of one link: twice as many as are posted, so that a slot can be given back to the peer at once while the message in it is still
/// being used in place. They have memory of their own, or get that of shared slots when a message arrives. Poller thread only.
/// </summary>
internal sealed class SlotMemory
{
    private readonly int _count;
    private readonly SlotRooms _rooms;
    private readonly Stack<ReceiveSlot> _free;
    private readonly List<ReceiveSlot> _delivered;
    private ISharedSlots? _shared;
    private int _promised;
    private int _made;

    /// <summary>At most so many slots of a length; each, and its memory, is made when it is first needed.</summary>
    public SlotMemory(Poller poller, int slotLength, int count)
    {
        _count = count;
        _rooms = new SlotRooms(poller, slotLength);
        _free = new Stack<ReceiveSlot>(count);
        _delivered = new List<ReceiveSlot>(count);
    }

    /// <summary>Whether the link receives into slots that it shares with others.</summary>
    public bool IsShared => _shared is not null;

    /// <summary>The slabs in use.</summary>
    public ReadOnlySpan<Slab> Slabs => _shared is null ? _rooms.Slabs : _shared.Slabs;

    /// <summary>Slots whose messages were delivered and may still be in use.</summary>
    public int DeliveredCount => _delivered.Count;

    /// <summary>From now on - before the first slot is taken - memory comes from slots that others use, too.</summary>
    public void Share(ISharedSlots shared) => _shared = shared;

    /// <summary>Takes a slot to post, if one is free.</summary>
    public bool TryTake(out ReceiveSlot slot)
    {
        if (!_free.TryPop(out slot!))
        {
            if (_made == _count)
            {
                return false;
            }

            _made++;
            slot = new ReceiveSlot();
        }

        if (_shared is not null)
        {
            if (!_shared.TryPromise(_promised))
            {
                _free.Push(slot);
                return false;
            }

            _promised++;
        }
        else if (slot.Block is null)
        {
            slot.Room = _rooms.Carve();
        }

        return true;
    }

    /// <summary>A message has arrived in shared memory, for the slot that was taken for it.</summary>
    public void Arrive(ReceiveSlot slot, SlotRoom room)
    {
        slot.Room = room;
        _promised--;
    }

    /// <summary>Makes all of them, so that nothing is made while messages flow; their memory is taken when they are first used all the same. Shared slots are too
    /// many for all to be made.</summary>
    public void MakeAll()
    {
        for (; _shared is null && _made < _count; _made++)
        {
            _free.Push(new ReceiveSlot());
        }
    }

    /// <summary>Takes back a slot whose message nobody uses.</summary>
    public void Free(ReceiveSlot slot)
    {
        slot.State = SlotState.Empty;
        slot.Frame = default;
        if (_shared is not null)
        {
            _shared.Return(slot.Room);
            slot.Room = default;
        }

        _free.Push(slot);
    }

    /// <summary>Takes back a slot whose message was delivered and may be in use.</summary>
    public void Deliver(ReceiveSlot slot) => _delivered.Add(slot);

    /// <summary>Everything delivered has been moved away: the slots are free.</summary>
    public void Reuse()
    {
        foreach (var slot in _delivered)
        {
            Free(slot);
        }

        _delivered.Clear();
    }

    /// <summary>Something delivered stays in use, and whoever uses it holds the slabs: the slots get fresh memory.</summary>
    public void Replace()
    {
        foreach (var slot in _delivered)
        {
            Leave(slot);
        }

        foreach (var slot in _delivered)
        {
            slot.State = SlotState.Empty;
            slot.Frame = default;
            _free.Push(slot);
        }

        _delivered.Clear();
    }

    /// <summary>Gives the slabs back; whoever holds them keeps them. Nothing is delivered any more.</summary>
    public void Close()
    {
        _shared?.Withdraw(_promised);
        _promised = 0;
        _rooms.Close();
        _free.Clear();
        _delivered.Clear();
        _made = _count;
    }

    private void Leave(ReceiveSlot slot)
    {
        if (_shared is not null)
        {
            _shared.Leave(slot.Room);
        }
        else
        {
            _rooms.Leave(slot.Block!);
        }

        slot.Room = default;
    }
}
