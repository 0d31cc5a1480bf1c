using System.Runtime.InteropServices;
using Accelio.Native.Linux;

namespace Accelio.Native.Verbs;

/// <summary>ibv_comp_channel: a descriptor for completion queues to wake somebody by.</summary>
internal sealed unsafe class CompletionChannel : VerbsHandle
{
    private CompletionChannel(IbvCompChannel* channel, ConnectionId id)
        : base((nint)channel, id)
    {
    }

    /// <summary>Readable when a queue that was armed has a completion.</summary>
    public int Descriptor => Pointer->Descriptor;

    internal IbvCompChannel* Pointer => (IbvCompChannel*)handle;

    /// <summary>Makes a channel that never waits, of the device of an id, which is held for it: the device stays open. 0 or a negated error number.</summary>
    public static int Create(ConnectionId id, out CompletionChannel? channel)
    {
        channel = null;
        var native = VerbsCalls.CreateChannel(id.Device);
        if (native == null)
        {
            return -Marshal.GetLastPInvokeError();
        }

        var made = new CompletionChannel(native, id);
        var result = Descriptors.SetNonBlocking(made.Descriptor);
        if (result < 0)
        {
            made.Dispose();
            return result;
        }

        channel = made;
        return 0;
    }

    /// <inheritdoc/>
    protected override int Destroy() => VerbsCalls.DestroyChannel(Pointer);
}
