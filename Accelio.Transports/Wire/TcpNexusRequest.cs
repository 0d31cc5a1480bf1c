using System.Buffers.Binary;

namespace Accelio.Transports.Wire;

/// <summary>The 32 fixed bytes of NEXUS_REQ behind the TLV (wire protocol, section 5.1).</summary>
internal static class TcpNexusRequest
{
    /// <summary>Bytes of the fixed fields; the extension block follows.</summary>
    public const int Size = 32;

    private const int VersionOffset = 0;
    private const int FlagsOffset = 2;
    private const int CidOffset = 4;
    private const int LimitsOffset = 8;
    private const int PadOffset = LimitsOffset + NexusLimits.Size;

    /// <summary>Reads the fixed fields; the pad is ignored.</summary>
    public static LinkSetup Read(ReadOnlySpan<byte> value)
    {
        var setup = new LinkSetup
        {
            IsResponse = false,
            Version = BinaryPrimitives.ReadUInt16BigEndian(value[VersionOffset..]),
            Flags = BinaryPrimitives.ReadUInt16BigEndian(value[FlagsOffset..]),
            Cid = BinaryPrimitives.ReadUInt32BigEndian(value[CidOffset..]),
        };
        NexusLimits.Read(value[LimitsOffset..], ref setup);
        return setup;
    }

    /// <summary>Writes the fixed fields, the pad as zeros.</summary>
    public static void Write(Span<byte> value, in LinkSetup setup)
    {
        BinaryPrimitives.WriteUInt16BigEndian(value[VersionOffset..], setup.Version);
        BinaryPrimitives.WriteUInt16BigEndian(value[FlagsOffset..], setup.Flags);
        BinaryPrimitives.WriteUInt32BigEndian(value[CidOffset..], setup.Cid);
        NexusLimits.Write(value[LimitsOffset..], setup);
        BinaryPrimitives.WriteUInt32BigEndian(value[PadOffset..], 0);
    }
}
