using System.Text;
using Accelio.Transports;
using Accelio.Transports.Simulated;
using Accelio.Transports.Wire;

namespace Accelio.Reactive.Tests.Worlds;

/// <summary>
/// A server on libxio, played frame by frame: no extension block, no link that is taken back, no word for what is given up. It holds its clients to the rules of the wire, and most of all to those of which a breach
/// would end it (docs/wire-protocol.md, sections 14 and 17). On its context only.
/// </summary>
internal sealed class WorldCServer(WorldHistory history, PollerContext context, TimeProvider time, TimeSpan silence, string host, int instance, CServerPlan plan) : IContextResident
{
    // libxio rejects with EISCONN where its sample does.
    private const uint RejectReason = 106;

    private readonly List<IListener> _listeners = [];
    private readonly List<WorldCLink> _links = [];
    private readonly Dictionary<uint, WorldCSession> _sessions = [];

    // libxio counts from 0 in each process, and takes a client that was on its way to its predecessor for one of its own: no client can know.
    private uint _nextSession = (uint)instance * 1000;
    private bool _isOver;

    public WorldHistory History => history;

    public PollerContext Context => context;

    public TimeProvider Time => time;

    /// <summary>How long nothing may be heard before it asks for a sign of life, and how long it waits for that.</summary>
    public TimeSpan Silence => silence;

    public int Instance => instance;

    public CServerPlan Plan => plan;

    /// <summary>Whether it takes no more sessions.</summary>
    public bool IsEnding { get; private set; }

    /// <summary>The connections over which messages came that are no steps, by the session that sent them.</summary>
    public Dictionary<int, WorldCConnection> Probed { get; } = [];

    /// <summary>Listens.</summary>
    public void Begin()
    {
        if (context.TryAdd(this))
        {
            Listen(1);
            Listen(2);
        }
    }

    /// <summary>Ends in good order: takes nobody any more, and parts with those that are there.</summary>
    public void Close()
    {
        StopListening();
        foreach (var link in _links.ToArray())
        {
            link.Close();
        }

        RemoveIfOver();
    }

    /// <summary>Is gone with its host.</summary>
    public void Abort()
    {
        StopListening();
        foreach (var link in _links.ToArray())
        {
            link.Abort(LinkError.Aborted, "the host is gone");
        }

        RemoveIfOver();
    }

    /// <summary>Answers a session request; which connection is the first of the session, or only leads to it.</summary>
    /// <param name="link">Where it was made.</param>
    /// <param name="header">Its header.</param>
    /// <param name="request">What it says.</param>
    public void Admit(WorldCLink link, in FrameHeader header, in SessionSetupRequest request)
    {
        var session = new WorldCSession(_nextSession++, request.SessionId, request.Depths);
        var connection = link.Add(session);
        Span<byte> payload = stackalloc byte[SessionSetupResponse.MaxLength];
        ReadOnlyMemory<byte>[] portals = plan.Greeting == CGreeting.Serves || link.Port == 2 ? [] : [Encoding.ASCII.GetBytes($"sim://{host}:2")];
        var isRejected = IsEnding || session.Id % 8 == 7;
        if (isRejected)
        {
            SessionSetupResponse.TryWriteReject(payload, session.Id, RejectReason, default, out var written);
            link.Answer(FrameType.SessionResponse, header, payload[..written]);
        }
        else if (portals.Length > 0 && plan.Greeting == CGreeting.Redirects)
        {
            SessionSetupResponse.TryWriteRedirect(payload, session.Id, portals, out var written);
            link.Answer(FrameType.SessionResponse, header, payload[..written]);
        }
        else
        {
            _sessions.Add(session.Id, session);
            var messages = (ushort)(plan.Depth == 0 ? 1024 : plan.Depth);
            SessionSetupResponse.TryWriteAccept(payload, session.Id, new QueueDepths(1 << 26, 1 << 26, 1024, messages), portals, default, out var written);
            link.Answer(FrameType.SessionResponse, header, payload[..written]);
        }

        if (isRejected || portals.Length > 0)
        {
            connection.Close();
        }
        else
        {
            session.Connections++;
        }
    }

    /// <summary>A connection that is added to a session; libxio says nothing where it does not know the session.</summary>
    public void Greet(WorldCLink link, in FrameHeader header)
    {
        if (!IsEnding && _sessions.TryGetValue(header.Destination, out var session))
        {
            link.Add(session);
            session.Connections++;
            link.Answer(FrameType.HelloResponse, header, default);
        }
    }

    /// <summary>A session ends with the last of its connections.</summary>
    public void Leave(WorldCSession session)
    {
        if (session.Connections > 0 && --session.Connections == 0)
        {
            _sessions.Remove(session.Id);
        }
    }

    /// <summary>A link is gone.</summary>
    public void Remove(WorldCLink link)
    {
        _links.Remove(link);
        RemoveIfOver();
    }

    /// <summary>Something must be so.</summary>
    public void Demand(bool isTrue, string otherwise)
    {
        if (!isTrue)
        {
            history.Violations.Add($"the C server {host} {otherwise}");
        }
    }

    private void Listen(int port)
    {
        var address = new Uri($"sim://{host}:{port}");
        var transport = TransportTable.Find(address, context);
        _listeners.Add(transport.Listen(context.Poller, new SimulatedEndPoint(host, port), new LinkOptions(), link =>
        {
            var taken = new WorldCLink(this, link, port);
            _links.Add(taken);
            return taken;
        }));
    }

    private void StopListening()
    {
        IsEnding = true;
        _listeners.ForEach(static listener => listener.Stop());
    }

    private void RemoveIfOver()
    {
        if (IsEnding && _links.Count == 0 && !_isOver)
        {
            _isOver = true;
            context.Remove(this);
        }
    }
}
