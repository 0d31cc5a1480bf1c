using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using Accelio.Reactive.Engine;
using Accelio.Transports;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <content>Clients: from a URI to an established session - addresses in turn, redirects, portals, all within one time limit.</content>
internal sealed partial class SessionCore
{
    private const int MaxMoves = 8;
    private const string NoSessionHere = "no session can be opened on it";
    private readonly Signal _connected;
    private ConnectTimer? _connectTimer;
    private EndPoint[] _addresses = [];
    private ITransport? _transport;
    private ClientLink? _pendingLink;
    private ConnectionCore? _leaving;
    private string _target = string.Empty;
    private int _nextAddress;
    private int _moves;
    private bool _isMoving;
    private uint? _helloPeer;
    private uint _helloLocal;
    private bool _isConnecting;

    private AccelioSessionOptions ClientOptions => (AccelioSessionOptions)_options;

    /// <summary>Connects; completes when the session is established, fails with the exception for the caller.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ConnectAsync(ITransport transport, EndPoint[] addresses, CancellationToken cancellationToken)
    {
        _transport = transport;
        _addresses = addresses;
        _target = Uri;
        var begin = new ActionItem(BeginConnecting);
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
    internal static AccelioCanceledException ConnectCanceled(CancellationToken token) =>
        new("Connecting was canceled by its token.", AbortOutcome.NotSent, token);

    /// <summary>The link is ready: opens the session on it, or greets. Context only.</summary>
    internal void OnLinkReady(ClientLink link)
    {
        if (!ReferenceEquals(link, _pendingLink))
        {
            return;
        }

        _pendingLink = null;
        _isMoving = false;
        _connections = [];
        var connection = NewConnection();
        var machine = _helloPeer is { } peer
            ? link.Machine.OpenConnection(connection, _helloLocal, peer)
            : link.Machine.OpenSession(connection, Encoding.UTF8.GetBytes(_target), ClientOptions.PrivateData.Span);
        connection.Attach(machine);
        if (machine.State != ConnectionState.Closed)
        {
            AddConnection(connection);
        }
    }

    /// <summary>The link could not be made: the next address has its turn. Context only.</summary>
    internal void OnLinkFailed(ClientLink link, in CloseInfo info)
    {
        if (!ReferenceEquals(link, _pendingLink))
        {
            return;
        }

        _pendingLink = null;
        if (_isConnecting && info.Reason != CloseReason.ProtocolViolation && _nextAddress < _addresses.Length)
        {
            DialNext();
        }
        else
        {
            End(ToConnectFailure(info));
        }
    }

    /// <summary>What ended the link before there was a session, in words for who connects.</summary>
    private CloseInfo ToConnectFailure(in CloseInfo info) => info.Reason switch
    {
        CloseReason.Rejected or CloseReason.ClosedLocally => info,
        CloseReason.ConnectionLost => new CloseInfo(
            CloseReason.ConnectFailed,
            AccelioStatus.ConnectError,
            $"Connecting to {_target} failed: the server hung up before it had answered ({info.Detail}). Is it an Accelio server?"),
        _ => info with { Detail = $"Connecting to {_target} failed: {info.Detail}" },
    };

    /// <summary>The server accepted, but the session goes on at a portal. Context only.</summary>
    internal void OnPortals(ConnectionCore connection, IReadOnlyList<string> portals, ReadOnlySpan<byte> privateData, uint peerSessionId)
    {
        _acceptedData = privateData.ToArray();
        _helloPeer = peerSessionId;
        _helloLocal = connection.Machine.LocalId;
        Move(connection, portals[0]);
    }

    /// <summary>The server sent the client elsewhere. Context only.</summary>
    internal void OnRedirected(ConnectionCore connection, IReadOnlyList<string> portals)
    {
        _helloPeer = null;
        Move(connection, portals[0]);
    }

    private bool IsMoving(ConnectionCore connection) => _isMoving || (ReferenceEquals(connection, _leaving) && _state == SessionState.Connecting);

    private void BeginConnecting()
    {
        if (_state != SessionState.Connecting)
        {
            return;
        }

        if (!Context.TryAdd(this))
        {
            _connected.Set(Context.Disposed(NoSessionHere));
            AbortNow();
            return;
        }

        _isConnecting = true;
        if (ClientOptions.ConnectTimeout != Timeout.InfiniteTimeSpan)
        {
            _connectTimer = new ConnectTimer(this);
            Poller.Timers.Schedule(_connectTimer, Poller.Now + ClientOptions.ConnectTimeout.Ticks);
        }

        DialNext();
    }

    private void DialNext()
    {
        var address = _addresses[_nextAddress++];
        try
        {
            _pendingLink = Context.ClientLinks.Join(this, _transport!, address, ClientOptions);
        }
        catch (TransportException exception)
        {
            End(new CloseInfo(CloseReason.ConnectFailed, AccelioStatus.ConnectError, exception.Message));
        }
    }

    /// <summary>The server sent the session elsewhere; the connection it was asked on closes by itself.</summary>
    private void Move(ConnectionCore lead, string target)
    {
        _leaving = lead;
        if (++_moves > MaxMoves)
        {
            _isMoving = false;
            End(new CloseInfo(CloseReason.ConnectFailed, AccelioStatus.SessionRedirected, $"The session was redirected more than {MaxMoves} times, last to {target}."));
            return;
        }

        _isMoving = true;
        RemoveConnection(lead);
        _ = ResolveAndDial(target);
    }

    private async Task ResolveAndDial(string target)
    {
        EndPoint[] addresses = [];
        ITransport? transport = null;
        var fault = string.Empty;
        try
        {
            var uri = new Uri(target);
            transport = TransportTable.Find(uri, Context);
            addresses = await transport.ResolveAsync(uri, CancellationToken.None);
        }
        catch (Exception exception) when (exception is UriFormatException or TransportException or ArgumentException)
        {
            fault = exception.Message;
        }

        await Context.SwitchTo();
        if (_state != SessionState.Connecting)
        {
            return;
        }

        if (transport is null || addresses.Length == 0)
        {
            _isMoving = false;
            End(new CloseInfo(CloseReason.ConnectFailed, AccelioStatus.AddressError, $"The server sent the session to '{target}', which does not work: {fault}"));
            return;
        }

        _transport = transport;
        _addresses = addresses;
        _nextAddress = 0;
        if (_helloPeer is null)
        {
            _target = target;
        }

        DialNext();
    }

    private void FinishConnecting(Exception? error)
    {
        if (_connectTimer is { IsScheduled: true } timer)
        {
            Poller.Timers.Cancel(timer);
        }

        _isConnecting = false;
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

    private void CancelConnecting(CancellationToken token)
    {
        if (!_isConnecting)
        {
            return;
        }

        _connected.Set(ConnectCanceled(token));
        AbortNow();
    }

    private void OnConnectTimeout()
    {
        if (!_isConnecting)
        {
            return;
        }

        var limit = ClientOptions.ConnectTimeout;
        _connected.Set(new AccelioTimeoutException(
            $"The session to {_target} was not established within ConnectTimeout, {limit}. Is the server there, and does it answer?",
            AccelioStatus.Timeout));
        AbortNow();
    }

    private void AbandonConnecting()
    {
        _isMoving = false;
        if (_pendingLink is { } link)
        {
            _pendingLink = null;
            link.Leave(this);
        }
    }

    private sealed class ConnectTimer(SessionCore session) : WheelTimer
    {
        /// <inheritdoc/>
        public override void OnTimer(long now) => session.OnConnectTimeout();
    }
}
