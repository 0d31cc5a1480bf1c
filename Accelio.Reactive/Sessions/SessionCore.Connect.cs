using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using Accelio.Reactive.Engine;
using Accelio.Transports;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <content>Clients: from a URI to an established session - addresses in turn, redirects, portals, all within one time limit.</content>
internal sealed partial class SessionCore : IRouteUser
{
    private const string NoSessionHere = "no session can be opened on it";
    private readonly Signal _connected;
    private readonly List<string> _askedBefore = [];
    private ConnectTimer? _connectTimer;
    private long _deadline = long.MaxValue;
    private Route? _route;
    private ConnectionCore? _asking;

    // Those whose answers are waited for no longer. The server may have one of them and no other, and ends the session with its only connection: they are left when there is another one, or none will be.
    private List<ConnectionCore>? _unanswered;
    private SessionPeer? _helloPeer;
    private uint _helloLocal;
    private bool _isConnecting;

    private AccelioSessionOptions ClientOptions => (AccelioSessionOptions)_options;

    private string Target => _route?.Target ?? Uri;

    /// <summary>Connects within so many ticks; completes when the session is established, fails with the exception for the caller.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ConnectAsync(ITransport transport, EndPoint[] addresses, long limit, CancellationToken cancellationToken)
    {
        var begin = new ActionItem(() => BeginConnecting(transport, addresses, limit));
        Poller.DemandCaller();
        if (!Poller.Post(begin))
        {
            if (_holdsSharedContext)
            {
                SharedContext.Release(Context);
            }

            throw Context.Disposed(NoSessionHere);
        }

        using var registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((SessionCore)state!).Poller.Post(new ActionItem(() => ((SessionCore)state!).CancelConnecting(token))),
            this);
        await _connected.WaitAsync().ConfigureAwait(false);
    }

    /// <summary>The exception for a caller whose token has fired.</summary>
    internal static AccelioCanceledException ConnectCanceled(CancellationToken token, AccelioConnectionSnapshot? snapshot = null) =>
        new("Connecting was canceled by its token.", AbortOutcome.NotSent, token) { Snapshot = snapshot };

    /// <inheritdoc/>
    void IRouteUser.OnRouteReady(Route route, ClientLink link)
    {
        if (_askedBefore.Count != 0 && _helloPeer is null)
        {
            _events.Push(new SessionRedirected(route.Target));
        }

        if (_helloPeer is not null && !link.Machine.HasConnections && !link.Machine.IsIdFree(_helloLocal))
        {
            // A portal that knows less than the server: its links cannot be shared.
            route.Stop();
            FailConnecting(new CloseInfo(CloseReason.ConnectFailed, AccelioStatus.ConnectError, "the session has a connection on this link already; set OwnLink"));
            return;
        }

        // Beside the one that moves there may be what is left of an earlier one, which ends with the session.
        _connections = _moving is null ? [] : Array.FindAll(_connections, other => !ReferenceEquals(other, _asking));
        var connection = _asking = NewConnection();
        var machine = _helloPeer is { } peer
            ? link.Machine.OpenConnection(connection, _helloLocal, peer)
            : link.Machine.OpenSession(connection, Encoding.UTF8.GetBytes(route.Target), ClientOptions.PrivateData.Span);
        connection.Attach(machine);
        if (machine.State != ConnectionState.Closed)
        {
            AddConnection(connection);
        }
    }

    /// <inheritdoc/>
    void IRouteUser.OnAnswerMissing(Route route)
    {
        if (_asking is { } connection)
        {
            Leave(connection);
            if (connection.Machine.Machine.HasConnections)
            {
                (_unanswered ??= []).Add(connection);
            }
            else
            {
                // The next try needs its id, on another link: a late answer may still come on this one.
                connection.Machine.Abort();
            }
        }
    }

    /// <inheritdoc/>
    void IRouteUser.OnRouteFailed(Route route, in CloseInfo info) => FailConnecting(info);

    /// <summary>The server accepted, but the session goes on at a portal. Context only.</summary>
    internal void OnPortals(ConnectionCore connection, IReadOnlyList<string> portals, ReadOnlySpan<byte> privateData)
    {
        _acceptedData = privateData.ToArray();
        NoteServer();
        _helloPeer = connection.Machine.ToPeer();
        _helloLocal = connection.Machine.LocalId;
        var joint = new SessionJoint(_helloPeer.Value, _helloLocal, portals, AddressOf(connection, Target), _places, _movedTo);
        _portals = [.. portals, joint.Lead];
        _whole?.PartAccepted(this, joint);
        Move(connection, portals);
    }

    /// <summary>The server sent the client elsewhere. Context only.</summary>
    internal void OnRedirected(ConnectionCore connection, IReadOnlyList<string> portals)
    {
        _askedBefore.Add(Target);
        var fresh = portals.Where(portal => !_askedBefore.Exists(asked => IsSameTarget(asked, portal))).ToArray();
        var way = $"{string.Join(" -> ", _askedBefore)} -> {portals[0]}";
        var fault = fresh.Length == 0 ? $"The session was redirected in a circle: {way}."
            : _askedBefore.Count <= ClientOptions.MaxRedirects ? null
            : ClientOptions.MaxRedirects == 0 ? $"The session was redirected, and MaxRedirects is 0: {way}."
            : $"The session was redirected more than {ClientOptions.MaxRedirects} times: {way}. Is there a loop? Else raise MaxRedirects.";
        if (fault is not null)
        {
            Leave(connection);
            var info = new CloseInfo(CloseReason.ConnectFailed, AccelioStatus.SessionRedirected, fault);
            if (_moving is not null)
            {
                EndMoving();
            }
            else
            {
                End(info);
            }

            return;
        }

        _places = [.. portals.SelectMany(WaysTo), .. PathsTo(Uri)];
        Move(connection, fresh);
    }

    /// <summary>A connection is over before it was answered: somebody else may answer. Context only.</summary>
    /// <returns>Whether there was something to go on with; if there is nobody else, the session has ended.</returns>
    private bool TryElsewhere(ConnectionCore connection, in CloseInfo info)
    {
        if (!_isConnecting || !ReferenceEquals(connection, _asking) || _route is not { } route || info.Reason is not (CloseReason.ConnectionLost or CloseReason.TimedOut))
        {
            return false;
        }

        _asking = null;
        route.Next(info, isAnswer: connection.Machine.Machine.Phase == LinkPhase.Open);
        return true;
    }

    private static bool IsSameTarget(string one, string other) =>
        System.Uri.TryCreate(one, UriKind.Absolute, out var first) && System.Uri.TryCreate(other, UriKind.Absolute, out var second) ? first == second : one == other;

    /// <summary>What ended the search for a server, in words for who connects.</summary>
    private CloseInfo ToConnectFailure(in CloseInfo info)
    {
        var doing = _helloPeer is not null ? "The server accepted the session and sent it to its portals, but connecting"
            : _askedBefore.Count != 0 ? $"The session was redirected ({string.Join(" -> ", _askedBefore)}), but connecting"
            : "Connecting";
        return info.Reason switch
        {
            CloseReason.Rejected or CloseReason.ClosedLocally => info,
            CloseReason.ConnectionLost => new CloseInfo(
                CloseReason.ConnectFailed,
                AccelioStatus.ConnectError,
                $"{doing} to {Target} failed: the server hung up before it had answered ({info.Detail}). Is it an Accelio server?"),
            _ => info with { Detail = $"{doing} to {Target} failed: {info.Detail}" },
        };
    }

    private void BeginConnecting(ITransport transport, EndPoint[] addresses, long limit)
    {
        if (_state != SessionState.Connecting)
        {
            return;
        }

        if (!TryBegin(limit))
        {
            _connected.Set(Context.Disposed(NoSessionHere));
            AbortNow();
            return;
        }

        _route = NewRoute(PathsTo(Uri));
        if (ClientOptions.Paths.Count == 0)
        {
            _route.Begin(transport, addresses);
        }
        else
        {
            _route.Begin();
        }
    }

    /// <summary>Adds a connection to the session that another part has set up. Context only.</summary>
    /// <param name="joint">The session.</param>
    /// <param name="limit">Time for it, in ticks.</param>
    internal void Join(SessionJoint joint, long limit)
    {
        if (!TryBegin(limit))
        {
            End(new CloseInfo(CloseReason.ConnectFailed, AccelioStatus.ConnectError, $"The context {Context.Name} was disposed."));
            return;
        }

        GoTo(joint);
    }

    private void GoTo(SessionJoint joint)
    {
        (_helloPeer, _helloLocal) = (joint.Server, joint.LocalId);
        var portals = joint.PortalsFor(Index);
        (_portals, _places, _movedTo) = ([.. portals, joint.Lead], joint.Places, joint.MovedTo);
        _route = NewRoute(PathsTo(portals));
        _route.Begin();
    }

    private bool TryBegin(long limit)
    {
        if (!Context.TryAdd(this))
        {
            return false;
        }

        LimitConnecting(limit);
        return true;
    }

    private void LimitConnecting(long limit)
    {
        _isConnecting = true;
        _deadline = long.MaxValue;
        if (limit != long.MaxValue)
        {
            _deadline = Poller.Now + limit;
            _connectTimer ??= new ConnectTimer(this);
            Poller.Timers.Schedule(_connectTimer, _deadline);
        }
    }

    /// <summary>The server sent the session elsewhere; the connection it was asked on closes by itself.</summary>
    private void Move(ConnectionCore lead, IReadOnlyList<string> targets)
    {
        Leave(lead);
        _route?.Stop();
        _route = NewRoute(_helloPeer is null ? [.. targets.SelectMany(WaysTo)] : PathsTo(targets));
        _route.Begin();
    }

    // What becomes of it is of no interest any more.
    private void Leave(ConnectionCore connection)
    {
        _asking = null;
        RemoveConnection(connection);
    }

    private static RouteTarget[] Targets(IReadOnlyList<string> uris) => [.. uris.Select(static uri => new RouteTarget(uri))];

    private Route NewRoute(IReadOnlyList<RouteTarget> targets) =>
        new(Context, ClientOptions, this, targets) { Deadline = _deadline, IncludesAnswer = _helloPeer is not null, FreeId = _helloPeer is { Key: null } ? _helloLocal : null };

    private void FinishConnecting(Exception? error)
    {
        if (_connectTimer is { IsScheduled: true } timer)
        {
            Poller.Timers.Cancel(timer);
        }

        _isConnecting = false;
        _asking = null;
        _route?.Stop();
        LeaveUnanswered();
        if (error is null)
        {
            _connected.Set();
        }
        else
        {
            // Nobody need look at it when the session was established long ago.
            _connected.Set(error);
        }
    }

    private void LeaveUnanswered()
    {
        var left = _unanswered ?? [];
        _unanswered = null;
        foreach (var connection in left)
        {
            if (connection.Machine.IsOnline)
            {
                connection.Machine.Close();
            }
            else
            {
                connection.Machine.Abort();
            }
        }
    }

    private void CancelConnecting(CancellationToken token)
    {
        if (!_isConnecting)
        {
            return;
        }

        _connected.Set(ConnectCanceled(token, _asking?.GetSnapshot()));
        AbortNow();
    }

    private void OnConnectTimeout()
    {
        if (!_isConnecting)
        {
            return;
        }

        if (_moving is not null)
        {
            StopMoving();
            return;
        }

        var fault = $"The session to {Target} was not established within ConnectTimeout, {ClientOptions.ConnectTimeout}. Is the server there, and does it answer?";
        _connected.Set(new AccelioTimeoutException(fault, AccelioStatus.Timeout) { Snapshot = _asking?.GetSnapshot() });
        AbortAs(_whole is null ? null : new CloseInfo(CloseReason.TimedOut, AccelioStatus.Timeout, fault));
    }

    private void AbandonConnecting()
    {
        _asking = null;
        _moving = null;
        _route?.Stop();
    }

    private sealed class ConnectTimer(SessionCore session) : WheelTimer
    {
        /// <inheritdoc/>
        public override void OnTimer(long now) => session.OnConnectTimeout();
    }
}
