using System.Buffers.Binary;

namespace Accelio.Transports.Wire;

/// <summary>The 36 fixed bytes of NEXUS_RSP behind the TLV (wire protocol, section 5.2).</summary>
internal static class TcpNexusResponse
{
    /// <summary>Bytes of the fixed fields; the extension block follows.</summary>
    public const int Size = 36;

    private const int CidOffset = 0;
    private const int StatusOffset = 4;
    private const int VersionOffset = 8;
    private const int FlagsOffset = 10;
    private const int LimitsOffset = 12;
    private const int PadOffset = LimitsOffset + NexusLimits.Size;

    /// <summary>Reads the fixed fields; the pad, in which C servers return bytes of the request, is ignored.</summary>
    public static LinkSetup Read(ReadOnlySpan<byte> value)
    {
        var setup = new LinkSetup
        {
            IsResponse = true,
            Cid = BinaryPrimitives.ReadUInt32BigEndian(value[CidOffset..]),
            Status = BinaryPrimitives.ReadUInt32BigEndian(value[StatusOffset..]),
            Version = BinaryPrimitives.ReadUInt16BigEndian(value[VersionOffset..]),
            Flags = BinaryPrimitives.ReadUInt16BigEndian(value[FlagsOffset..]),
        };
        NexusLimits.Read(value[LimitsOffset..], ref setup);
        return setup;
    }

    /// <summary>Writes the fixed fields, the pad as zeros.</summary>
    public static void Write(Span<byte> value, in LinkSetup setup)
    {
        BinaryPrimitives.WriteUInt32BigEndian(value[CidOffset..], setup.Cid);
        BinaryPrimitives.WriteUInt32BigEndian(value[StatusOffset..], setup.Status);
        BinaryPrimitives.WriteUInt16BigEndian(value[VersionOffset..], setup.Version);
        BinaryPrimitives.WriteUInt16BigEndian(value[FlagsOffset..], setup.Flags);
        NexusLimits.Write(value[LimitsOffset..], setup);
        BinaryPrimitives.WriteUInt32BigEndian(value[PadOffset..], 0);
    }
}
