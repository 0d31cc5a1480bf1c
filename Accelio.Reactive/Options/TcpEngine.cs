namespace Accelio.Reactive;

/// <summary>
/// How a context moves the bytes of tcp:// links. Both engines speak the same protocol, keep the same rules and fail in the same ways; they
/// differ in speed and in where they run.
/// </summary>
public enum TcpEngine
{
    /// <summary><see cref="Epoll"/> where it can be had, else <see cref="Portable"/>; the log says why.</summary>
    Automatic = 0,

    /// <summary>
    /// Calls of the kernel and epoll, on the context's own thread: the fast one. Linux only; a context that asks for it elsewhere is
    /// refused.
    /// </summary>
    Epoll = 1,

    /// <summary>
    /// System.Net.Sockets, without a native call of this library: wherever .NET runs, also in sandboxes that refuse epoll. A context that
    /// sleeps is woken through the thread pool of the runtime, so a message that finds it asleep takes longer, and a program that blocks the
    /// threads of the pool holds its contexts up. <see cref="AccelioContextOptions.Cpu"/> cannot be kept and is reported.
    /// </summary>
    Portable = 2,
}
