namespace Accelio.Transports.Simulated;

/// <summary>One byte stream of a <see cref="SimulatedStreamLink"/>, both directions, as this end sees it.</summary>
internal sealed class SimulatedStream(int? seed, int index)
{
    /// <summary>What has arrived and was not read, in order.</summary>
    public Queue<SimulatedPacket> Arrived { get; } = new();

    /// <summary>Bytes read from the first packet.</summary>
    public int Read { get; set; }

    /// <summary>Packets of this end that are away.</summary>
    public int Away { get; set; }

    /// <summary>How reads are cut.</summary>
    public ChunkPolicy ReadPolicy { get; } = new(seed, index * 2);

    /// <summary>How writes are cut.</summary>
    public ChunkPolicy WritePolicy { get; } = new(seed, (index * 2) + 1);

    /// <summary>Whether the link wants to be told of bytes.</summary>
    public bool WantRead { get; set; } = true;

    /// <summary>Whether the link wants to be told of room.</summary>
    public bool WantWrite { get; set; }

    /// <summary>Whether the link asked for another turn.</summary>
    public bool Ready { get; set; }
}
