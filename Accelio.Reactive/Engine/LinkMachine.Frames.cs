using Accelio.Transports;
using Accelio.Transports.Wire;

namespace Accelio.Reactive.Engine;

/// <content>Arriving frames: requests go by the session id, answers by the task id (wire protocol, section 6).</content>
internal sealed partial class LinkMachine
{
    private bool _hadSession;
    private int _pendingSessions;

    /// <inheritdoc/>
    public void OnArrival(Link link, ref InboundFrame frame)
    {
        if (frame.Header.Type.IsResponse())
        {
            NameEarlierTask(ref frame.Header);
            var task = Tasks.Find(frame.Header.RemoteTask);
            if (task is null)
            {
                RefuseTask(ref frame);
                return;
            }

            task.OnArrival(ref frame);
            return;
        }

        if (frame.Header.Type is FrameType.SessionRequest or FrameType.HelloRequest)
        {
            return;
        }

        var connection = FindConnection(frame.Header.Destination);
        if (connection is null)
        {
            frame.Placement = PlacementKind.Discard;
        }
        else
        {
            connection.OnArrival(ref frame);
        }
    }

    /// <inheritdoc/>
    public bool TryTake(Link link, ref InboundFrame frame)
    {
        if (Phase != LinkPhase.Open)
        {
            return false;
        }

        if (frame.Header.Type == FrameType.Response)
        {
            if (Tasks.Find(frame.Header.RemoteTask) is not { TakesWhole: true } task)
            {
                return false;
            }

            task.OnResponse(this, ref frame);
            return true;
        }

        return _lastConnection is { } last && last.LocalId == frame.Header.Destination && last.TryTake(ref frame);
    }

    /// <inheritdoc/>
    public void OnFrame(Link link, ref InboundFrame frame)
    {
        Dispatch(link, ref frame);
        if (frame.Tag is Landing landing)
        {
            // Nobody wanted the message.
            Landings.Take(landing).EndHold();
        }
    }

    private void Dispatch(Link link, ref InboundFrame frame)
    {
        if (Phase != LinkPhase.Open)
        {
            return;
        }

        if (frame.Header.Type.IsResponse() && frame.Header.Type != FrameType.CancelResponse)
        {
            NameEarlierTask(ref frame.Header);

            // The task may have ended between arrival and completion of a long answer.
            Tasks.Find(frame.Header.RemoteTask)?.OnResponse(this, ref frame);
            return;
        }

        switch (frame.Header.Type)
        {
            case FrameType.Request or FrameType.OneWay:
                if (FindConnection(frame.Header.Destination) is { } connection)
                {
                    connection.OnMessage(ref frame);
                    return;
                }

                goto default;

            case FrameType.SessionRequest:
                OnSessionRequest(ref frame);
                return;

            case FrameType.HelloRequest:
                OnHelloRequest(ref frame);
                return;

            case FrameType.CancelRequest or FrameType.CancelResponse:
                // A C peer would have dropped the transport on its side (section 14); nothing of ours asks for it.
                link.Abort(LinkError.UnexpectedFrame, "cancel is not spoken over this transport");
                return;

            case FrameType.ExtensionRequest when TryTakeDirect(frame.Header, PayloadOf(frame)) || TryTakeStandby(PayloadOf(frame)):
                return;

            default:
                if (FindConnection(frame.Header.Destination) is { } target)
                {
                    target.OnControl(ref frame);
                }
                else if (frame.Header.Type == FrameType.FinRequest)
                {
                    AnswerLateFin(frame.Header);
                }
                else
                {
                    NoteUnknownSession(frame.Header);
                }

                return;
        }
    }

    private static unsafe ReadOnlySpan<byte> PayloadOf(in InboundFrame frame) => new(frame.UserHeader, frame.UserHeaderLength);

    /// <summary>Separates the extension items in front of a user header from the header itself; malformed ones end the link.</summary>
    internal bool TrySplitItems(in FrameHeader header, ref ReadOnlySpan<byte> userHeader, out MessageItems items)
    {
        items = default;
        if ((header.Flags & MessageFlags.Items) == 0 || Features == LinkFeatures.None)
        {
            return true;
        }

        if (!MessageItems.TryParse(userHeader, out items, out var length, out var fault))
        {
            Link.Abort(LinkError.MalformedExtension, $"{header.Type}: {fault}");
            return false;
        }

        userHeader = userHeader[length..];
        return true;
    }

    /// <summary>An answer to a message that was sent over an earlier link names no task, but the connection and the serial.</summary>
    private void NameEarlierTask(ref FrameHeader header)
    {
        if (header.RemoteTask == 0 && HasResume)
        {
            header.RemoteTask = FindConnection(header.Destination)?.FindEarlierTask(header.Serial) ?? 0;
        }
    }

    private void RefuseTask(ref InboundFrame frame)
    {
        frame.Placement = PlacementKind.Discard;
        if (frame.Header.RemoteTask == 0 && HasResume && FindConnection(frame.Header.Destination) is null)
        {
            // To a message over an earlier link, of a connection that ended while it asked to go on.
            return;
        }

        if (HasComeBack)
        {
            DropLateAnswer(frame.Header);
            return;
        }

        Link.Abort(LinkError.UnknownTask, $"{frame.Header.Type} names task 0x{frame.Header.RemoteTask:x8}, which was never issued or was answered already");
    }

    /// <summary>
    /// The other half of a handshake that took longer than this side waited for it, on a link that others use: a C peer that gets no answer takes the whole link for dead. Answers are routed by the task alone.
    /// </summary>
    private void AnswerLateFin(in FrameHeader header)
    {
        NoteUnknownSession(header);
        scoped var answer = default(OutboundFrame);
        answer.Header.Type = FrameType.FinResponse;
        answer.Header.RemoteTask = header.LocalTask;
        Link.Send(ref answer);
    }

    private void NoteUnknownSession(in FrameHeader header) => Note(LinkNote.UnknownSession, $"{header.Type} names session 0x{header.Destination:x8}");

    /// <summary>A request for a session, or a greeting, was answered.</summary>
    internal void OnSessionAnswered() => _pendingSessions--;

    /// <summary>A greeting was refused, and no connection came of it.</summary>
    internal void OnRefused()
    {
        if (_connections.Count + _pendingSessions == 0)
        {
            StartIdleTimer(Settings.IdleLinkTimeout);
        }
    }

    private ConnectionMachine? FindConnection(uint id)
    {
        if (_lastConnection is { } last && last.LocalId == id)
        {
            return last;
        }

        if (_connections.TryGetValue(id, out var connection))
        {
            _lastConnection = connection;
            return connection;
        }

        return null;
    }

    private unsafe void OnSessionRequest(ref InboundFrame frame)
    {
        if (IsClient)
        {
            Link.Abort(LinkError.UnexpectedFrame, "a session request from a server");
            return;
        }

        var sessions = _connections.Count + _pendingSessions;
        if (sessions >= 2L * Settings.MaxSessionsPerLink)
        {
            Link.Abort(LinkError.LimitExceeded, $"more than {Settings.MaxSessionsPerLink} sessions on one link, and as many refused");
            return;
        }

        var payload = new ReadOnlySpan<byte>(frame.UserHeader, frame.UserHeaderLength);
        if (!TrySplitItems(frame.Header, ref payload, out var items))
        {
            return;
        }

        if (!SessionSetupRequest.TryParse(payload, out var request, out var fault))
        {
            Link.Abort(LinkError.MalformedControl, $"session request: {fault}");
            return;
        }

        _hadSession = true;
        _pendingSessions++;
        var incoming = new IncomingSession(this, frame.Header.LocalTask, request, items);
        Timers.Cancel(_idle);
        if (sessions >= Settings.MaxSessionsPerLink)
        {
            incoming.Reject(AccelioStatus.SessionRefused, default);
            return;
        }

        _host.OnSessionRequest(this, incoming);
    }

    private unsafe void OnHelloRequest(ref InboundFrame frame)
    {
        var payload = new ReadOnlySpan<byte>(frame.UserHeader, frame.UserHeaderLength);
        if (!TrySplitItems(frame.Header, ref payload, out var items))
        {
            return;
        }

        if (IsClient)
        {
            Link.Abort(LinkError.UnexpectedFrame, "a hello from a server");
            return;
        }

        if (_connections.Count + _pendingSessions >= Settings.MaxSessionsPerLink)
        {
            Link.Abort(LinkError.LimitExceeded, $"more than {Settings.MaxSessionsPerLink} connections on one link");
            return;
        }

        _hadSession = true;
        _pendingSessions++;
        Timers.Cancel(_idle);
        _host.OnHello(this, new IncomingHello(this, frame.Header, items));
    }
}
