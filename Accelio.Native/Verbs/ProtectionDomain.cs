using System.Runtime.InteropServices;

namespace Accelio.Native.Verbs;

/// <summary>ibv_pd: what memory and queue pairs must have in common.</summary>
internal sealed unsafe class ProtectionDomain : VerbsHandle
{
    private ProtectionDomain(IbvPd* pd)
        : base((nint)pd)
    {
    }

    internal IbvPd* Pointer => (IbvPd*)handle;

    /// <summary>Makes one; 0 or a negated error number.</summary>
    public static int Create(VerbsDevice device, out ProtectionDomain? domain)
    {
        var native = VerbsCalls.AllocatePd(device.Context);
        domain = native == null ? null : new ProtectionDomain(native);
        return native == null ? -Marshal.GetLastPInvokeError() : 0;
    }

    /// <inheritdoc/>
    protected override int Destroy() => VerbsCalls.DeallocatePd(Pointer);
}
