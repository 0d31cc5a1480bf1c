namespace Accelio.Reactive;

/// <summary>Told on the poller when the last lease of a message has ended; must see to it that the core is recycled.</summary>
internal interface ILeaseOwner
{
    /// <summary>The last lease ended; the memory is gone already.</summary>
    void OnLeaseEnded(MessageCore core);
}
