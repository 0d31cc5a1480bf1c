using System.Buffers.Binary;

namespace Accelio.Transports.Wire;

/// <summary>
/// The fixed bytes of the set-up response of an RDMA link behind the TLV (RDMA, section 4): cid 4, status 4, version 2, flags 2, then <see
/// cref="RdmaSetupPart"/>.
/// </summary>
internal static class RdmaNexusResponse
{
    /// <summary>Bytes of the fixed fields; key pairs and extension block follow.</summary>
    public const int Size = PartOffset + RdmaSetupPart.Size;

    private const int CidOffset = 0;
    private const int StatusOffset = 4;
    private const int VersionOffset = 8;
    private const int FlagsOffset = 10;
    private const int PartOffset = 12;

    /// <summary>Reads the fixed fields.</summary>
    public static RdmaSetup Read(ReadOnlySpan<byte> value)
    {
        var setup = default(RdmaSetup);
        setup.Link.IsResponse = true;
        setup.Link.Cid = BinaryPrimitives.ReadUInt32BigEndian(value[CidOffset..]);
        setup.Link.Status = BinaryPrimitives.ReadUInt32BigEndian(value[StatusOffset..]);
        setup.Link.Version = BinaryPrimitives.ReadUInt16BigEndian(value[VersionOffset..]);
        setup.Link.Flags = BinaryPrimitives.ReadUInt16BigEndian(value[FlagsOffset..]);
        RdmaSetupPart.Read(value[PartOffset..], ref setup);
        return setup;
    }

    /// <summary>Writes the fixed fields.</summary>
    public static void Write(Span<byte> value, in RdmaSetup setup)
    {
        BinaryPrimitives.WriteUInt32BigEndian(value[CidOffset..], setup.Link.Cid);
        BinaryPrimitives.WriteUInt32BigEndian(value[StatusOffset..], setup.Link.Status);
        BinaryPrimitives.WriteUInt16BigEndian(value[VersionOffset..], setup.Link.Version);
        BinaryPrimitives.WriteUInt16BigEndian(value[FlagsOffset..], setup.Link.Flags);
        RdmaSetupPart.Write(value[PartOffset..], setup);
    }
}
