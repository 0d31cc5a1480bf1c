namespace Accelio.Reactive;

/// <summary>
/// A lease that is the caller's: from Retain, or with an answer. Only the caller's handles, and the memory read through them, refer to it;
/// the library does not. So when a caller drops it without Dispose it becomes unreachable, and its finalizer ends the lease. Belongs to one
/// core for good and is used again with it; while unused it has no finalizer to run.
/// </summary>
internal sealed class OwnedLease : MessageLease
{
    private int _coreVersion;
    private LeaseRecord? _record;

    public OwnedLease(MessageCore core) => Core = core;

    /// <summary>Dropped without Dispose.</summary>
    ~OwnedLease()
    {
        if ((_state & Holding) != 0)
        {
            _state &= ~Holding;
            Core.OnDropped(_record);
        }
    }

    /// <summary>The next one that is not in use.</summary>
    internal OwnedLease? NextSpare { get; set; }

    private protected override int CoreVersion => _coreVersion;

    /// <summary>Takes over one hold on the core. Whoever took the lease out of the spare ones.</summary>
    /// <param name="isNew">Whether the object has just been made.</param>
    /// <param name="coreVersion">Version of the message.</param>
    /// <param name="record">Its entry in the audit, if there is one.</param>
    public void Begin(bool isNew, int coreVersion, LeaseRecord? record)
    {
        _coreVersion = coreVersion;
        _record = record;
        OpenWindows(Core.HeaderLength, Core.PayloadLength);
        if (!isNew)
        {
            GC.ReRegisterForFinalize(this);
        }

        Volatile.Write(ref _state, Stamp(Version + 1));
    }

    /// <inheritdoc/>
    public override OwnedLease Retain(int version)
    {
        Demand(version);
        if (!Core.TryHold(_coreVersion))
        {
            ThrowStale();
        }

        if (!IsLeased(version))
        {
            Core.Unhold();
            ThrowStale();
        }

        return Core.NewLease();
    }

    /// <inheritdoc/>
    public override void Dispose(int version)
    {
        var held = Stamp(version);
        if (Interlocked.CompareExchange(ref _state, held & ~Holding, held) != held)
        {
            return;
        }

#pragma warning disable CA1816 // The object lives on, in the pool: it is the lease that was disposed of.
        GC.SuppressFinalize(this);
#pragma warning restore CA1816
        var record = _record;
        _record = null;
        record?.End();
        Core.Put(this);
        Core.Unhold();
    }
}
