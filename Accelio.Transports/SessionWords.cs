using System.Runtime.CompilerServices;

namespace Accelio.Transports;

/// <summary>
/// The session header of a plain message in its own words of 64 bits (wire protocol, section 6), in host order, so that the link need not put them together. There are no receipts in it.
/// </summary>
/// <remarks>Four fields and no more, all of them numbers: then the compiler keeps them in registers.</remarks>
internal struct SessionWords
{
    /// <summary>The receiver's session id, and the flags in the lower half.</summary>
    public ulong Address;

    /// <summary>Serial number of the message; a response repeats the request's.</summary>
    public ulong Serial;

    /// <summary>Sixteen bits each from the top: the sequence number, the last one received, the messages granted, nothing.</summary>
    public ulong Sequence;

    /// <summary>Bytes granted to the receiver.</summary>
    public ulong CreditBytes;

    /// <summary>Puts the words together.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public SessionWords(uint destination, uint flags, ulong serial, ushort number, ushort received, ushort creditMessages, ulong creditBytes)
    {
        Address = (ulong)destination << 32 | flags;
        Serial = serial;
        Sequence = (ulong)number << 48 | (ulong)received << 32 | (ulong)creditMessages << 16;
        CreditBytes = creditBytes;
    }
}
