namespace Accelio.Transports.Slots;

/// <summary>How a message takes part in the counting of a slot link (RDMA, sections 3 and 8).</summary>
internal enum SlotMessageKind : byte
{
    /// <summary>Takes a sequence number and carries credits.</summary>
    Frame,

    /// <summary>The set-up: uses the one slot that both sides post before anything is agreed.</summary>
    Setup,

    /// <summary>Credits alone: names the next sequence number without taking it, and may use the last credit.</summary>
    Credits,

    /// <summary>Says that a body was fetched: no number, no credits.</summary>
    ReadAck,
}
