using System.Text;
using Accelio.Transports;
using Accelio.Transports.Wire;

namespace Accelio.Reactive.Engine;

/// <content>Session set-up and hello, both roles (wire protocol, sections 10 and 11).</content>
internal sealed partial class ConnectionMachine
{
    private SendWindow _send = new(0, 0, countsUnanswered: false);
    private long _agreedRoom;

    // Longest body that is copied when it is sent; less than any while credits of a C peer have to be waited for.
    private long _copyThreshold = -1;
    private bool _started;

    /// <summary>The id under which this side addresses the peer.</summary>
    public uint PeerId => _peerId;

    /// <summary>Servers: whether the id is the connection's alone and not that of its session.</summary>
    internal bool HasOwnId { get; private set; }

    /// <summary>Clients: what connections added later show, from the server's answer; null when the server gives none.</summary>
    public UInt128? SessionKey { get; private set; }

    /// <summary>What the peer announced as its queues.</summary>
    public QueueDepths PeerDepths { get; private set; }

    /// <summary>Clients: the server, for connections that are added elsewhere.</summary>
    internal SessionPeer ToPeer() => new(_peerId, PeerDepths, SessionKey, Link.RemoteEndPoint);

    /// <summary>What this side announces as its queues.</summary>
    private QueueDepths Depths => new(
        (ulong)Settings.WindowBytes,
        (ulong)Settings.WindowBytes,
        (ushort)Settings.WindowMessages,
        (ushort)Settings.WindowMessages);

    /// <summary>Clients: asks for a session.</summary>
    internal void SendSessionRequest(ReadOnlySpan<byte> uri, ReadOnlySpan<byte> privateData)
    {
        var request = new SessionSetupRequest { SessionId = LocalId, Depths = Depths, Uri = uri, PrivateData = privateData };
        Span<byte> payload = stackalloc byte[SessionSetupRequest.MaxLength];
        if (!request.TryWrite(payload, out var length))
        {
            Finish(new CloseInfo(CloseReason.ConnectFailed, AccelioStatus.MessageSize, $"URI and private data together are longer than {SessionSetupRequest.MaxLength} bytes."));
            return;
        }

        var task = new SetupTask(FrameType.SessionResponse) { Connection = this };
        Machine.Tasks.Add(task);
        scoped var frame = NewFrame(FrameType.SessionRequest);
        frame.Header.LocalTask = task.TaskId;
        frame.UserHeader = payload[..length];
        Span<byte> items = stackalloc byte[MessageItems.MaxWritten];
        frame.Header.Flags = SetupFlags;
        frame.Items = WriteSetupItems(items);
        Link.Send(ref frame);
    }

    /// <summary>Clients: adds this connection to a session of the server.</summary>
    internal void SendHello(in SessionPeer server)
    {
        _sessionId = _peerId = server.Id;
        _shownKey = server.Key;
        PeerDepths = server.Depths;
        var task = new SetupTask(FrameType.HelloResponse) { Connection = this };
        Machine.Tasks.Add(task);
        scoped var frame = NewFrame(FrameType.HelloRequest);
        frame.Header.LocalTask = task.TaskId;
        Span<byte> items = stackalloc byte[MessageItems.MaxWritten];
        frame.Header.Flags = SetupFlags;
        frame.Items = WriteSetupItems(items, server.Key, isNamed: Machine.HasConnections);
        Link.Send(ref frame);
    }

    /// <summary>Servers: greets a connection that was added to a session.</summary>
    internal void AnswerHello(uint peerTask, uint peerId, in QueueDepths peerDepths, in PeerTerms peerTerms, bool hasOwnId)
    {
        HasOwnId = hasOwnId;
        SetPeer(peerId, peerDepths, peerTerms);
        scoped var frame = NewFrame(FrameType.HelloResponse);
        frame.Header.RemoteTask = peerTask;
        Span<byte> items = stackalloc byte[MessageItems.MaxWritten];
        frame.Header.Flags = SetupFlags;
        frame.Items = WriteSetupItems(items, isNamed: hasOwnId, token: hasOwnId ? MakeToken() : null);
        Link.Send(ref frame);
        Establish(default);
    }

    /// <summary>What the peer said about itself.</summary>
    internal void SetPeer(uint peerId, in QueueDepths depths, in PeerTerms terms)
    {
        _peerId = peerId;
        PeerDepths = depths;
        _terms = terms;
        _copyThreshold = UsesCFlowControl ? -1 : Link.Options.CopyThreshold;
        _agreedRoom = (Machine.Features & LinkFeatures.ResponseRoom) != 0 ? terms.ResponseRoom : 0;
        _send = !IsCPeer ? new SendWindow(terms.WindowMessages, terms.WindowBytes, countsUnanswered: false)
            : Settings.CPeerFlowControl == CPeerFlowControl.On ? new SendWindow(depths.ReceiveMessages, (long)Math.Min(depths.ReceiveBytes, long.MaxValue), countsUnanswered: false)
            : new SendWindow(Settings.MaxUnansweredMessages, Settings.MaxUnansweredBytes, countsUnanswered: true);
        SetTimes(terms);
    }

    /// <summary>Servers: accepts. With portals, closes the connection that was never one: the session goes on there.</summary>
    internal void SendAccept(uint peerTask, ReadOnlySpan<ReadOnlyMemory<byte>> portals, ReadOnlySpan<byte> privateData, UInt128? key)
    {
        Span<byte> payload = stackalloc byte[SessionSetupResponse.MaxLength];
        SessionSetupResponse.TryWriteAccept(payload, LocalId, Depths, portals, privateData, out var length);
        if (portals.IsEmpty)
        {
            SendSessionResponse(peerTask, payload[..length], key, MakeToken());
            Establish(default);
        }
        else
        {
            TurnAway(peerTask, payload[..length], key);
        }
    }

    /// <summary>Servers: rejects, then closes the connection that was never one.</summary>
    internal void SendReject(uint peerTask, uint reason, ReadOnlySpan<byte> privateData)
    {
        Span<byte> payload = stackalloc byte[SessionSetupResponse.MaxLength];
        SessionSetupResponse.TryWriteReject(payload, LocalId, reason, privateData, out var length);
        TurnAway(peerTask, payload[..length]);
    }

    /// <summary>Servers: sends the client elsewhere, then closes the connection that was never one.</summary>
    internal void SendRedirect(uint peerTask, ReadOnlySpan<ReadOnlyMemory<byte>> portals)
    {
        Span<byte> payload = stackalloc byte[SessionSetupResponse.MaxLength];
        SessionSetupResponse.TryWriteRedirect(payload, LocalId, portals, out var length);
        TurnAway(peerTask, payload[..length]);
    }

    private void TurnAway(uint peerTask, ReadOnlySpan<byte> payload, UInt128? key = null)
    {
        SendSessionResponse(peerTask, payload, key);
        State = ConnectionState.Online;
        Close();
    }

    private void SendSessionResponse(uint peerTask, ReadOnlySpan<byte> payload, UInt128? key, ResumeToken? token = null)
    {
        scoped var frame = NewFrame(FrameType.SessionResponse);
        frame.Header.RemoteTask = peerTask;
        frame.UserHeader = payload;
        Span<byte> items = stackalloc byte[MessageItems.MaxWritten];
        frame.Header.Flags = SetupFlags;
        frame.Items = WriteSetupItems(items, key, token: token);
        if (Link.Send(ref frame) == SendStatus.HeaderTooLong)
        {
            // The client would wait for an answer that never comes.
            Violation(LinkError.LimitExceeded, $"buffer_sz: the answer to a session request has a payload of {payload.Length} bytes, too long for the peer");
        }
    }

    private uint SetupFlags => Machine.Features == LinkFeatures.None ? 0 : MessageFlags.Items;

    private Span<byte> WriteSetupItems(Span<byte> buffer, UInt128? key = null, bool isNamed = false, ResumeToken? token = null)
    {
        if (Machine.Features == LinkFeatures.None)
        {
            return default;
        }

        var items = new MessageItems
        {
            HasWindow = Machine.HasFlow,
            WindowMessages = (uint)_receive.Messages,
            WindowBytes = (ulong)_receive.Bytes,
            HasResponseRoom = (Machine.Features & LinkFeatures.ResponseRoom) != 0,
            ResponseRoom = (ulong)Settings.MaxResponseLength,
            HasDeadline = Machine.HasDeadline,
            Deadline = WireTime.ToNanoseconds(Settings.RequestTimeout),
            HasSessionKey = Machine.HasConnections && key is not null,
            SessionKey = key.GetValueOrDefault(),
            HasConnectionId = isNamed,
            ConnectionId = LocalId,
            HasResumeToken = token is not null,
            ResumeToken = token.GetValueOrDefault(),
        };
        return buffer[..items.Write(buffer)];
    }

    private void Establish(ReadOnlySpan<byte> privateData)
    {
        State = ConnectionState.Online;
        _started = true;
        _events.OnEstablished(this, privateData);
        Drain();
    }

    private unsafe void OnSessionResponse(ref InboundFrame frame)
    {
        var payload = new ReadOnlySpan<byte>(frame.UserHeader, frame.UserHeaderLength);
        if (!Machine.TrySplitItems(frame.Header, ref payload, out var items))
        {
            return;
        }

        if (!SessionSetupResponse.TryParse(payload, out var response, out var fault))
        {
            Violation(LinkError.MalformedControl, $"session response: {fault}");
            return;
        }

        SetPeer(response.SessionId, response.Depths, PeerTerms.From(items));
        _shownKey = SessionKey = items.HasSessionKey ? items.SessionKey : null;
        _sessionId = response.SessionId;
        TakeToken(items);
        switch (response.Action)
        {
            case SessionAction.Accept when response.Portals.Count == 0:
                Establish(response.PrivateData);
                return;

            case SessionAction.Accept:
                State = ConnectionState.Online;
                _events.OnPortals(this, ReadPortals(response.Portals), response.PrivateData);
                Close();
                return;

            case SessionAction.Redirect:
                State = ConnectionState.Online;
                _events.OnRedirected(this, ReadPortals(response.Portals));
                Close();
                return;

            default:
                State = ConnectionState.Online;
                var reason = response.Reason;
                _reject = new CloseInfo(
                    CloseReason.Rejected,
                    (AccelioStatus)reason,
                    $"The server rejected the session: {StatusCodes.Describe(reason)}.",
                    response.PrivateData.ToArray());
                Close();
                return;
        }
    }

    private unsafe void OnHelloResponse(ref InboundFrame frame)
    {
        var payload = new ReadOnlySpan<byte>(frame.UserHeader, frame.UserHeaderLength);
        if (!Machine.TrySplitItems(frame.Header, ref payload, out var items))
        {
            return;
        }

        if (frame.Header.Status != 0)
        {
            Finish(new CloseInfo(CloseReason.ConnectionLost, (AccelioStatus)frame.Header.Status, "The portal does not have the session: it is over."));
            return;
        }

        SetPeer(items.HasConnectionId ? items.ConnectionId : _peerId, PeerDepths, PeerTerms.From(items));
        TakeToken(items);
        Establish(default);
    }

    private void TakeToken(in MessageItems items)
    {
        if (items.HasResumeToken && Machine.HasResume)
        {
            BeginRetaining(items.ResumeToken);
        }
    }

    private static List<string> ReadPortals(PortalList portals)
    {
        var list = new List<string>(portals.Count);
        foreach (var portal in portals)
        {
            list.Add(Encoding.UTF8.GetString(portal));
        }

        return list;
    }

    /// <summary>Clients: takes an answer for which nobody waits any more. The server, which knows nothing of that, hears it by the handshake: the connection has no session.</summary>
    /// <returns>Null when its id is that of another connection by now.</returns>
    private ConnectionMachine? StandIn(LinkMachine link)
    {
        if (link.HasConnection(LocalId))
        {
            return null;
        }

        var standIn = new ConnectionMachine(link, NoEvents.Instance, LocalId, isClient: true, _receive) { _peerId = _peerId, PeerDepths = PeerDepths };
        link.Adopt(standIn, LocalId);
        return standIn;
    }

    /// <summary>Waits for the answer to a session request, or to a hello.</summary>
    private sealed class SetupTask(FrameType answer) : OutgoingTask
    {
        /// <inheritdoc/>
        public override bool OutlivesConnection => true;

        /// <inheritdoc/>
        public override void OnResponse(LinkMachine link, ref InboundFrame frame)
        {
            link.Tasks.Remove(this);
            var isLate = Connection!.State == ConnectionState.Closed;
            var connection = isLate ? Connection.StandIn(link) : Connection;
            if (frame.Header.Type != answer || connection is { State: not ConnectionState.Connecting })
            {
                link.Link.Abort(LinkError.UnexpectedFrame, $"{frame.Header.Type} answers a {(answer == FrameType.SessionResponse ? "session request" : "hello")}");
            }
            else if (answer == FrameType.SessionResponse)
            {
                connection?.OnSessionResponse(ref frame);
            }
            else
            {
                connection?.OnHelloResponse(ref frame);
            }

            if (isLate)
            {
                connection?.Close();
            }
        }

        /// <inheritdoc/>
        public override void OnConnectionClosed(in Failure failure)
        {
        }
    }
}
