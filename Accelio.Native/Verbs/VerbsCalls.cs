using System.Runtime.InteropServices;

namespace Accelio.Native.Verbs;

/// <summary>
/// The exported calls of libibverbs. They differ in how they fail: what creates returns null and sets errno, everything else returns an
/// error number (or -1 and sets errno). Only the handles of this room call them.
/// </summary>
internal static unsafe partial class VerbsCalls
{
    /// <summary>The library; the name without a version comes with development packages only.</summary>
    public const string Library = "libibverbs.so.1";

    [LibraryImport(Library, EntryPoint = "ibv_get_device_list", SetLastError = true)]
    internal static partial void** GetDeviceList(int* count);

    [LibraryImport(Library, EntryPoint = "ibv_free_device_list")]
    internal static partial void FreeDeviceList(void** list);

    [LibraryImport(Library, EntryPoint = "ibv_alloc_pd", SetLastError = true)]
    internal static partial IbvPd* AllocatePd(IbvContext* context);

    [LibraryImport(Library, EntryPoint = "ibv_dealloc_pd")]
    internal static partial int DeallocatePd(IbvPd* pd);

    [LibraryImport(Library, EntryPoint = "ibv_reg_mr", SetLastError = true)]
    internal static partial IbvMr* Register(IbvPd* pd, void* address, nuint length, int access);

    [LibraryImport(Library, EntryPoint = "ibv_dereg_mr")]
    internal static partial int Deregister(IbvMr* mr);

    [LibraryImport(Library, EntryPoint = "ibv_create_comp_channel", SetLastError = true)]
    internal static partial IbvCompChannel* CreateChannel(IbvContext* context);

    [LibraryImport(Library, EntryPoint = "ibv_destroy_comp_channel")]
    internal static partial int DestroyChannel(IbvCompChannel* channel);

    [LibraryImport(Library, EntryPoint = "ibv_create_cq", SetLastError = true)]
    internal static partial IbvCq* CreateCq(IbvContext* context, int capacity, void* owner, IbvCompChannel* channel, int vector);

    [LibraryImport(Library, EntryPoint = "ibv_resize_cq")]
    internal static partial int ResizeCq(IbvCq* cq, int capacity);

    [LibraryImport(Library, EntryPoint = "ibv_destroy_cq")]
    internal static partial int DestroyCq(IbvCq* cq);

    [LibraryImport(Library, EntryPoint = "ibv_create_srq", SetLastError = true)]
    internal static partial IbvSrq* CreateSrq(IbvPd* pd, IbvSrqInitAttr* attributes);

    [LibraryImport(Library, EntryPoint = "ibv_destroy_srq")]
    internal static partial int DestroySrq(IbvSrq* srq);

    [LibraryImport(Library, EntryPoint = "ibv_get_cq_event", SetLastError = true)]
    internal static partial int GetCqEvent(IbvCompChannel* channel, IbvCq** cq, void** owner);

    [LibraryImport(Library, EntryPoint = "ibv_ack_cq_events")]
    internal static partial void AcknowledgeCqEvents(IbvCq* cq, uint count);

    [LibraryImport(Library, EntryPoint = "ibv_query_device", SetLastError = true)]
    internal static partial int QueryDevice(IbvContext* context, IbvDeviceAttr* attributes);

    [LibraryImport(Library, EntryPoint = "ibv_query_port", SetLastError = true)]
    internal static partial int QueryPort(IbvContext* context, byte port, IbvPortAttr* attributes);

    [LibraryImport(Library, EntryPoint = "ibv_get_device_name")]
    internal static partial byte* DeviceName(void* device);

    [LibraryImport(Library, EntryPoint = "ibv_wc_status_str")]
    internal static partial byte* StatusText(int status);
}
