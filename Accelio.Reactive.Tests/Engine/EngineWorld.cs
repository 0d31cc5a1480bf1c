using System.Text;
using Accelio.Reactive.Engine;
using Accelio.Reactive.Tests.Polling;
using Accelio.Transports;
using Accelio.Transports.Memory;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Engine;

/// <summary>One link machine over a fake link; the test plays the peer, a C program or one of ours, and moves the clock.</summary>
internal sealed class EngineWorld : ILinkHost
{
    private readonly HandClock _clock = new();
    private readonly LoopPoller _poller;
    private ushort _peerRequestSn;
    private ushort _peerResponseSn;
    private ulong _peerSerial;

    private readonly LinkFeatures _offered;

    public EngineWorld(bool isClient = true, AccelioPeerOptions? options = null, LinkFeatures more = LinkFeatures.None)
    {
        _offered = LinkFeatures.Flow | LinkFeatures.FailureText | LinkFeatures.ResponseRoom | more;
        _poller = new LoopPoller(_clock);
        _poller.RunDutyCycle();
        options ??= isClient ? new AccelioSessionOptions() : new AccelioServerOptions();
        Budget = new ReceiveBudget(1 << 30);
        Link = new FakeLink(_poller, isClient, LinkSettings.From(options))
        {
            Devices = (more & LinkFeatures.DirectMemory) != 0 ? new FakeDirect() : null,
        };
        Machine = new LinkMachine(this, EngineSettings.From(options), _poller, new MessagePool(_poller), Budget, new CountingEntropy(), isClient);
        Machine.Attach(Link);
        On(() => Machine.OnOpened(Link));
    }

    /// <summary>What a server of ours gives out where sessions survive their links.</summary>
    public static ResumeToken Token { get; } = new(11, 12);

    public FakeLink Link { get; }

    public LinkMachine Machine { get; }

    public ReceiveBudget Budget { get; }

    public List<IncomingSession> Incoming { get; } = [];

    public List<IncomingHello> Greetings { get; } = [];

    public List<string> Log { get; } = [];

    public RecordedEvents Events { get; } = new();

    public ConnectionMachine Connection { get; set; } = null!;

    /// <summary>What the peer says at set-up about its requests' time; null says nothing.</summary>
    public TimeSpan? PeerRequestTime { get; init; }

    /// <summary>The frames sent since the last call.</summary>
    public List<SentFrame> TakeSent()
    {
        List<SentFrame> sent = [.. Link.Sent];
        Link.Sent.Clear();
        return sent;
    }

    /// <summary>The one frame sent since the last call.</summary>
    public SentFrame TakeOne() => Assert.Single(TakeSent());

    /// <summary>Runs something on the poller.</summary>
    public void On(Action action)
    {
        _poller.Post(new ActionItem(action));
        _poller.Settle();
    }

    /// <summary>Lets time pass, in steps short enough for every timer.</summary>
    public void Pass(TimeSpan time, bool peerIsAlive = true)
    {
        for (var left = time.Ticks; left > 0; left -= TimeSpan.TicksPerMillisecond * 100)
        {
            _clock.Ticks += Math.Min(left, TimeSpan.TicksPerMillisecond * 100);
            _poller.Settle();
            if (peerIsAlive)
            {
                Link.Touch();
            }
        }
    }

    /// <summary>The peer's set-up message arrives.</summary>
    public void PeerSetup(bool ours, uint status = 0, ushort flags = 0)
    {
        var setup = new LinkSetup
        {
            IsResponse = Machine.IsClient,
            Version = LinkSetup.ProtocolVersion,
            Status = status,
            Flags = (ushort)(flags | (ours ? LinkSetup.ExtensionFlag : 0)),
            BufferSize = 9216,
            MaxInParts = 4,
            MaxOutParts = 4,
            MaxHeaderLength = 256,
        };
        var block = new byte[ExtensionBlock.MaxWritten];
        var length = ours ? ExtensionBlock.Write(block, _offered) : 0;
        Link.Touch();
        On(() => Machine.OnSetup(Link, setup, block.AsSpan(0, length)));
    }

    /// <summary>A session is open: set up by us as client, or asked for by the peer and accepted.</summary>
    public EngineWorld Established(bool ours = true, uint windowMessages = 100, ulong windowBytes = 1 << 20)
    {
        PeerSetup(ours);
        if (Machine.IsClient)
        {
            On(() => Connection = Machine.OpenSession(Events, "tcp://h/x"u8, default));
            var request = TakeOne();
            Accept(request.Header.LocalTask, ours, windowMessages, windowBytes);
        }
        else
        {
            PeerAsksForSession(ours, windowMessages, windowBytes);
            On(() => Connection = Incoming[0].Accept(Events, default)!);
            TakeSent();
        }

        Assert.Equal(ConnectionState.Online, Connection.State);
        return this;
    }

    /// <summary>The server's accept arrives.</summary>
    public void Accept(uint task, bool ours = true, uint windowMessages = 100, ulong windowBytes = 1 << 20)
    {
        var payload = new byte[SessionSetupResponse.MaxLength];
        SessionSetupResponse.TryWriteAccept(payload, 7, Depths, default, "welcome"u8, out var length);
        Peer(new FrameHeader { Type = FrameType.SessionResponse, RemoteTask = task, Flags = ours ? MessageFlags.Items : 0 }, WithItems(ours, payload.AsSpan(0, length), windowMessages, windowBytes));
    }

    /// <summary>A client's request for a session arrives; its own id is 9.</summary>
    public void PeerAsksForSession(bool ours = true, uint windowMessages = 100, ulong windowBytes = 1 << 20)
    {
        var payload = new byte[SessionSetupRequest.MaxLength];
        new SessionSetupRequest { SessionId = 9, Depths = Depths, Uri = "tcp://h/x"u8 }.TryWrite(payload, out var length);
        Peer(new FrameHeader { Type = FrameType.SessionRequest, LocalTask = 31, Flags = ours ? MessageFlags.Items : 0 }, WithItems(ours, payload.AsSpan(0, length), windowMessages, windowBytes));
    }

    /// <summary>A frame of the peer arrives.</summary>
    public void Peer(FrameHeader header, byte[]? userHeader = null, byte[]? body = null)
    {
        Link.Touch();
        On(() => Link.Deliver(Machine, header, userHeader, body));
    }

    /// <summary>The head of a frame of the peer arrives; its body is still to come.</summary>
    public void PeerBegins(FrameHeader header, int bodyLength = 1)
    {
        Link.Touch();
        On(() => Link.Begin(Machine, header, bodyLength));
    }

    /// <summary>The body of a frame has come.</summary>
    public void PeerEnds(FrameHeader header, string text) => On(() => Link.End(Machine, header, Encoding.ASCII.GetBytes(text)));

    /// <summary>The peer gives messages up.</summary>
    public void PeerAborts(params SerialRun[] runs)
    {
        var payload = new byte[1 + (16 * runs.Length)];
        AbortPayload.Write(payload, runs);
        Peer(new FrameHeader { Type = FrameType.ExtensionRequest, Destination = Connection.LocalId }, payload);
    }

    /// <summary>A request of the peer arrives, numbered as it should be.</summary>
    public void PeerRequest(string text, uint task, uint flags = 0) => Peer(NextRequest(FrameType.Request, task, flags), body: Encoding.ASCII.GetBytes(text));

    /// <summary>A one-way message of the peer arrives, numbered as it should be.</summary>
    public void PeerOneWay(string text, uint task = 0, uint flags = 0) => Peer(NextRequest(FrameType.OneWay, task, flags), body: Encoding.ASCII.GetBytes(text));

    /// <summary>The peer answers a request of ours, by writing into what it offered.</summary>
    public void PeerWrites(SentFrame to, string text)
    {
        var header = new FrameHeader
        {
            Type = FrameType.Response,
            RemoteTask = to.Header.LocalTask,
            Serial = to.Header.Serial,
            Flags = MessageFlags.ReceiptLast,
            SequenceNumber = _peerResponseSn++,
        };
        Link.Touch();
        On(() => Link.Deliver(Machine, header, body: Encoding.ASCII.GetBytes(text), isWritten: true));
    }

    /// <summary>The peer answers a request of ours.</summary>
    public void PeerResponse(
        SentFrame to,
        string text = "",
        uint flags = MessageFlags.ReceiptLast,
        uint status = 0,
        uint receipt = 0,
        ushort creditMessages = 0,
        ulong creditBytes = 0,
        byte[]? items = null) => Peer(
        new FrameHeader
        {
            Type = FrameType.Response,
            RemoteTask = to.Header.LocalTask,
            Serial = to.Header.Serial,
            Flags = flags | (items is null ? 0 : MessageFlags.Items),
            Status = status,
            ReceiptResult = receipt,
            SequenceNumber = _peerResponseSn++,
            CreditMessages = creditMessages,
            CreditBytes = creditBytes,
        },
        items,
        body: Encoding.ASCII.GetBytes(text));

    /// <summary>The peer's receipt of a one-way message of ours.</summary>
    public void PeerReceipt(SentFrame of, uint result = 0) => Peer(new FrameHeader
    {
        Type = FrameType.OneWayReceipt,
        RemoteTask = of.Header.LocalTask,
        Serial = of.Header.Serial,
        Flags = MessageFlags.ReceiptFirst,
        ReceiptResult = result,
        SequenceNumber = _peerResponseSn++,
    });

    /// <summary>A control frame of the peer for the connection.</summary>
    public void PeerControl(FrameType type, uint task = 0, uint answers = 0) =>
        Peer(new FrameHeader { Type = type, Destination = Connection.LocalId, LocalTask = task, RemoteTask = answers });

    public FrameHeader NextRequest(FrameType type, uint task, uint flags = 0) => new()
    {
        Type = type,
        Destination = Connection.LocalId,
        LocalTask = task,
        Flags = flags,
        Serial = _peerSerial++,
        SequenceNumber = _peerRequestSn++,
        AckSequenceNumber = ushort.MaxValue,
    };

    /// <summary>Sends a message and returns it.</summary>
    public RecordedMessage Send(RecordedMessage message)
    {
        On(() => Connection.Submit(message));
        return message;
    }

    void ILinkHost.OnLinkReady(LinkMachine link) => Log.Add("ready");

    void ILinkHost.OnSessionRequest(LinkMachine link, IncomingSession incoming) => Incoming.Add(incoming);

    void ILinkHost.OnHello(LinkMachine link, IncomingHello hello) => Greetings.Add(hello);

    void ILinkHost.OnLinkIdle(LinkMachine link) => Log.Add("idle");

    void ILinkHost.OnLinkClosed(LinkMachine link, LinkError error, string detail) => Log.Add($"link closed {error}");

    void ILinkHost.OnLinkNote(LinkMachine link, LinkNote note, string detail) => Log.Add($"note {note}");

    private static QueueDepths Depths => new(1 << 20, 1 << 20, 4, 4);

    private byte[] WithItems(bool ours, ReadOnlySpan<byte> payload, uint windowMessages, ulong windowBytes)
    {
        if (!ours)
        {
            return payload.ToArray();
        }

        var items = new MessageItems
        {
            HasWindow = true,
            WindowMessages = windowMessages,
            WindowBytes = windowBytes,
            HasResponseRoom = true,
            ResponseRoom = 1 << 20,
            HasDeadline = PeerRequestTime is not null,
            Deadline = WireTime.ToNanoseconds(PeerRequestTime?.Ticks ?? 0),
            HasResumeToken = (_offered & LinkFeatures.Resume) != 0,
            ResumeToken = Token,
        };
        var area = new byte[items.Length];
        items.Write(area);
        return [.. area, .. payload];
    }
}
