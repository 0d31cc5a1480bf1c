using System.Buffers.Binary;

namespace Accelio.Transports.Wire;

/// <summary>
/// The fixed bytes of the set-up request of an RDMA link behind the TLV (RDMA, section 4): version 2, flags 2, cid 4, then <see
/// cref="RdmaSetupPart"/>.
/// </summary>
internal static class RdmaNexusRequest
{
    /// <summary>Bytes of the fixed fields; key pairs and extension block follow.</summary>
    public const int Size = PartOffset + RdmaSetupPart.Size;

    private const int VersionOffset = 0;
    private const int FlagsOffset = 2;
    private const int CidOffset = 4;
    private const int PartOffset = 8;

    /// <summary>Reads the fixed fields.</summary>
    public static RdmaSetup Read(ReadOnlySpan<byte> value)
    {
        var setup = default(RdmaSetup);
        setup.Link.Version = BinaryPrimitives.ReadUInt16BigEndian(value[VersionOffset..]);
        setup.Link.Flags = BinaryPrimitives.ReadUInt16BigEndian(value[FlagsOffset..]);
        setup.Link.Cid = BinaryPrimitives.ReadUInt32BigEndian(value[CidOffset..]);
        RdmaSetupPart.Read(value[PartOffset..], ref setup);
        return setup;
    }

    /// <summary>Writes the fixed fields.</summary>
    public static void Write(Span<byte> value, in RdmaSetup setup)
    {
        BinaryPrimitives.WriteUInt16BigEndian(value[VersionOffset..], setup.Link.Version);
        BinaryPrimitives.WriteUInt16BigEndian(value[FlagsOffset..], setup.Link.Flags);
        BinaryPrimitives.WriteUInt32BigEndian(value[CidOffset..], setup.Link.Cid);
        RdmaSetupPart.Write(value[PartOffset..], setup);
    }
}
