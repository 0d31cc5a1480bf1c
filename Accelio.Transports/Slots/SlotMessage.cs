namespace Accelio.Transports.Slots;

/// <summary>One message to be sent, in memory of the transport. Poller thread only.</summary>
internal abstract unsafe class SlotMessage
{
    /// <summary>Where its bytes are.</summary>
    public abstract byte* Pointer { get; }

    /// <summary>Bytes of the message.</summary>
    public int Length { get; set; }

    /// <summary>What it needs besides a slot.</summary>
    public SlotMessageKind Kind { get; set; }

    /// <summary>The body that it announces and the peer fetches, by its id in <see cref="ExposedBodies"/>; 0 for none.</summary>
    public uint Exposed { get; set; }

    /// <summary>Whether a body is announced, which the peer fetches.</summary>
    public bool AnnouncesBulk => Exposed != 0;

    /// <summary>The next message of the queue this one is in.</summary>
    internal SlotMessage? NextInList { get; set; }

    /// <summary>Gives the memory back: the message was not sent, or is no longer needed.</summary>
    public abstract void Store();
}
