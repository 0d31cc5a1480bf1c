using Accelio.Transports;
using Accelio.Transports.Polling;
using Accelio.Transports.Wire;

namespace Accelio.Reactive.Engine;

/// <summary>
/// A session's share of one link: numbering, windows, requests and responses both ways, one-way messages, receipts, and the close handshake. Poller only. The aspects: <c>.Setup</c>,
/// <c>.Send</c>, <c>.Arrival</c>, <c>.Receive</c>, <c>.Respond</c>, <c>.Abort</c>, <c>.Deadline</c>, <c>.Flow</c>, <c>.Drain</c>, <c>.Close</c>, <c>.Snapshot</c>; lost links of our own peers: <c>.Retain</c>,
/// <c>.Suspend</c>, <c>.Resume</c>, <c>.SendAgain</c>; of C clients: <c>.Reconnect</c>; moving to another place: <c>.Migrate</c> (servers), <c>.Moving</c> (clients).
/// </summary>
internal sealed partial class ConnectionMachine
{
    private readonly IConnectionEvents _events;
    private readonly bool _isClient;
    private ushort _nextRequestSn;
    private ushort _nextResponseSn;
    private ushort _expectedRequestSn;
    private ushort _expectedResponseSn;
    private ulong _nextSerial;
    private ulong _lastSerial;
    private bool _hasSerial;
    private uint _peerId;

    /// <summary>Makes a connection that is not set up; the window for the peer is a new one unless the peer was told of another.</summary>
    public ConnectionMachine(LinkMachine machine, IConnectionEvents events, uint localId, bool isClient, ReceiveWindow? window = null)
    {
        Machine = machine;
        _events = events;
        _isClient = isClient;
        LocalId = localId;
        _closeTimer = new CloseTimer(this);
        _slowTimer = new SlowConsumerTimer(this);
        _ackTimer = new AckTimer(this);
        _resumeTimer = new ResumeTimer(this);
        _receive = window ?? new ReceiveWindow(machine.Budget, machine.Settings.WindowMessages, machine.Settings.WindowBytes, machine.HasFlow);
        if (window is null)
        {
            _receive.Open();
        }

        if (machine.IsReconnectable && !UsesCFlowControl)
        {
            _kept = new AnswerCache(MaxKeptAnswers, Settings.CPeerAnswerCache);
            _owedReceipts = [];
        }
    }

    /// <summary>The link; while the connection has none, the one it had last.</summary>
    public LinkMachine Machine { get; private set; }

    /// <summary>The id by which the peer addresses this connection.</summary>
    public uint LocalId { get; private set; }

    /// <summary>Who is told what happens to the connection.</summary>
    public IConnectionEvents Events => _events;

    /// <summary>The settings.</summary>
    public EngineSettings Settings => Machine.Settings;

    /// <summary>Timers of the poller.</summary>
    public TimerWheel Timers => Machine.Timers;

    /// <summary>Poller time.</summary>
    public long Now => Machine.Now;

    /// <summary>Where it is.</summary>
    public ConnectionState State { get; private set; }

    /// <summary>Whether messages may be sent.</summary>
    public bool IsOnline => State == ConnectionState.Online;

    /// <summary>Whether messages are taken, to be sent at once or later.</summary>
    public bool IsTaking => State is ConnectionState.Online or ConnectionState.Connecting or ConnectionState.Frozen || (State == ConnectionState.Suspended && _resumesAs != ConnectionState.FinQueued);

    /// <summary>Whether the peer is a C program, or one that offers no windows.</summary>
    public bool IsCPeer => !Machine.HasFlow;

    private Link Link => Machine.Link;

    /// <summary>A frame of this connection with everything the session header needs; application frames take sequence numbers by themselves.</summary>
    private OutboundFrame NewFrame(FrameType type)
    {
        OutboundFrame frame = default;
        Begin(ref frame, type);
        return frame;
    }

    /// <summary>The same for a frame that is all zeros.</summary>
    private void Begin(ref OutboundFrame frame, FrameType type)
    {
        frame.Header.Type = type;
        frame.Header.Destination = _peerId;
    }

    /// <summary>Numbers a request-class frame and lets owed credits ride on it.</summary>
    private void NumberRequest(ref FrameHeader header)
    {
        header.SequenceNumber = _nextRequestSn++;
        header.AckSequenceNumber = (ushort)(_expectedRequestSn - 1);
        AddGrants(ref header);
    }

    /// <summary>Numbers a response-class frame and lets owed credits ride on it.</summary>
    private void NumberResponse(ref FrameHeader header)
    {
        header.SequenceNumber = _nextResponseSn++;
        header.AckSequenceNumber = (ushort)(_expectedResponseSn - 1);
        AddGrants(ref header);
    }

    private void Violation(LinkError error, string detail) => Link.Abort(error, detail);
}
