using Accelio.Native.Linux;

namespace Accelio.Native.Verbs;

/// <summary>rdma_event_channel: where connections and listeners say what becomes of them. Methods return 0 or a negated error
/// number.</summary>
internal sealed unsafe class EventChannel : VerbsHandle
{
    private EventChannel(int* channel)
        : base((nint)channel)
    {
    }

    /// <summary>Readable when there is an event.</summary>
    public int Descriptor => *Pointer;

    internal int* Pointer => (int*)handle;

    /// <summary>Makes a channel that never waits.</summary>
    public static int Create(out EventChannel? channel)
    {
        channel = null;
        var native = ConnectionCalls.CreateEventChannel();
        if (native == null)
        {
            return -System.Runtime.InteropServices.Marshal.GetLastPInvokeError();
        }

        var made = new EventChannel(native);
        var result = Descriptors.SetNonBlocking(made.Descriptor);
        if (result < 0)
        {
            made.Dispose();
            return result;
        }

        channel = made;
        return 0;
    }

    /// <summary>Takes the next event; -<see cref="Errno.Again"/> when there is none.</summary>
    public int Take(out ConnectionEvent taken)
    {
        taken = default;
        RdmaCmEvent* native;
        var result = Errno.Result(ConnectionCalls.GetEvent(Pointer, &native));
        if (result < 0)
        {
            return result;
        }

        taken = new ConnectionEvent(native);

        // At once: an id cannot be destroyed while an event of it is out.
        return Errno.Result(ConnectionCalls.AcknowledgeEvent(native));
    }

    /// <inheritdoc/>
    protected override int Destroy()
    {
        ConnectionCalls.DestroyEventChannel(Pointer);
        return 0;
    }
}
