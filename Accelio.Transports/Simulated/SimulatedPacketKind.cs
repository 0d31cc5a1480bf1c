namespace Accelio.Transports.Simulated;

/// <summary>What a <see cref="SimulatedPacket"/> does at the far end.</summary>
internal enum SimulatedPacketKind : byte
{
    /// <summary>A piece of a byte stream.</summary>
    Data,

    /// <summary>One message for one posted slot.</summary>
    Message,

    /// <summary>Asks for a piece of a body exposed at the far end; comes back with the bytes.</summary>
    Read,
}
