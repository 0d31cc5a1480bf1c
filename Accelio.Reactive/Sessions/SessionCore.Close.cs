using Accelio.Reactive.Engine;

namespace Accelio.Reactive;

/// <content>The end of a session, from either side.</content>
internal sealed partial class SessionCore
{
    private CloseInfo _closeInfo = new(CloseReason.ClosedLocally, AccelioStatus.SessionClosed, string.Empty);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        if (Poller.IsCurrent)
        {
            BeginClose();
        }
        else
        {
            Poller.Post(new ActionItem(BeginClose));
            Context.RunLast();
        }

        GC.SuppressFinalize(this);
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

        if (Poller.IsCurrent)
        {
            AbortNow();
        }
        else
        {
            Poller.Post(new ActionItem(AbortNow));
            Context.RunLast();
        }
    }

    /// <summary>One side has begun to close a connection. Context only.</summary>
    internal void OnClosing(ConnectionCore connection, bool byPeer)
    {
        if (_state == SessionState.Established && _connections is [var last] && last == connection)
        {
            _state = SessionState.Closing;
            _events.Push(new SessionClosing(byPeer));
            _whole?.PartClosing(this, byPeer);
        }
    }

    /// <summary>A connection is over. Context only.</summary>
    internal void OnClosed(ConnectionCore connection, in CloseInfo info)
    {
        StopReconnecting(connection);
        if (_server is not null && connection.Machine.HasOwnId)
        {
            _server.Directory.Remove(connection.Machine.LocalId);
        }

        if (_moving is not null && ReferenceEquals(connection, _asking))
        {
            RemoveConnection(connection);
            if (!TryLead(info) && !TryElsewhere(connection, info))
            {
                EndMoving();
            }

            return;
        }

        if (ReferenceEquals(connection, _moving))
        {
            StopMoving();
        }

        if (!RemoveConnection(connection) && !ReferenceEquals(connection, _asking))
        {
            // The session went on elsewhere.
            return;
        }

        if (_connections.Length != 0 || TryElsewhere(connection, info))
        {
            return;
        }

        if (_state == SessionState.Established && info.IsOrderly)
        {
            // The last of several connections: the close of the session as a whole begins and ends here.
            _events.Push(new SessionClosing(info.Reason == CloseReason.ClosedByPeer));
        }

        End(_isConnecting ? ToConnectFailure(info) : info, connection.Machine);
    }

    /// <summary>Makes this stand for a session that is not there: its calls fail.</summary>
    internal void Forgo(in CloseInfo info) => _closeInfo = info;

    /// <summary>Begins to close every connection. Context only.</summary>
    internal void BeginClose()
    {
        if (_state == SessionState.Closed)
        {
            return;
        }

        StopMoving();
        if (_connections.Length == 0)
        {
            AbandonConnecting();
            End(_closeInfo);
            return;
        }

        foreach (var connection in _connections)
        {
            connection.Machine.Close();
        }
    }

    /// <summary>Servers: a session that was accepted too late. Context only.</summary>
    internal void Refuse() => End(new CloseInfo(CloseReason.ClosedLocally, AccelioStatus.SessionAborted, "The server was closed before the session was accepted."));

    /// <summary>Ends at once. Context only.</summary>
    internal void AbortNow() => AbortAs(null);

    private void AbortAs(CloseInfo? info)
    {
        if (_state == SessionState.Closed)
        {
            return;
        }

        _closeInfo = info ?? new CloseInfo(CloseReason.ClosedLocally, AccelioStatus.SessionAborted, string.Empty);
        AbandonConnecting();
        foreach (var connection in _connections)
        {
            // What is left of the handshake is the link's business.
            connection.End(null);
            connection.Machine.Abort();
        }

        _connections = [];
        End(_closeInfo);
    }

    private void End(in CloseInfo info, ConnectionMachine? connection = null)
    {
        if (_state == SessionState.Closed)
        {
            return;
        }

        _closeInfo = info;
        _state = SessionState.Closed;
        EndStandby();
        var error = FailureExceptions.Create(info, connection);
        FinishConnecting(error ?? new ConnectionLostException("The session was closed before it was established.", info.Status));
        _messages.End(error);
        _requests.End(error);
        _receipts.End(error);
        _errors.End(null);
        _events.Push(new SessionClosed(info.Reason, info.Status, info.Detail));
        _events.End(null);
        _server?.Remove(this);
        _whole?.PartClosed(this, info);
        Context.Deliveries.Add(new ClosedNotice(_closed, Context, this, _holdsSharedContext));
    }
}
