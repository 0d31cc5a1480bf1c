using System.Runtime.InteropServices;
using Accelio.Native.Linux;

namespace Accelio.Native.Verbs;

/// <summary>The calls of librdmacm: they return 0, or -1 and set errno. Only the handles of this room call them.</summary>
internal static unsafe partial class ConnectionCalls
{
    /// <summary>The library.</summary>
    public const string Library = "librdmacm.so.1";

    [LibraryImport(Library, EntryPoint = "rdma_get_devices", SetLastError = true)]
    internal static partial IbvContext** GetDevices(int* count);

    [LibraryImport(Library, EntryPoint = "rdma_free_devices")]
    internal static partial void FreeDevices(IbvContext** list);

    [LibraryImport(Library, EntryPoint = "rdma_create_event_channel", SetLastError = true)]
    internal static partial int* CreateEventChannel();

    [LibraryImport(Library, EntryPoint = "rdma_destroy_event_channel")]
    internal static partial void DestroyEventChannel(int* channel);

    [LibraryImport(Library, EntryPoint = "rdma_get_cm_event", SetLastError = true)]
    internal static partial int GetEvent(int* channel, RdmaCmEvent** received);

    [LibraryImport(Library, EntryPoint = "rdma_ack_cm_event", SetLastError = true)]
    internal static partial int AcknowledgeEvent(RdmaCmEvent* received);

    [LibraryImport(Library, EntryPoint = "rdma_create_id", SetLastError = true)]
    internal static partial int CreateId(int* channel, RdmaCmId** id, void* owner, int portSpace);

    [LibraryImport(Library, EntryPoint = "rdma_destroy_id", SetLastError = true)]
    internal static partial int DestroyId(RdmaCmId* id);

    [LibraryImport(Library, EntryPoint = "rdma_bind_addr", SetLastError = true)]
    internal static partial int Bind(RdmaCmId* id, SocketAddress* address);

    [LibraryImport(Library, EntryPoint = "rdma_set_option", SetLastError = true)]
    internal static partial int SetOption(RdmaCmId* id, int level, int name, void* value, nuint length);

    [LibraryImport(Library, EntryPoint = "rdma_resolve_addr", SetLastError = true)]
    internal static partial int ResolveAddress(RdmaCmId* id, SocketAddress* local, SocketAddress* remote, int milliseconds);

    [LibraryImport(Library, EntryPoint = "rdma_resolve_route", SetLastError = true)]
    internal static partial int ResolveRoute(RdmaCmId* id, int milliseconds);

    [LibraryImport(Library, EntryPoint = "rdma_create_qp", SetLastError = true)]
    internal static partial int CreateQp(RdmaCmId* id, IbvPd* pd, IbvQpInitAttr* attributes);

    [LibraryImport(Library, EntryPoint = "rdma_destroy_qp")]
    internal static partial void DestroyQp(RdmaCmId* id);

    [LibraryImport(Library, EntryPoint = "rdma_listen", SetLastError = true)]
    internal static partial int Listen(RdmaCmId* id, int backlog);

    [LibraryImport(Library, EntryPoint = "rdma_connect", SetLastError = true)]
    internal static partial int Connect(RdmaCmId* id, RdmaConnParam* parameters);

    [LibraryImport(Library, EntryPoint = "rdma_accept", SetLastError = true)]
    internal static partial int Accept(RdmaCmId* id, RdmaConnParam* parameters);

    [LibraryImport(Library, EntryPoint = "rdma_reject", SetLastError = true)]
    internal static partial int Reject(RdmaCmId* id, void* privateData, byte length);

    [LibraryImport(Library, EntryPoint = "rdma_disconnect", SetLastError = true)]
    internal static partial int Disconnect(RdmaCmId* id);
}
