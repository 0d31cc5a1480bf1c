using System.Runtime.InteropServices;

namespace Accelio.Native.Verbs;

/// <summary>ibv_mr: memory that stays where it is and that the device may use, until disposed of.</summary>
internal sealed unsafe class MemoryRegistration : VerbsHandle
{
    private MemoryRegistration(IbvMr* mr, ProtectionDomain domain)
        : base((nint)mr, domain)
    {
        LocalKey = mr->LocalKey;
        RemoteKey = mr->RemoteKey;
    }

    /// <summary>What the owner's work requests name it by.</summary>
    public uint LocalKey { get; }

    /// <summary>What a peer's work requests name it by.</summary>
    public uint RemoteKey { get; }

    /// <summary>
    /// Registers memory: it is pinned, and charged to the limit of locked memory. 0 or a negated error number; -<see
    /// cref="Linux.Errno.NoMemory"/> says that the limit is reached.
    /// </summary>
    public static int Create(ProtectionDomain domain, byte* address, nuint length, MemoryAccess access, out MemoryRegistration? registration)
    {
        var native = VerbsCalls.Register(domain.Pointer, address, length, (int)access);
        registration = native == null ? null : new MemoryRegistration(native, domain);
        return native == null ? -Marshal.GetLastPInvokeError() : 0;
    }

    /// <inheritdoc/>
    protected override int Destroy() => VerbsCalls.Deregister((IbvMr*)handle);
}
