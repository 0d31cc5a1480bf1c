namespace Accelio.Transports.Polling;

/// <summary>
/// Watches sockets of the runtime for a poller, for systems and sandboxes without epoll. The runtime completes operations and knows no
/// readiness: so the engine asks by operations that move nothing (<see cref="PortableWatch"/>), whose completions come through the poller's
/// mailbox, and moves the bytes itself, without waiting, straight between the socket and the link. Poller thread only.
/// <para>
/// Busy sockets are not asked but read: while they are few and have had something lately, their <see cref="SocketHandler.OnReadable"/> is
/// called every cycle, and an operation is begun only when they fall silent or the poller is about to sleep.
/// </para>
/// </summary>
internal sealed partial class PortableReactor : Reactor
{
    private const int DirectlyPolled = 4;
    private const long HotTime = 100 * TimeSpan.TicksPerMicrosecond;

    // Enough for a socket that takes no more to say when it does: what goes faster is sent without an operation.
    private const int SendBufferLength = 4096;

    private const int ScratchLength = 64 * 1024;

    private readonly bool _isDrivenByHost;
    private readonly Stack<PortableOperation> _operations = new();
    private readonly Stack<PortableOperation> _sends = new();
    private List<PortableWatch> _listed = [];
    private List<PortableWatch> _turn = [];
    private byte[]? _scratch;
    private int _promises;
    private int _count;
    private long _cycle;

    /// <summary>Creates a reactor without sockets for a poller.</summary>
    public PortableReactor(Poller poller, bool isDrivenByHost)
    {
        Poller = poller;
        _isDrivenByHost = isDrivenByHost;
        _alarm = isDrivenByHost ? CreateAlarm() : null;
    }

    /// <summary>The poller.</summary>
    public Poller Poller { get; }

    /// <summary>Room to put pieces together that are sent in one call; nobody's between two calls.</summary>
    public byte[] Scratch => _scratch ??= GC.AllocateUninitializedArray<byte>(ScratchLength, pinned: true);

    /// <inheritdoc/>
    public override int Count => _count;

    /// <inheritdoc/>
    public override bool HasReady => _promises > 0;

    /// <summary>Has a socket looked after in the next cycle.</summary>
    public void List(PortableWatch watch)
    {
        if (!watch.IsListed)
        {
            watch.IsListed = true;
            _listed.Add(watch);
        }
    }

    /// <summary>Promises the handler a call of <see cref="SocketHandler.OnReadable"/> in the next cycle.</summary>
    public void MarkReady(PortableWatch watch)
    {
        if (!watch.IsReady && watch.Handler is not null)
        {
            watch.IsReady = true;
            _promises++;
            List(watch);
        }
    }

    /// <summary>Promises the handler a call of <see cref="SocketHandler.OnWritable"/> in the next cycle.</summary>
    public void MarkWritable(PortableWatch watch)
    {
        if (!watch.IsWritable && watch.Handler is not null)
        {
            watch.IsWritable = true;
            _promises++;
            List(watch);
        }
    }

    /// <inheritdoc/>
    public override int Poll(long now)
    {
        _cycle++;
        AcknowledgeWake();
        if (_listed.Count == 0)
        {
            return 0;
        }

        (_turn, _listed) = (_listed, _turn);
        var pollsDirectly = !_isDrivenByHost && _turn.Count <= DirectlyPolled;
        var work = 0;
        foreach (var watch in _turn)
        {
            watch.IsListed = false;
            work += Serve(watch, pollsDirectly, now);
        }

        _turn.Clear();
        return work;
    }

    /// <summary>An operation has come back.</summary>
    public void Complete(PortableWatch watch, PortableOperation operation)
    {
        if (!watch.TakeOutcome(operation, operation.SocketError))
        {
            TellWritable(watch, Poller.Now);
        }
        else if (watch.WantRead)
        {
            Read(watch, Poller.Now);
        }
    }

    /// <summary>An operation without memory.</summary>
    public PortableOperation Rent() => _operations.TryPop(out var operation) ? operation : new PortableOperation(this, 0);

    /// <summary>An operation with memory for some bytes to send.</summary>
    public PortableOperation RentWithBuffer() =>
        _sends.TryPop(out var operation) ? operation : new PortableOperation(this, SendBufferLength);

    /// <summary>Keeps an operation that is over for the next.</summary>
    public void Return(PortableOperation operation)
    {
        operation.Clear();
        (operation.HasBuffer ? _sends : _operations).Push(operation);
    }

    /// <summary>A socket is watched.</summary>
    internal void Attached(PortableWatch watch)
    {
        _count++;
        watch.LastWork = Poller.Now;
        if (watch.WantRead && !watch.IsArmed)
        {
            List(watch);
        }
    }

    /// <summary>A socket is not watched any more: what was promised is off.</summary>
    internal void Detached(PortableWatch watch)
    {
        _count--;
        _promises -= (watch.IsReady ? 1 : 0) + (watch.IsWritable ? 1 : 0);
        watch.IsReady = watch.IsWritable = false;
    }

    private int Serve(PortableWatch watch, bool pollsDirectly, long now)
    {
        var work = 0;
        if (watch.IsWritable)
        {
            watch.IsWritable = false;
            _promises--;
            work += TellWritable(watch, now);
        }

        if (watch.IsReady)
        {
            watch.IsReady = false;
            _promises--;
            return work + Read(watch, now);
        }

        if (!watch.WantRead || watch.IsArmed)
        {
            return work;
        }

        var isHot = pollsDirectly && now - watch.LastWork <= HotTime && watch.Handler!.AllowsDirectPolling;
        return isHot || !watch.BeginInput() ? work + Read(watch, now) : work;
    }

    private int Read(PortableWatch watch, long now)
    {
        if (watch.Handler is not { } handler)
        {
            return 0;
        }

        var work = 0;
        if (watch.LastCycle != _cycle)
        {
            watch.LastCycle = _cycle;
            work = TellReadable(watch, handler, now);
            watch.LastWork = work > 0 ? now : watch.LastWork;
        }

        if (watch.WantRead && !watch.IsArmed)
        {
            List(watch);
        }

        return work;
    }

    private int TellWritable(PortableWatch watch, long now)
    {
        if (!watch.WantWrite || watch.Handler is not { } handler)
        {
            return 0;
        }

        try
        {
            handler.OnWritable(now);
        }
        catch (Exception exception)
        {
            Expel(watch, handler, exception, now);
        }

        return 1;
    }

    private int TellReadable(PortableWatch watch, SocketHandler handler, long now)
    {
        try
        {
            return handler.OnReadable(now);
        }
        catch (Exception exception)
        {
            Expel(watch, handler, exception, now);
            return 1;
        }
    }

    /// <summary>A handler that throws is taken out, and told.</summary>
    private void Expel(PortableWatch watch, SocketHandler handler, Exception exception, long now)
    {
        Poller.ReportUnhandled(exception);
        if (ReferenceEquals(watch.Handler, handler))
        {
            watch.Detach();
        }

        try
        {
            handler.OnError(now);
        }
        catch (Exception another)
        {
            Poller.ReportUnhandled(another);
        }
    }
}
