using System.Runtime.InteropServices;

namespace Accelio.Native.Verbs;

/// <summary>ibv_pd: what memory and queue pairs must have in common.</summary>
internal sealed unsafe class ProtectionDomain : VerbsHandle
{
    private ProtectionDomain(IbvPd* pd, ConnectionId id)
        : base((nint)pd, id)
    {
    }

    internal IbvPd* Pointer => (IbvPd*)handle;

    /// <summary>Makes one of the device of an id, which is held for it: the device stays open. 0 or a negated error number.</summary>
    public static int Create(ConnectionId id, out ProtectionDomain? domain)
    {
        var native = VerbsCalls.AllocatePd(id.Device);
        domain = native == null ? null : new ProtectionDomain(native, id);
        return native == null ? -Marshal.GetLastPInvokeError() : 0;
    }

    /// <inheritdoc/>
    protected override int Destroy() => VerbsCalls.DeallocatePd(Pointer);
}
