namespace Accelio.Reactive.Tests.Rdma;

/// <summary>Where tests over RDMA can run.</summary>
internal enum LanePlace
{
    /// <summary>There is neither a device nor QEMU.</summary>
    Nowhere = 0,

    /// <summary>On this machine, which has a device.</summary>
    Here = 1,

    /// <summary>In a guest that emulates one.</summary>
    Guest = 2,
}
