using Accelio.Transports.Memory;

namespace Accelio.Transports.Slots;

/// <summary>Slots that several links receive into: a message takes the next one, whichever link it comes by. Poller thread only.</summary>
internal interface ISharedSlots
{
    /// <summary>The slabs in use, for messages of any of the links.</summary>
    ReadOnlySpan<Slab> Slabs { get; }

    /// <summary>Asks for a slot for one more message of a link, which may tell its peer of it; false when the link must do with what it has.</summary>
    /// <param name="held">Slots that are there for the link already.</param>
    bool TryPromise(int held);

    /// <summary>No message will come for slots that were promised to a link.</summary>
    void Withdraw(int count);

    /// <summary>The message of a link is done with.</summary>
    void Return(SlotRoom room);

    /// <summary>Somebody goes on using the message, and holds the slab.</summary>
    void Leave(SlotRoom room);
}
