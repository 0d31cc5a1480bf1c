namespace Accelio.Transports.Slots;

/// <summary>One receive slot: a piece of memory for one message, and the frame found in it from its arrival to its delivery.</summary>
internal sealed unsafe class ReceiveSlot
{
    /// <summary>The frame; its pointers lead into <see cref="Pointer"/> unless the body was fetched.</summary>
    public InboundFrame Frame;

    /// <summary>The memory; nothing as long as there is none.</summary>
    public SlotRoom Room { get; set; }

    /// <summary>The block that the memory is a part of.</summary>
    public SlotBlock? Block => Room.Block;

    /// <summary>The memory.</summary>
    public byte* Pointer => Room.Pointer;

    /// <summary>Bytes of the message in it.</summary>
    public int Length { get; set; }

    /// <summary>How far the frame has come.</summary>
    public SlotState State { get; set; }

    /// <summary>The body in the slot; null when there is none, or it is to be fetched.</summary>
    public byte* InlineBody { get; set; }

    /// <summary>Parts of the body at the peer that are to be fetched; 0 when it came along.</summary>
    public int Parts { get; set; }

    /// <summary>The table of those parts, in the slot.</summary>
    public byte* PartTable { get; set; }

    /// <summary>Which frame of the peer this is, counted from 0: its sequence number, in 32 bits.</summary>
    public uint Number { get; set; }
}
