using Accelio.Transports;
using Accelio.Transports.Memory;
using Accelio.Transports.Polling;
using Accelio.Transports.Wire;

namespace Accelio.Reactive.Engine;

/// <summary>
/// The protocol of one link: set-up, routing of frames to connections and waiting tasks, signs of life. Carries any number of sessions. No I/O, no clock, no threads: everything is called on the
/// link's poller, and what goes out is handed to the <see cref="Link"/>. Start reading here; set-up is in <c>LinkMachine.Setup</c>, arriving frames in <c>LinkMachine.Frames</c>, signs of life in
/// <c>LinkMachine.Life</c>; connections in <see cref="ConnectionMachine"/>.
/// </summary>
internal sealed partial class LinkMachine : ILinkSink
{
    private readonly ILinkHost _host;
    private readonly IEntropy _entropy;
    private readonly Dictionary<uint, ConnectionMachine> _connections = [];
    private readonly LifeTimer _life;
    private ConnectionMachine? _lastConnection;
    private Link? _link;

    public LinkMachine(ILinkHost host, EngineSettings settings, Poller poller, MessagePool messages, ReceiveBudget budget, IEntropy entropy, bool isClient)
    {
        _host = host;
        _entropy = entropy;
        Settings = settings;
        Poller = poller;
        Messages = messages;
        Budget = budget;
        IsClient = isClient;
        _life = new LifeTimer(this);
        Phase = isClient ? LinkPhase.Connecting : LinkPhase.SettingUp;
    }

    /// <summary>Where the link is in its life.</summary>
    public LinkPhase Phase { get; private set; }

    /// <summary>Whether this side dialed.</summary>
    public bool IsClient { get; }

    /// <summary>The settings.</summary>
    public EngineSettings Settings { get; }

    /// <summary>The poller that everything here belongs to.</summary>
    public Poller Poller { get; }

    /// <summary>Timers of the poller.</summary>
    public TimerWheel Timers => Poller.Timers;

    /// <summary>Cores for arriving messages.</summary>
    public MessagePool Messages { get; }

    /// <summary>What windows are granted out of.</summary>
    public ReceiveBudget Budget { get; }

    /// <summary>The link; throws before the transport has named it.</summary>
    public Link Link => _link ?? throw new InvalidOperationException("The link is not there yet.");

    /// <summary>Whether there is a link; a connection that was taken over from elsewhere has none at first.</summary>
    public bool HasLink => _link is not null;

    /// <summary>Extensions that both sides offered; known once open.</summary>
    public LinkFeatures Features { get; private set; }

    /// <summary>Longest user header that the peer takes.</summary>
    public int PeerMaxHeaderLength { get; private set; }

    /// <summary>What waits for answers.</summary>
    public TaskTable Tasks { get; private set; } = new();

    /// <summary>Messages that lie in the link's receive buffers.</summary>
    public InPlaceList InPlace { get; } = new();

    /// <summary>Bodies under way into memory that the user chose.</summary>
    public LandingList Landings { get; } = new();

    /// <summary>Connections at present.</summary>
    public int ConnectionCount => _connections.Count;

    /// <summary>Whoever dials or accepts names the link as soon as there is one.</summary>
    public void Attach(Link link) => _link = link;

    /// <summary>Stands for the link that a connection had elsewhere, from where it is taken over.</summary>
    public static LinkMachine ForImport(ILinkHost host, EngineSettings settings, Poller poller, MessagePool messages, ReceiveBudget budget, IEntropy entropy) =>
        new(host, settings, poller, messages, budget, entropy, isClient: false) { Phase = LinkPhase.Closed, Features = settings.Offer };

    /// <summary>Opens a session on the link: sends its set-up request.</summary>
    public ConnectionMachine OpenSession(IConnectionEvents events, ReadOnlySpan<byte> uri, ReadOnlySpan<byte> privateData)
    {
        var connection = AddConnection(events, isClient: true);
        connection.SendSessionRequest(uri, privateData);
        return connection;
    }

    /// <summary>Adds a connection to a session that was set up on another link: sends the greeting.</summary>
    public ConnectionMachine OpenConnection(IConnectionEvents events, uint localSessionId, in SessionPeer server)
    {
        var connection = AddConnection(events, isClient: true, HasConnections ? null : localSessionId);
        connection.SendHello(server);
        return connection;
    }

    internal ConnectionMachine AddConnection(IConnectionEvents events, bool isClient, uint? id = null)
    {
        if (_connections.Count == 0)
        {
            // The silence of a link without connections says nothing about its peer.
            _readingSince = Now;
        }

        var localId = id ?? NewId();
        var connection = new ConnectionMachine(this, events, localId, isClient);
        _connections.Add(localId, connection);
        Timers.Cancel(_idle);
        return connection;
    }

    /// <summary>Takes a connection in that has lost its link.</summary>
    /// <returns>Its id on this one.</returns>
    internal uint Adopt(ConnectionMachine connection, uint? id)
    {
        if (_connections.Count == 0)
        {
            _readingSince = Now;
        }

        var localId = id ?? NewId();
        _connections.Add(localId, connection);
        Timers.Cancel(_idle);
        return localId;
    }

    /// <summary>What nobody can guess.</summary>
    internal UInt128 NewSecret() => SessionKeys.New(_entropy);

    internal void RemoveConnection(ConnectionMachine connection)
    {
        if (!_connections.Remove(connection.LocalId))
        {
            EndWait(connection);
            return;
        }

        if (ReferenceEquals(_lastConnection, connection))
        {
            _lastConnection = null;
        }

        if (_connections.Count == 0 && Phase == LinkPhase.Open)
        {
            if (IsClient)
            {
                _host.OnLinkIdle(this);
            }
            else
            {
                StartIdleTimer(Settings.IdleLinkTimeout);
            }
        }
    }

    /// <summary>Whether a session may have a connection with this id on the link.</summary>
    internal bool HasConnection(uint localId) => _connections.ContainsKey(localId);

    /// <summary>Clients: whether a connection with this id may be opened on the link. One that was given up may have become a connection at the peer, which would not know the two apart.</summary>
    internal bool IsIdFree(uint localId) => !HasConnection(localId) && !Tasks.HasGivenUpOf(localId);

    internal void Note(LinkNote note, string detail) => _host.OnLinkNote(this, note, detail);

    /// <summary>Ends the tasks of a connection, or of all; while answers may come, their ids stay taken.</summary>
    internal void EndTasks(ConnectionMachine? connection, in Failure failure, bool mayBeAnswered)
    {
        var tasks = new List<OutgoingTask>();
        Tasks.CopyTo(connection, tasks);
        foreach (var task in tasks)
        {
            if (!mayBeAnswered || Phase == LinkPhase.Closed)
            {
                Tasks.Remove(task);
            }
            else if (!task.OutlivesConnection)
            {
                var tombstone = new Tombstone();
                Tasks.Replace(task, tombstone);
                if (task is OutgoingMessage { IsReceiving: true } message)
                {
                    // The caller's memory is still in use.
                    message.Fail(failure.For(sent: true));
                    tombstone.Ended = message;
                    continue;
                }
            }

            task.OnConnectionClosed(failure);
        }
    }

    /// <inheritdoc/>
    public bool OnReceiveBufferReuse(Link link) => InPlace.Evacuate(link);

    /// <inheritdoc/>
    public void OnReleased(Link link, SendToken token)
    {
        var task = (OutgoingTask)token;
        var answering = task is OutgoingResponse or HeldBody ? task.Connection : null;
        if (task is HeldBody)
        {
            // It is used again, perhaps for a request.
            task.Connection = null;
        }

        task.OnReleased();
        answering?.OnAnswerLeft();
    }

    /// <inheritdoc/>
    public void OnWritable(Link link)
    {
        foreach (var connection in _connections.Values)
        {
            connection.Drain();
            if (link.IsCongested)
            {
                break;
            }
        }
    }

    /// <inheritdoc/>
    public void OnClosed(Link link, LinkError error, string detail)
    {
        if (Phase != LinkPhase.Closed)
        {
            EndAs(LinkErrors.ToCloseInfo(error, detail, opened: Phase == LinkPhase.Open));
        }
        else if (!_isLeft)
        {
            return;
        }

        _isLeft = false;
        _host.OnLinkClosed(this, error, detail);
    }

    private void EndAs(in CloseInfo info)
    {
        Phase = LinkPhase.Closed;
        Timers.Cancel(_life);
        Timers.Cancel(_idle);
        InPlace.Evacuate(Link);
        Landings.ReleaseAll();
        EndDirect();
        KeepConnections(info);
        foreach (var connection in new List<ConnectionMachine>(_connections.Values))
        {
            connection.OnLinkClosed(info);
        }

        _connections.Clear();
        EndTasks(null, info.ToFailure(), mayBeAnswered: false);
    }

    private uint NewId()
    {
        uint id;
        do
        {
            id = _entropy.NextUInt32();
        }
        while (id == 0 || _connections.ContainsKey(id));

        return id;
    }
}
