using System.Runtime.CompilerServices;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <content>The end: of the portals and the sessions, each on its context, joined on the first.</content>
internal sealed partial class WideServer
{
    private readonly HashSet<WideSession> _sessions = [];
    private readonly CloseTimer _closeTimer;
    private volatile bool _isClosing;
    private bool _isDraining;
    private bool _hasClosed;
    private int _openPortals;
    private int _openStreams;

    /// <inheritdoc/>
    public override ValueTask StopListeningAsync()
    {
        Context.Poller.DemandCaller();
        return VirtualCall<bool>.Around(StopAllAsync());
    }

    /// <inheritdoc/>
    public override ValueTask DrainAsync(CancellationToken cancellationToken = default)
    {
        Context.Poller.DemandCaller();
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        Run(BeginDrain);
        return _closed.WaitUntilAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Run(BeginClose);
        Context.RunLast();
        return _closed.WaitAsync();
    }

    /// <inheritdoc/>
    void IContextResident.Close() => BeginClose();

    /// <inheritdoc/>
    void IContextResident.Abort() => AbortNow();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Run(AbortNow);
            Context.RunLast();
        }
    }

    /// <summary>A session has ended. Any thread.</summary>
    internal void SessionEnded(WideSession session)
    {
        lock (_gate)
        {
            _sessions.Remove(session);
        }

        Context.RunSoon(new ActionItem(FinishClosing));
    }

    /// <summary>A portal has ended, with the server or with its context. Any thread.</summary>
    internal void PortalClosed(ServerCore portal) => Context.RunSoon(new ActionItem(() =>
    {
        _openPortals--;
        FinishClosing();
    }));

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask StopAllAsync()
    {
        foreach (var server in _servers)
        {
            await server.StopListeningAsync().ConfigureAwait(false);
        }
    }

    private bool TryEnter(WideSession session)
    {
        lock (_gate)
        {
            return !_isClosing && _sessions.Add(session);
        }
    }

    private void Run(Action action)
    {
        if (Context.Poller.IsCurrent)
        {
            action();
        }
        else
        {
            Context.Poller.Post(new ActionItem(action));
        }
    }

    private void BeginDrain()
    {
        if (_isClosing)
        {
            return;
        }

        StopTaking();
        _isDraining = true;
        ForEachSession(static session => session.BeginDrain());
        ForEachPortal(static portal => portal.BeginDrain());
        FinishClosing();
    }

    private void BeginClose()
    {
        if (_isClosing && !_isDraining)
        {
            return;
        }

        StopTaking();
        _isDraining = false;
        StartCloseTimer();
        ForEachSession(static session => session.BeginClose());
        ForEachPortal(static portal => portal.BeginClose());
        FinishClosing();
    }

    private void AbortNow()
    {
        StopTaking();
        ForEachSession(static session => session.AbortNow());
        ForEachPortal(static portal => portal.AbortNow());
        if (Context.IsDisposed)
        {
            // Nobody waits for the others: what they still do is their contexts' business.
            _openPortals = 0;
            foreach (var stream in LetGo())
            {
                stream.Cut(null);
            }
        }

        FinishClosing();
    }

    private WideMessages[] LetGo()
    {
        lock (_gate)
        {
            _sessions.Clear();
            return [_messages, .. _messageStreams.Values];
        }
    }

    private void StopTaking()
    {
        lock (_gate)
        {
            _isClosing = true;
        }
    }

    private void ForEachSession(Action<WideSession> action)
    {
        foreach (var session in ListSessions())
        {
            session.RunAtHome(() => action(session));
        }
    }

    private void ForEachPortal(Action<ServerCore> action)
    {
        foreach (var server in _servers)
        {
            if (server.Context.Poller.IsCurrent)
            {
                action(server);
            }
            else
            {
                server.Context.Poller.Post(new ActionItem(() => action(server)));
            }
        }
    }

    private void StartCloseTimer()
    {
        if (_options.CloseTimeout != Timeout.InfiniteTimeSpan)
        {
            // Portals and sessions have this limit each; what is left behind it is cut off.
            Context.Poller.Timers.Schedule(_closeTimer, Context.Poller.Now + (2 * Math.Min(_options.CloseTimeout.Ticks, TimeSpan.TicksPerDay)));
        }
    }

    private void FinishClosing()
    {
        if (!_isClosing || _hasClosed || _openPortals > 0)
        {
            return;
        }

        WideMessages[] streams;
        lock (_gate)
        {
            if (_sessions.Count != 0)
            {
                return;
            }

            // No further stream is made.
            _hasClosed = true;
            streams = [_messages, .. _messageStreams.Values];
        }

        Context.Poller.Timers.Cancel(_closeTimer);
        _sessionRequests.End(null);
        _sessionStream.End(null);
        _requests.End(null);
        _openStreams = streams.Length;
        foreach (var stream in streams)
        {
            stream.End(null, OnStreamEnded);
        }
    }

    private void OnStreamEnded()
    {
        if (--_openStreams == 0)
        {
            Context.Deliveries.Add(new ClosedNotice(_closed, Context, this, _holdsSharedContext));
        }
    }

    private sealed class CloseTimer(WideServer server) : WheelTimer
    {
        /// <inheritdoc/>
        public override void OnTimer(long now) => server.AbortNow();
    }
}
