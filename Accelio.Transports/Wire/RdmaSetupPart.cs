using System.Buffers.Binary;

namespace Accelio.Transports.Wire;

/// <summary>The 32 bytes that both set-up messages of an RDMA link share, behind the nexus part (RDMA, section 4).</summary>
internal static class RdmaSetupPart
{
    /// <summary>Bytes of the part.</summary>
    public const int Size = 32;

    /// <summary>Bytes of a pair of old and new key.</summary>
    public const int KeyPairSize = 8;

    private const int CreditsOffset = 0;
    private const int SendDepthOffset = 2;
    private const int ReceiveDepthOffset = 4;
    private const int KeyPairsOffset = 6;
    private const int LimitsOffset = 8;
    private const int PadOffset = LimitsOffset + NexusLimits.Size;

    /// <summary>Reads the part; the pad is ignored.</summary>
    public static void Read(ReadOnlySpan<byte> bytes, ref RdmaSetup setup)
    {
        setup.Credits = BinaryPrimitives.ReadUInt16BigEndian(bytes[CreditsOffset..]);
        setup.SendDepth = BinaryPrimitives.ReadUInt16BigEndian(bytes[SendDepthOffset..]);
        setup.ReceiveDepth = BinaryPrimitives.ReadUInt16BigEndian(bytes[ReceiveDepthOffset..]);
        setup.KeyPairs = BinaryPrimitives.ReadUInt16BigEndian(bytes[KeyPairsOffset..]);
        NexusLimits.Read(bytes[LimitsOffset..], ref setup.Link);
    }

    /// <summary>Writes the part, the pad as zeros.</summary>
    public static void Write(Span<byte> bytes, in RdmaSetup setup)
    {
        BinaryPrimitives.WriteUInt16BigEndian(bytes[CreditsOffset..], setup.Credits);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[SendDepthOffset..], setup.SendDepth);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[ReceiveDepthOffset..], setup.ReceiveDepth);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[KeyPairsOffset..], setup.KeyPairs);
        NexusLimits.Write(bytes[LimitsOffset..], setup.Link);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[PadOffset..], 0);
    }
}
