namespace Accelio.Transports.Slots;

/// <summary>Memory for one message.</summary>
/// <param name="block">The block that it is a part of.</param>
/// <param name="pointer">Where it is.</param>
internal readonly unsafe struct SlotRoom(SlotBlock block, byte* pointer)
{
    /// <summary>The block that it is a part of.</summary>
    public SlotBlock Block => block;

    /// <summary>Where it is.</summary>
    public byte* Pointer => pointer;
}
