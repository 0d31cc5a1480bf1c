using System.Reactive.Concurrency;
using System.Runtime.InteropServices;

namespace Accelio.Reactive;

/// <summary>
/// One poller: a thread of its own, a loop of the host, or a scheduler. Sessions and servers live on a context; their callbacks run on it, one at a time. Every member may be called from any
/// thread unless it says otherwise.
/// </summary>
public abstract partial class AccelioContext : IAsyncDisposable, IDisposable
{
    /// <summary>For derived classes: fakes in tests.</summary>
    protected AccelioContext()
    {
    }

    /// <summary>Name of the context.</summary>
    public abstract string Name { get; }

    /// <summary>A scheduler that runs its actions on the context and takes the context's time.</summary>
    public abstract IScheduler Scheduler { get; }

    /// <summary>The context's source of time.</summary>
    public abstract TimeProvider TimeProvider { get; }

    /// <summary>Exceptions that escaped from callbacks: observers, handlers begun here, scheduled actions. Values only: the stream completes with the context and never fails.</summary>
    public abstract IObservable<Exception> UnhandledExceptions { get; }

    /// <summary>
    /// Contexts made by <see cref="Manual"/>: shows that <see cref="Poll"/> has something to do. A descriptor for the host's own epoll, poll
    /// or select, readable then; with <see cref="TcpEngine.Portable"/> no descriptor but a
    /// <see cref="Microsoft.Win32.SafeHandles.SafeWaitHandle"/>, signalled then: put it into an <see cref="EventWaitHandle"/> to wait for it.
    /// The context keeps ownership.
    /// </summary>
    /// <exception cref="InvalidOperationException">The context is not manual.</exception>
    public abstract SafeHandle PollHandle { get; }

    /// <summary>Starts an asynchronous loop on the poller. Awaits of this library's calls come back to the poller; other awaits leave it unless they capture a context of their own.</summary>
    /// <param name="body">Runs on the context; its token fires when the context is disposed.</param>
    public abstract ValueTask RunAsync(Func<CancellationToken, ValueTask> body);

    /// <summary>Starts an asynchronous loop on the poller and gives its result.</summary>
    public abstract ValueTask<T> RunAsync<T>(Func<CancellationToken, ValueTask<T>> body);

    /// <summary><c>await context.SwitchTo()</c> goes on on the context's thread.</summary>
    public abstract ContextSwitch SwitchTo();

    /// <summary>Takes memory of the library for what is sent and received without a copy. Rent it once and use it often: each call makes new
    /// memory. Any thread; the memory may be used on every context, and outlives this one.</summary>
    /// <param name="length">Bytes, from 1 to 1 GiB; the memory has exactly so many.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is less than 1 or more than 1 GiB.</exception>
    /// <exception cref="ObjectDisposedException">The context was disposed of.</exception>
    public abstract RegisteredMemory RentMemory(int length);

    /// <summary>Makes memory of yours known to the library, so that it is sent from where it is: a buffer of your own, a file mapped into
    /// memory. It is pinned until the registration is disposed of and nothing is on its way from it any more. Any thread; the registration
    /// may be used on every context, and outlives this one.</summary>
    /// <param name="memory">At least one byte. Only <see cref="RegisteredMemory.Memory"/> of the result is known as registered, not this.</param>
    /// <exception cref="ArgumentException">The memory is empty.</exception>
    /// <exception cref="ObjectDisposedException">The context was disposed of.</exception>
    public abstract RegisteredMemory RegisterMemory(Memory<byte> memory);

    /// <summary>
    /// Has a descriptor of yours watched by the loop of this context, as <c>xio_context_add_ev_handler</c> does: the callback runs on the
    /// context's thread whenever the descriptor is ready, as often as it is (level triggered), until the watch is disposed of. A callback that
    /// throws ends the watch, and its exception goes to <see cref="UnhandledExceptions"/>. Any thread.
    /// </summary>
    /// <param name="descriptor">A pipe, socket, timer or the like, best non-blocking. It stays yours; a duplicate of it is open as long as it
    /// is watched.</param>
    /// <param name="events">What to watch for: <see cref="PollEvents.Readable"/>, <see cref="PollEvents.Writable"/> or both.</param>
    /// <param name="callback">Told one event at a time. It must not block: the context waits for it.</param>
    /// <returns>Ends the watch, on any thread; the context ends it with itself.</returns>
    /// <exception cref="ArgumentException">The descriptor is closed, or a file, which is always ready; or there are no events to watch for.</exception>
    /// <exception cref="PlatformNotSupportedException">The context does not run on epoll: the portable engine knows its own sockets
    /// only.</exception>
    /// <exception cref="InvalidOperationException">The context lives in virtual time, where no descriptor is.</exception>
    /// <exception cref="ObjectDisposedException">The context was disposed of.</exception>
    /// <exception cref="IOException">The process has no descriptors left.</exception>
    public abstract IDisposable Watch(SafeHandle descriptor, PollEvents events, Action<PollEvents> callback);

    /// <summary>The leases of messages that arrived on this context: how many, how many were dropped, and, with <see cref="AccelioContextOptions.AuditLeases"/>, who holds which since when. Also after the
    /// end of the context.</summary>
    public abstract LeaseReport GetLeaseReport();

    /// <summary>What the context is doing at this moment. Any thread, without allocating and without disturbing the context, also while a callback blocks it, and after its end.</summary>
    public abstract AccelioContextSnapshot GetSnapshot();

    /// <summary>Contexts made by <see cref="Manual"/>: runs duty cycles until something was done or the time is over; by one thread at a time.</summary>
    /// <param name="timeout">Zero does not wait; <see cref="Timeout.InfiniteTimeSpan"/> waits for work.</param>
    /// <returns>How much was done; 0 when the time was over.</returns>
    /// <exception cref="InvalidOperationException">The context is not manual.</exception>
    public abstract int Poll(TimeSpan timeout);

    /// <summary>Closes what lives on the context, bounded, and ends it.</summary>
    public abstract ValueTask DisposeAsync();

    /// <summary>Cuts off what lives on the context and ends it; does not wait.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Cuts off what lives on the context and ends it; does not wait.</summary>
    protected abstract void Dispose(bool disposing);
}
