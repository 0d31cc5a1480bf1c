using Accelio.Transports.Memory;

namespace Accelio.Transports.Streams;

/// <summary>
/// The bytes that arrived on one stream and are not consumed: [<see cref="Start"/>, <see cref="End"/>) of a slab. What lies in front of
/// <see cref="Start"/> was delivered in place and
/// may still be read by the sink. Without a slab it has room for nothing.
/// </summary>
internal sealed unsafe class ReceiveBuffer
{
    /// <summary>First byte of the slab.</summary>
    public byte* Pointer;

    /// <summary>Length of the slab in bytes.</summary>
    public int Capacity;

    /// <summary>Offset of the first byte that is not consumed.</summary>
    public int Start;

    /// <summary>Offset behind the last byte that arrived.</summary>
    public int End;

    /// <summary>How many bytes from <see cref="Start"/> on the frame in hand needs before it can go on.</summary>
    public int Needed;

    /// <summary>Whether the last receive filled all the room there was: more is waiting, a larger buffer saves calls.</summary>
    public bool Filled;

    /// <summary>Bytes not consumed.</summary>
    public int Length => End - Start;

    /// <summary>Room behind the bytes that arrived.</summary>
    public int Free => Capacity - End;

    /// <summary>The first byte not consumed.</summary>
    public byte* First => Pointer + Start;

    /// <summary>Gives the slab up; nothing in it is to be consumed.</summary>
    public void Leave()
    {
        Pointer = null;
        Capacity = Start = End = Needed = 0;
        Filled = false;
    }

    /// <summary>Takes another slab; the bytes not consumed must have been copied to its beginning.</summary>
    public void Adopt(Slab slab, int length)
    {
        Pointer = slab.Pointer;
        Capacity = slab.Length;
        Start = 0;
        End = length;
        Filled = false;
    }
}
