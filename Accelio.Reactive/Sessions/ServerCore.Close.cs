using Accelio.Transports;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <content>The end of a server.</content>
internal sealed partial class ServerCore
{
    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (Context.Poller.IsCurrent)
        {
            BeginClose();
        }
        else if (!Context.Poller.Post(new ActionItem(BeginClose)))
        {
            return default;
        }

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
        if (!disposing)
        {
            return;
        }

        if (Context.Poller.IsCurrent)
        {
            AbortNow();
        }
        else
        {
            Context.Poller.Post(new ActionItem(AbortNow));
            Context.RunLast();
        }
    }

    /// <inheritdoc/>
    public override ValueTask DrainAsync(CancellationToken cancellationToken = default)
    {
        Context.Poller.DemandCaller();
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        if (Context.Poller.IsCurrent)
        {
            BeginDrain();
        }
        else if (!Context.Poller.Post(new ActionItem(BeginDrain)))
        {
            return default;
        }

        return _closed.WaitUntilAsync(cancellationToken);
    }

    internal void BeginDrain()
    {
        if (_isClosing)
        {
            return;
        }

        // A close without its limit in time: the sessions end when their work does.
        _isClosing = _isDraining = true;
        StopListening();
        RejectPending();
        foreach (var session in _sessions.ToArray())
        {
            session.BeginDrain();
        }

        CloseIdleLinks();
        FinishClosing();
    }

    internal void BeginClose()
    {
        if (_isClosing && !_isDraining)
        {
            return;
        }

        _isClosing = true;
        _isDraining = false;
        StopListening();
        RejectPending();
        if (_settings.CloseTimeout != long.MaxValue)
        {
            // Sessions have a limit of their own; links that still carry bytes to a peer that takes none have this one.
            Context.Poller.Timers.Schedule(_closeTimer, Context.Poller.Now + _settings.CloseTimeout);
        }

        foreach (var session in _sessions.ToArray())
        {
            session.BeginClose();
        }

        CloseIdleLinks();
        FinishClosing();
    }

    internal void AbortNow()
    {
        _isClosing = true;
        StopListening();
        RejectPending();
        foreach (var session in _sessions.ToArray())
        {
            ((IContextResident)session).Abort();
        }

        foreach (var link in _links.ToArray())
        {
            link.Link.Abort(LinkError.Aborted, "the server was disposed");
        }

        FinishClosing();
    }

    /// <summary>Links that carry no session any more are of no use when the server closes.</summary>
    private void CloseIdleLinks()
    {
        foreach (var link in _links.ToArray())
        {
            if (link.ConnectionCount == 0)
            {
                link.Link.Close();
            }
        }
    }

    /// <summary>Who has asked for a session and waits for the application's answer gets ours.</summary>
    private void RejectPending()
    {
        foreach (var request in _pending.ToArray())
        {
            request.TryReject(AccelioStatus.SessionRefused, default);
        }
    }

    private void FinishClosing()
    {
        if (!_isClosing || _hasClosed)
        {
            return;
        }

        if (_sessions.Count == 0 && _links.Count != 0)
        {
            Context.Poller.Post(new ActionItem(CloseIdleLinks));
        }

        if (_sessions.Count != 0 || _links.Count != 0)
        {
            return;
        }

        Context.Poller.Timers.Cancel(_closeTimer);
        _moved?.Clear();
        lock (_tableGate)
        {
            // No further stream is made.
            _hasClosed = true;
        }

        _sessionRequests.End(null);
        _sessionStream.End(null);
        EndMessages();
        _requests.End(null);
        _whole?.PortalClosed(this);
        Context.Deliveries.Add(new ClosedNotice(_closed, Context, this, _holdsSharedContext));
    }

    private sealed class CloseTimer(ServerCore server) : WheelTimer
    {
        /// <inheritdoc/>
        public override void OnTimer(long now) => server.AbortNow();
    }
}
