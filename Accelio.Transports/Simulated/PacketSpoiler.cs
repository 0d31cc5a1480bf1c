namespace Accelio.Transports.Simulated;

/// <summary>Does to packets what no checksum of a lower layer would let pass: what decoders must survive.</summary>
internal static unsafe class PacketSpoiler
{
    private const int MostBytes = 8;
    private const int Head = 128;

    /// <summary>Throws the dice for a packet, and changes its bytes accordingly.</summary>
    public static Mischief Spoil(SimulatedPacket packet, in WireConditions conditions, WireRandom random)
    {
        if (packet.Kind != SimulatedPacketKind.Read)
        {
            if (random.Happens(conditions.Corrupt))
            {
                Corrupt(packet, random);
            }

            if (random.Happens(conditions.Truncate) && packet.Length > 1)
            {
                packet.Length = 1 + (int)random.Next(packet.Length - 1);
            }
        }

        return (random.Happens(conditions.Repeat) ? Mischief.Repeat : Mischief.None)
            | (random.Happens(conditions.Reorder) ? Mischief.Delay : Mischief.None);
    }

    // Half of it at the beginning, where the headers are: bodies are not checked, and would only differ.
    private static void Corrupt(SimulatedPacket packet, WireRandom random)
    {
        var limit = random.Next(2) == 0 ? Math.Min(packet.Length, Head) : packet.Length;
        for (var i = random.Next(MostBytes); i >= 0; i--)
        {
            packet.Pointer[random.Next(limit)] ^= (byte)(1 + random.Next(255));
        }
    }
}
