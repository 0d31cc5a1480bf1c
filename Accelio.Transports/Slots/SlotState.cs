namespace Accelio.Transports.Slots;

/// <summary>How far the message in a <see cref="ReceiveSlot"/> has come.</summary>
internal enum SlotState : byte
{
    /// <summary>None there: posted or free.</summary>
    Empty,

    /// <summary>Arrived; the sink does not want its body yet.</summary>
    Deferred,

    /// <summary>Arrived; its body is to be fetched, or being fetched.</summary>
    Fetching,

    /// <summary>Complete: may be delivered when its turn comes.</summary>
    Ready,
}
