using System.Runtime.InteropServices;

namespace Accelio.Transports.Polling;

/// <summary>
/// What a poller with sockets has beside its queues: it says which sockets have something, and it is where the poller sleeps, is woken and
/// is told of the next timer. Poller thread only, except for <see cref="Wake"/>. Called once or a few times per duty cycle, never per
/// message.
/// </summary>
internal abstract class Reactor : IDisposable
{
    /// <summary>Whether a handler waits for a call that it was promised: the poller must not sleep.</summary>
    public abstract bool HasReady { get; }

    /// <summary>Number of sockets that are watched.</summary>
    public abstract int Count { get; }

    /// <summary>What a host with an event loop of its own waits for; see <see cref="ManualPoller.PollHandle"/>.</summary>
    public abstract SafeHandle Handle { get; }

    /// <summary>Calls the handlers for which there is something; returns the amount of work they did.</summary>
    public abstract int Poll(long now);

    /// <summary>The poller is about to sleep, and looks at <see cref="HasReady"/> once more afterwards.</summary>
    public abstract void PrepareToSleep();

    /// <summary>
    /// Blocks until a socket has something or <see cref="Wake"/> is called, at most so many milliseconds; -1 waits without limit.
    /// </summary>
    public abstract void Wait(int milliseconds);

    /// <summary>Ends a <see cref="Wait"/>, or the next one. Any thread, also after the reactor was disposed of.</summary>
    public abstract void Wake();

    /// <summary>Lets another runnable thread of the same processor go first, if there is one.</summary>
    public abstract void Yield();

    /// <summary>
    /// Has <see cref="Handle"/> signalled when the time is <paramref name="due"/>, instead of what was set before;
    /// <see cref="long.MaxValue"/> for never. Pollers driven by a host only.
    /// </summary>
    public abstract void SetAlarm(long due, long now);

    /// <summary>Binds the calling thread to a processor; null, or why that cannot be done.</summary>
    public abstract string? Pin(int cpu);

    /// <summary>Whether the busiest socket's peer runs on the very processor that this thread runs on: spinning would keep it from
    /// answering. False where nobody can say.</summary>
    public abstract bool SharesProcessorWithPeer();

    /// <summary>Forgets all handlers without calling them; their sockets are theirs to close.</summary>
    public abstract void Dispose();
}
