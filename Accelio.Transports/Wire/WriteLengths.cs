namespace Accelio.Transports.Wire;

/// <summary>
/// The table behind the header of a response whose body is placed in the buffers that the requester offered: for each of them, in order,
/// how many bytes went there, 4 bytes each (wire protocol, section 8).
/// </summary>
internal static unsafe class WriteLengths
{
    /// <summary>Bytes of an entry.</summary>
    public const int Size = 4;

    /// <summary>Entry <paramref name="index"/> of the table at <paramref name="p"/>.</summary>
    public static uint Read(byte* p, int index) => BigEndian.ReadUInt32(p + (index * Size));

    /// <summary>Writes entry <paramref name="index"/> of the table at <paramref name="p"/>.</summary>
    public static void Write(byte* p, int index, uint length) => BigEndian.WriteUInt32(p + (index * Size), length);

    /// <summary>The sum of <paramref name="count"/> entries (at most 65535, so it cannot overflow).</summary>
    public static ulong Total(byte* p, int count)
    {
        var total = 0UL;
        for (var i = 0; i < count; i++)
        {
            total += Read(p, i);
        }

        return total;
    }
}
