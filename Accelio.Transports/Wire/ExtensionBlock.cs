using System.Buffers.Binary;

namespace Accelio.Transports.Wire;

/// <summary>
/// The block behind the fixed fields of a link set-up, announced by <see cref="LinkSetup.ExtensionFlag"/>: magic 4, version 2, length of
/// the items 2, then items of type 2, length 2 and value. At most <see cref="MaxSize"/> bytes in all, every item at most once, unknown
/// items skipped.
/// </summary>
internal static class ExtensionBlock
{
    /// <summary>"ACNX": C servers return bytes of the request in their pads, so neither flag nor position alone proves anything.</summary>
    public const uint Magic = 0x41434E58;

    /// <summary>The version written; blocks of another version offer nothing to this one.</summary>
    public const ushort Version = 1;

    /// <summary>Bytes in front of the items.</summary>
    public const int HeaderSize = 8;

    /// <summary>Longest block, header included, bytes.</summary>
    public const int MaxSize = 512;

    /// <summary>Bytes that <see cref="Write"/> needs at most.</summary>
    public const int MaxWritten = HeaderSize + (KnownItems * ItemHeaderSize);

    private const int KnownItems = 11;
    private const int ItemHeaderSize = 4;

    /// <summary>Writes a block that offers these features.</summary>
    /// <returns>Bytes written.</returns>
    public static int Write(Span<byte> destination, LinkFeatures features)
    {
        var items = destination[HeaderSize..];
        var length = 0;
        for (var item = 0; item < KnownItems; item++)
        {
            if (((int)features >> item & 1) != 0)
            {
                // The features of this version have no parameters: an empty value says it all.
                BinaryPrimitives.WriteUInt16BigEndian(items[length..], (ushort)(item + 1));
                BinaryPrimitives.WriteUInt16BigEndian(items[(length + 2)..], 0);
                length += ItemHeaderSize;
            }
        }

        BinaryPrimitives.WriteUInt32BigEndian(destination, Magic);
        BinaryPrimitives.WriteUInt16BigEndian(destination[4..], Version);
        BinaryPrimitives.WriteUInt16BigEndian(destination[6..], (ushort)length);
        return HeaderSize + length;
    }

    /// <summary>
    /// Reads what the peer offers. Without the flag, with another magic or another version that is nothing, and no error: it is not a peer
    /// of ours, or a newer one. A block of ours that is malformed is an error, for what it says cannot be trusted.
    /// </summary>
    /// <param name="setup">The fixed fields, for the flag.</param>
    /// <param name="trailer">The bytes behind them.</param>
    /// <param name="features">What the peer offers.</param>
    /// <param name="detail">What is wrong, null on success.</param>
    public static LinkError Read(in LinkSetup setup, ReadOnlySpan<byte> trailer, out LinkFeatures features, out string? detail)
    {
        features = LinkFeatures.None;
        detail = null;
        if ((setup.Flags & LinkSetup.ExtensionFlag) == 0
            || trailer.Length < sizeof(uint)
            || BinaryPrimitives.ReadUInt32BigEndian(trailer) != Magic)
        {
            return LinkError.None;
        }

        if (trailer.Length < HeaderSize)
        {
            detail = "extension block: cut off";
            return LinkError.MalformedExtension;
        }

        if (BinaryPrimitives.ReadUInt16BigEndian(trailer[4..]) != Version)
        {
            return LinkError.None;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(trailer[6..]);
        detail = length > MaxSize - HeaderSize ? "extension block: longer than allowed"
            : length > trailer.Length - HeaderSize ? "extension block: cut off"
            : ReadItems(trailer.Slice(HeaderSize, length), ref features);
        if (detail is null)
        {
            return LinkError.None;
        }

        features = LinkFeatures.None;
        return LinkError.MalformedExtension;
    }

    private static string? ReadItems(ReadOnlySpan<byte> items, ref LinkFeatures features)
    {
        for (var position = 0; position < items.Length;)
        {
            if (items.Length - position < ItemHeaderSize)
            {
                return "extension item: cut off";
            }

            var type = BinaryPrimitives.ReadUInt16BigEndian(items[position..]);
            int length = BinaryPrimitives.ReadUInt16BigEndian(items[(position + 2)..]);
            if (length > items.Length - position - ItemHeaderSize)
            {
                return "extension item: length";
            }

            if (Contains(items[..position], type))
            {
                return "extension item: twice";
            }

            if (type is >= 1 and <= KnownItems)
            {
                if (length != 0)
                {
                    return "extension item: value of a feature without parameters";
                }

                features |= (LinkFeatures)(1 << (type - 1));
            }

            position += ItemHeaderSize + length;
        }

        return null;
    }

    // The items in front are well-formed, and at most 126: looking through them again needs no memory of the peer's making.
    private static bool Contains(ReadOnlySpan<byte> items, ushort type)
    {
        while (!items.IsEmpty)
        {
            if (BinaryPrimitives.ReadUInt16BigEndian(items) == type)
            {
                return true;
            }

            items = items[(ItemHeaderSize + BinaryPrimitives.ReadUInt16BigEndian(items[2..]))..];
        }

        return false;
    }
}
