using System.Runtime.InteropServices;
using Accelio.Transports.Memory;
using Accelio.Transports.Polling;

namespace Accelio.Transports.Slots;

/// <summary>Memory for messages that arrive, carved from slabs. Poller thread only.</summary>
/// <param name="poller">Whose memory it is.</param>
/// <param name="slotLength">Bytes for a message.</param>
internal sealed unsafe class SlotRooms(Poller poller, int slotLength)
{
    private const int BlockLength = 256 << 10;

    private readonly List<SlotBlock> _blocks = [];
    private readonly List<Slab> _slabs = [];
    private SlotBlock? _carved;
    private int _carvedLength;

    /// <summary>The slabs in use.</summary>
    public ReadOnlySpan<Slab> Slabs => CollectionsMarshal.AsSpan(_slabs);

    /// <summary>Takes memory that was not used before, or by nobody any more.</summary>
    public SlotRoom Carve()
    {
        if (_carved is null || _carvedLength + slotLength > _carved.Slab.Length)
        {
            _carved = new SlotBlock(poller.Memory.Rent(Math.Max(BlockLength, slotLength)));
            _carvedLength = 0;
            _blocks.Add(_carved);
            _slabs.Add(_carved.Slab);
        }

        var room = new SlotRoom(_carved, _carved.Slab.Pointer + _carvedLength);
        _carvedLength += slotLength;
        _carved.Slots++;
        return room;
    }

    /// <summary>Leaves memory to those who use what is in it, and hold the slab.</summary>
    public void Leave(SlotBlock block)
    {
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

    /// <summary>Gives the slabs back; whoever holds them keeps them.</summary>
    public void Close()
    {
        foreach (var block in _blocks)
        {
            block.Slab.Release();
        }

        _blocks.Clear();
        _slabs.Clear();
        _carved = null;
    }
}
