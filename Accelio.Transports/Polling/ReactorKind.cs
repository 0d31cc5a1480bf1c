namespace Accelio.Transports.Polling;

/// <summary>By what a poller watches sockets.</summary>
internal enum ReactorKind
{
    /// <summary><see cref="Epoll"/> where it can be had, else <see cref="Portable"/>.</summary>
    Automatic = 0,

    /// <summary>By epoll and calls of the kernel: Linux.</summary>
    Epoll = 1,

    /// <summary>By the sockets of the runtime, without a native call of ours: wherever .NET runs.</summary>
    Portable = 2,
}
