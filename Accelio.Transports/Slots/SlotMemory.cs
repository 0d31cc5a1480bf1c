using System.Runtime.InteropServices;
using Accelio.Transports.Memory;
using Accelio.Transports.Polling;

namespace Accelio.Transports.Slots;

/// <summary>
/// The receive slots of one link: twice as many as are posted, so that a slot can be given back to the peer at once while the message in it is still
/// being used in place. Poller thread only.
/// </summary>
internal sealed unsafe class SlotMemory
{
    private const int BlockLength = 256 << 10;

    private readonly Poller _poller;
    private readonly int _slotLength;
    private readonly List<SlotBlock> _blocks = [];
    private readonly List<Slab> _slabs = [];
    private readonly int _count;
    private readonly Stack<ReceiveSlot> _free;
    private readonly List<ReceiveSlot> _delivered;
    private SlotBlock? _carved;
    private int _carvedLength;
    private int _made;

    /// <summary>At most so many slots of a length; each, and its memory, is made when it is first needed.</summary>
    public SlotMemory(Poller poller, int slotLength, int count)
    {
        _poller = poller;
        _slotLength = slotLength;
        _count = count;
        _free = new Stack<ReceiveSlot>(count);
        _delivered = new List<ReceiveSlot>(count);
    }

    /// <summary>The slabs in use.</summary>
    public ReadOnlySpan<Slab> Slabs => CollectionsMarshal.AsSpan(_slabs);

    /// <summary>Slots whose messages were delivered and may still be in use.</summary>
    public int DeliveredCount => _delivered.Count;

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

        if (slot.Block is null)
        {
            Carve(slot);
        }

        return true;
    }

    /// <summary>Makes all of them, so that nothing is made while messages flow; their memory is taken when they are first used all the same.</summary>
    public void MakeAll()
    {
        for (; _made < _count; _made++)
        {
            _free.Push(new ReceiveSlot());
        }
    }

    /// <summary>Takes back a slot whose message nobody uses.</summary>
    public void Free(ReceiveSlot slot)
    {
        slot.State = SlotState.Empty;
        slot.Frame = default;
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
            Carve(slot);
        }

        Reuse();
    }

    /// <summary>Gives the slabs back; whoever holds them keeps them.</summary>
    public void Close()
    {
        foreach (var block in _blocks)
        {
            block.Slab.Release();
        }

        _blocks.Clear();
        _slabs.Clear();
        _free.Clear();
        _delivered.Clear();
        _carved = null;
        _made = _count;
    }

    private void Carve(ReceiveSlot slot)
    {
        if (_carved is null || _carvedLength + _slotLength > _carved.Slab.Length)
        {
            _carved = new SlotBlock(_poller.Memory.Rent(Math.Max(BlockLength, _slotLength)));
            _carvedLength = 0;
            _blocks.Add(_carved);
            _slabs.Add(_carved.Slab);
        }

        slot.Block = _carved;
        slot.Pointer = _carved.Slab.Pointer + _carvedLength;
        _carvedLength += _slotLength;
        _carved.Slots++;
    }

    private void Leave(ReceiveSlot slot)
    {
        var block = slot.Block!;
        slot.Block = null;
        if (--block.Slots > 0)
        {
            return;
        }

        if (block == _carved)
        {
            _carved = null;
        }

        _blocks.Remove(block);
        _slabs.Remove(block.Slab);
        block.Slab.Release();
    }
}
