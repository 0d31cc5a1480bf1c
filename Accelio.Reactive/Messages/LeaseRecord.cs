namespace Accelio.Reactive;

/// <summary>One entry of the audit: a message while anything holds it, or one lease of a caller. It does not refer to the lease, which must
/// be found when it is dropped.</summary>
internal sealed class LeaseRecord(LeaseLedger ledger, MessageCore core, string? holder, long since)
{
    /// <summary>The message.</summary>
    public MessageCore Core => core;

    /// <summary>Who got the lease; null for the message itself.</summary>
    public string? Holder => holder;

    /// <summary>Since when; a time stamp of the context.</summary>
    public long Since => since;

    /// <summary>The lease, or the message, has ended. Any thread.</summary>
    public void End() => ledger.Leave(this);
}
