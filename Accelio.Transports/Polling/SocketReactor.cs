using Accelio.Native.Linux;

namespace Accelio.Transports.Polling;

/// <summary>
/// Watches descriptors for a poller, level triggered, by epoll. Poller thread only.
/// <para>
/// Busy sockets are not looked for but asked: while at most <see cref="HotHandlers.Capacity"/> are busy, their
/// <see cref="SocketHandler.OnReadable"/> is called every cycle, and the kernel is asked about the others only now and then. A read that
/// finds nothing costs little more than asking for readiness, and one that finds something saves the question. One that is busy for long is
/// not even watched, until it is quiet or the poller is about to block: nobody asks what the kernel would note.
/// </para>
/// <para>
/// Any handler may be added, changed or removed inside any callback. Events that the kernel had already reported for a removed handler are
/// dropped, even when its descriptor number or place has been given to another in between.
/// </para>
/// </summary>
internal sealed partial class SocketReactor : Reactor
{
    /// <summary>Cycles without epoll while polling directly, at most.</summary>
    internal const int MaxCyclesWithoutWait = 64;

    private const int EventsPerWait = 256;
    private const long MaxTimeWithoutWait = 50 * TimeSpan.TicksPerMicrosecond;

    private readonly Action<Exception> _onUnhandled;
    private readonly DescriptorHandle _epoll;
    private readonly EpollEventBuffer _events;
    private readonly HandlerTable _handlers = new();
    private readonly HotHandlers _hot = new();
    private readonly bool _pollsDirectly;

    private ReadyList _ready = new();
    private ReadyList _readyNext = new();
    private SocketHandler? _busiest;
    private int _fetchedEvents;
    private int _cyclesWithoutWait;
    private long _lastWait;
    private long _cycle;
    private int _own;
    private bool _disposed;

    /// <summary>
    /// Creates a reactor without descriptors. With <paramref name="isDrivenByHost"/> it always asks the kernel, so that the state of
    /// <see cref="Handle"/> follows each cycle, and has an alarm. Throws <see cref="IOException"/> when the process has no descriptors left
    /// or may not use them for this.
    /// </summary>
    public SocketReactor(Action<Exception> onUnhandled, bool isDrivenByHost = false)
    {
        _onUnhandled = onUnhandled;
        _pollsDirectly = !isDrivenByHost;
        var descriptor = Epoll.Create();
        if (descriptor < 0)
        {
            throw new IOException($"epoll_create1: {Errno.Describe(descriptor)}");
        }

        _epoll = new DescriptorHandle(descriptor);
        _wake = new EventCounter();
        _events = new EpollEventBuffer(EventsPerWait);
        Add(new WakeHandler(_wake), _wake.Descriptor, wantRead: true, wantWrite: false);
        if (isDrivenByHost)
        {
            _alarm = new AlarmClock();
            _alarmHandler = new AlarmHandler(_alarm);
            Add(_alarmHandler, _alarm.Descriptor, wantRead: true, wantWrite: false);
        }

        _own = _handlers.Count;
    }

    /// <summary>The epoll descriptor: readable when one of the watched descriptors has an event.</summary>
    public override DescriptorHandle Handle => _epoll;

    /// <summary>Whether a handler waits for the call that <see cref="MarkReady"/> promised.</summary>
    public override bool HasReady => _readyNext.Count > 0;

    /// <summary>Number of handlers, besides those of the reactor itself.</summary>
    public override int Count => _handlers.Count - _own;

    /// <summary>Sources of work that the poller asks in memory, in every cycle. Beside them the kernel is asked now and then, as beside busy
    /// sockets: the question would cost more than all of theirs.</summary>
    public int OtherSources { get; set; }

    /// <summary>Begins to watch a descriptor. <see cref="IOException"/> when the kernel cannot watch it.</summary>
    public void Add(SocketHandler handler, int descriptor, bool wantRead, bool wantWrite)
    {
        if (handler.IsRegistered)
        {
            throw new InvalidOperationException("the handler is registered already");
        }

        _handlers.Add(handler);
        handler.WatchedDescriptor = descriptor;
        handler.Interest = InterestOf(wantRead, wantWrite);
        var result = Epoll.Add(_epoll.Descriptor, descriptor, handler.Interest, HandlerTable.KeyOf(handler));
        if (result < 0)
        {
            _handlers.Remove(handler);
            throw new IOException($"epoll_ctl: {Errno.Describe(result)}");
        }

        handler.Reactor = this;
        handler.IsReady = false;
        handler.IsHot = false;
        handler.HasLocalPeer = null;
    }

    /// <summary>Changes what is watched. Costs a system call only when it does change.</summary>
    public void Update(SocketHandler handler, bool wantRead, bool wantWrite)
    {
        var interest = InterestOf(wantRead, wantWrite);
        if (interest == handler.Interest || !ReferenceEquals(handler.Reactor, this))
        {
            return;
        }

        handler.Interest = interest;
        var result = handler.IsUnwatched
            ? WatchAgain(handler)
            : Epoll.Modify(_epoll.Descriptor, handler.WatchedDescriptor, interest, HandlerTable.KeyOf(handler));
        if (result < 0)
        {
            throw new IOException($"epoll_ctl: {Errno.Describe(result)}");
        }
    }

    /// <summary>
    /// Stops watching; the handler is not called any more, events already reported included. To be done before the descriptor is closed.
    /// Nothing happens when the handler is not registered here.
    /// </summary>
    public void Remove(SocketHandler handler)
    {
        if (!ReferenceEquals(handler.Reactor, this))
        {
            return;
        }

        if (handler.IsUnwatched)
        {
            _unwatched.Remove(handler);
            handler.IsUnwatched = false;
        }
        else
        {
            // Fails only when the descriptor is closed already, and then it is gone anyway.
            _ = Epoll.Remove(_epoll.Descriptor, handler.WatchedDescriptor);
        }

        handler.Reactor = null;
        handler.IsReady = false;
        _handlers.Remove(handler);
        _hot.Remove(handler);
        if (ReferenceEquals(_busiest, handler))
        {
            _busiest = null;
        }
    }

    /// <summary>
    /// Has <see cref="SocketHandler.OnReadable"/> called in the next cycle whatever the kernel says, because the handler has input of its
    /// own left over.
    /// </summary>
    public void MarkReady(SocketHandler handler)
    {
        if (!handler.IsReady && ReferenceEquals(handler.Reactor, this))
        {
            handler.IsReady = true;
            _readyNext.Add(handler);
        }
    }

    /// <summary>Calls the handlers for which there is something; returns the amount of work they did.</summary>
    public override int Poll(long now)
    {
        _cycle++;
        var work = PollReady(now);
        if (_fetchedEvents == 0)
        {
            if (_pollsDirectly && _hot.Count + OtherSources > 0)
            {
                work += PollHot(now);
                if (++_cyclesWithoutWait < MaxCyclesWithoutWait && now - _lastWait < MaxTimeWithoutWait)
                {
                    return work;
                }
            }

            Wait(0);
        }

        _cyclesWithoutWait = 0;
        _lastWait = now;
        var count = _fetchedEvents;
        _fetchedEvents = 0;
        return work + Dispatch(count, now);
    }

    /// <summary>
    /// Blocks until a descriptor has an event; -1 waits without limit. The events are dispatched by the next <see cref="Poll"/>.
    /// </summary>
    public override void Wait(int milliseconds)
    {
        if (_unwatched.Count > 0 && !WatchThoseNotPolled(willBlock: milliseconds != 0))
        {
            // Somebody was told, and may have left work behind.
            milliseconds = 0;
        }

        _fetchedEvents = Math.Max(0, Epoll.Wait(_epoll.Descriptor, _events, milliseconds));
    }

    /// <summary>
    /// Whether the busiest socket's peer is on this machine and runs on the very processor that this thread runs on: spinning would keep it
    /// from answering. The kernel processes loopback traffic on the sender's processor; for other peers the same answer would be good news
    /// (its interrupts arrive where they are consumed), so they do not count.
    /// </summary>
    public override bool SharesProcessorWithPeer()
    {
        if (_busiest is not { } handler || !(handler.HasLocalPeer ??= HasLocalPeer(handler.WatchedDescriptor)))
        {
            return false;
        }

        return Sockets.GetOption(
            handler.WatchedDescriptor, Sockets.LevelSocket, Sockets.OptionIncomingCpu, out int cpu) >= 0 && cpu == Scheduling.CurrentCpu();
    }

    /// <summary>Forgets all handlers without calling them; their descriptors are theirs to close.</summary>
    public override void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _hot.Clear();
            _unwatched.Clear();
            _handlers.Clear();
            _own = 0;
            _fetchedEvents = 0;
            _wake.Dispose();
            _alarm?.Dispose();
            _epoll.Dispose();
            _events.Dispose();
        }
    }

    private static uint InterestOf(bool wantRead, bool wantWrite) => (wantRead ? Epoll.In : 0) | (wantWrite ? Epoll.Out : 0);

    private static bool HasLocalPeer(int descriptor) =>
        Sockets.GetLocalAddress(descriptor, out var local) >= 0 && Sockets.GetRemoteAddress(descriptor, out var remote) >= 0
        && local.ToEndPoint() is { } here && remote.ToEndPoint() is { } there && here.Address.Equals(there.Address);

    private int PollReady(long now)
    {
        if (_readyNext.Count == 0)
        {
            return 0;
        }

        (_ready, _readyNext) = (_readyNext, _ready);
        var work = 0;
        for (var i = 0; i < _ready.Count; i++)
        {
            if (_ready[i] is { IsReady: true } handler)
            {
                handler.IsReady = false;
                work += Read(handler, now);
            }
        }

        _ready.Clear();
        return work;
    }

    private int PollHot(long now)
    {
        var work = 0;
        for (var i = _hot.Count - 1; i >= 0; i--)
        {
            // Callbacks may have removed some: the last one takes the place of a removed one, and has had its turn.
            if (i < _hot.Count && _hot[i] is var handler && (handler.Interest & Epoll.In) != 0)
            {
                work += Read(handler, now);
                _hot.RemoveIfCold(handler, now);
            }
        }

        return work;
    }

    private int Dispatch(int count, long now)
    {
        var work = 0;
        for (var i = 0; i < count; i++)
        {
            if (_handlers.Find(_events.Data(i)) is not { } handler)
            {
                continue;
            }

            var events = _events.Events(i);
            var failed = (events & (Epoll.Error | Epoll.HangUp)) != 0;
            if ((handler.Interest & Epoll.In) != 0 && (events & ~Epoll.Out) != 0)
            {
                // Reading meets the error or the end itself, behind the bytes that arrived before.
                var done = handler.LastCycle == _cycle ? 1 : Read(handler, now);
                work += done;
                failed &= done == 0;
            }

            if (_handlers.Find(_events.Data(i)) is null)
            {
                continue;
            }

            if (failed)
            {
                Tell(handler, now, error: true);
                work++;
            }
            else if ((events & handler.Interest & Epoll.Out) != 0)
            {
                Tell(handler, now, error: false);
                work++;
            }
        }

        return work;
    }

    private int Read(SocketHandler handler, long now)
    {
        if (handler.LastCycle == _cycle)
        {
            return 0;
        }

        handler.LastCycle = _cycle;
        try
        {
            var work = handler.OnReadable(now);
            if (work > 0 && handler.IsRegistered)
            {
                handler.LastWork = now;
                if (handler.AllowsDirectPolling)
                {
                    _busiest = handler;
                    if (_pollsDirectly)
                    {
                        _hot.Add(handler, now);
                        UnwatchWhenBusy(handler);
                    }
                }
            }

            return work;
        }
        catch (Exception exception)
        {
            Expel(handler, exception, now);
            return 1;
        }
    }

    private void Tell(SocketHandler handler, long now, bool error)
    {
        try
        {
            if (error)
            {
                handler.OnError(now);
            }
            else
            {
                handler.OnWritable(now);
            }
        }
        catch (Exception exception)
        {
            Expel(handler, exception, now);
        }
    }

    /// <summary>A handler that throws would be called again at once and for ever: it is taken out, and told.</summary>
    private void Expel(SocketHandler handler, Exception exception, long now)
    {
        _onUnhandled(exception);
        Remove(handler);
        try
        {
            handler.OnError(now);
        }
        catch (Exception another)
        {
            _onUnhandled(another);
        }
    }
}
