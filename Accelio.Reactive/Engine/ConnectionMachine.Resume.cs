using Accelio.Transports;
using Accelio.Transports.Polling;
using Accelio.Transports.Wire;

namespace Accelio.Reactive.Engine;

/// <content>
/// Going on over another link when one is lost (wire protocol, section 19.10). Both sides keep everything: what runs, what waits, what was sent and not acknowledged. The client comes back with a token and says
/// what it has got; the server says the same; then each sends what the other has not got, in order, before anything new.
/// </content>
internal sealed partial class ConnectionMachine
{
    private readonly ResumeTimer _resumeTimer;

    // How the link was lost, and the state to go on in.
    private CloseInfo _suspension;
    private ConnectionState _resumesAs;

    // What waits for answers while there is no link whose table it could be in.
    private TaskTable? _ownTasks;

    // Where the answers go that the peer gives to messages sent before: it knows no task of this link for them, and names their serials.
    private Dictionary<ulong, uint>? _earlierTasks;

    // One more with every attempt to go on. Both sides count the links of the connection by it.
    private uint _epoch;

    // Clients: whom to ask for the connection, and what to show.
    private uint _sessionId;
    private UInt128? _shownKey;
    private ResumeTask? _attempt;

    // The link on which the server has gone on when this side had left it.
    private LinkMachine? _takenBack;

    // Servers: who has come back before the old link was gone.
    private IncomingHello? _returned;

    /// <summary>How the link was lost; while there is none.</summary>
    public CloseInfo Suspension => _suspension;

    /// <summary>Whether the link is lost, and another one not there yet.</summary>
    public bool IsSuspended => State == ConnectionState.Suspended;

    private TaskTable Tasks => _ownTasks ?? Machine.Tasks;

    /// <summary>Messages that wait for answers.</summary>
    internal int UnansweredMessages => Tasks.Count;

    /// <summary>The task of this link that waits for the answer to a message which was sent over an earlier one; 0 if none does.</summary>
    internal uint FindEarlierTask(ulong serial) => _earlierTasks is { } tasks ? tasks.GetValueOrDefault(serial) : 0;

    /// <summary>Clients: asks the server to go on over this link.</summary>
    /// <returns>False when the link cannot do that.</returns>
    internal bool TryResume(LinkMachine link)
    {
        if (State != ConnectionState.Suspended || !link.HasResume)
        {
            return false;
        }

        Machine = link;
        LocalId = link.Adopt(this, null);
        _epoch++;
        _attempt = new ResumeTask { Connection = this };
        link.Tasks.Add(_attempt);
        scoped var frame = NewFrame(FrameType.HelloRequest);
        frame.Header.Destination = _sessionId;
        frame.Header.LocalTask = _attempt.TaskId;
        frame.Header.Flags = MessageFlags.Items;
        var items = new MessageItems
        {
            HasSessionKey = _shownKey is not null,
            SessionKey = _shownKey.GetValueOrDefault(),
            HasConnectionId = true,
            ConnectionId = LocalId,
            HasResumeToken = true,
            ResumeToken = _token,
            HasResume = true,
            Resume = Standing(_peerId),
        };
        Span<byte> buffer = stackalloc byte[MessageItems.MaxWritten];
        frame.Items = buffer[..items.Write(buffer)];
        Link.Send(ref frame);
        return true;
    }

    /// <summary>Clients: what another attempt would have to say and show.</summary>
    internal void Describe(out uint session, out UInt128 key, out ResumeToken token, out ResumeItem standing) =>
        (session, key, token, standing) = (_sessionId, _shownKey.GetValueOrDefault(), _token, Standing(_peerId));

    /// <summary>Clients: the server does not answer on the link; another one will be tried.</summary>
    internal void LeaveLink()
    {
        if (_attempt is { } attempt)
        {
            _attempt = null;
            if (attempt.TaskId != 0)
            {
                Machine.Tasks.Replace(attempt, new LeftAttempt(this));
            }

            Machine.RemoveConnection(this);
        }
    }

    /// <summary>Servers: whether whoever comes back is the client, and comes with the newest attempt.</summary>
    internal AccelioStatus CheckReturn(IncomingHello hello)
    {
        // Looked at as a whole, so that the time it takes says nothing about how much was right.
        var difference = (_token.Instance ^ hello.ResumeToken.Instance) | (_token.Proof ^ hello.ResumeToken.Proof);
        if (!_retains || difference != 0)
        {
            return AccelioStatus.SessionRefused;
        }

        if (IsFrozen)
        {
            // Where the connection is will be known in a moment.
            return AccelioStatus.InProgress;
        }

        return hello.Resume!.Value.Epoch <= Math.Max(_epoch, _returned?.Resume!.Value.Epoch ?? 0) ? AccelioStatus.InvalidState : AccelioStatus.Success;
    }

    /// <summary>Servers: the client has come back; it was checked. What the old link may still bring is cut off before anything else.</summary>
    internal void Return(IncomingHello hello)
    {
        switch (State)
        {
            case ConnectionState.Suspended:
                GoOn(hello);
                return;

            case ConnectionState.Online or ConnectionState.FinQueued when MayBeSuspended:
                _returned?.Decline(AccelioStatus.InvalidState);
                _returned = hello;
                Link.Abort(LinkError.TransportFailed, "the client has lost the link, and goes on over another one");
                return;

            default:
                hello.Decline(AccelioStatus.NotSession);
                return;
        }
    }

    /// <summary>Ends a connection that did not come back, with the messages that wait on it.</summary>
    internal void GiveUp() => Finish(_suspension);

    private ResumeItem Standing(uint connection, bool withholds = false)
    {
        // What is owed is in it: a grant that was under way is not missed.
        _receive.TakeOwed(int.MaxValue, out _, out _);
        if (withholds)
        {
            _receive.Withhold();
        }

        return new ResumeItem(
            connection,
            _epoch,
            (ulong)_receivedMessages,
            _receivedAnswers,
            (uint)Math.Max(0, _receive.OutstandingMessages),
            _receive.OutstandingBytes);
    }

    /// <summary>Servers: answers the client that has come back, and goes on.</summary>
    private void GoOn(IncomingHello hello)
    {
        var standing = hello.Resume!.Value;
        if (!hello.IsOpen)
        {
            return;
        }

        if (!IsPossible(standing))
        {
            hello.Link.Link.Abort(LinkError.SequenceError, Impossible(standing));
            return;
        }

        if (hello.Link.HasConnection(LocalId))
        {
            hello.Decline(AccelioStatus.NotSession);
            return;
        }

        hello.Link.OnSessionAnswered();
        Machine = hello.Link;
        Machine.Adopt(this, LocalId);
        if (_copyThreshold < 0)
        {
            // It was taken over from elsewhere, and this is its first link here.
            _copyThreshold = Link.Options.CopyThreshold;
        }

        _epoch = standing.Epoch;
        _peerId = hello.ConnectionId;
        scoped var frame = NewFrame(FrameType.HelloResponse);
        frame.Header.RemoteTask = hello.Task;
        frame.Header.Flags = MessageFlags.Items;

        // Who is sent elsewhere sends nothing before hearing so: it would run here, behind what runs there.
        var items = new MessageItems { HasConnectionId = true, ConnectionId = LocalId, HasResume = true, Resume = Standing(LocalId, withholds: IsSentAway) };
        Span<byte> buffer = stackalloc byte[MessageItems.MaxWritten];
        frame.Items = buffer[..items.Write(buffer)];

        // No grant may overtake it behind the bulk of other sessions: the client counts from what this says.
        frame.Urgent = true;
        Link.Send(ref frame);
        GoOn(standing);
    }

    /// <summary>Clients: the server's answer.</summary>
    private unsafe void OnResumeAnswered(ref InboundFrame frame)
    {
        _attempt = null;
        var header = new ReadOnlySpan<byte>(frame.UserHeader, frame.UserHeaderLength);
        if (!Machine.TrySplitItems(frame.Header, ref header, out var items))
        {
            return;
        }

        if (frame.Header.Status == (uint)AccelioStatus.SessionRedirected && items is { HasMoved: true, HasResumeToken: true })
        {
            Machine.RemoveConnection(this);
            GoTo(System.Text.Encoding.UTF8.GetString(items.Moved), items.ResumeToken);
        }
        else if (frame.Header.Status != 0)
        {
            Machine.RemoveConnection(this);
            _events.OnResumeRefused(this, (AccelioStatus)frame.Header.Status, items.HasRetryAfter ? WireTime.ToTicks(items.RetryAfter) : 0);
        }
        else if (!items.HasResume || items.Resume.Epoch != _epoch || items.Resume.Connection != _peerId)
        {
            Violation(LinkError.MalformedControl, "the answer to a resume is for another connection or attempt");
        }
        else if (!IsPossible(items.Resume))
        {
            Violation(LinkError.SequenceError, Impossible(items.Resume));
        }
        else
        {
            GoOn(items.Resume);
        }
    }

    private bool IsPossible(in ResumeItem peer) =>
        peer.Messages >= _sentMessages.First && peer.Messages <= _sentMessages.End && peer.Answers >= _sentAnswers.First && peer.Answers <= _sentAnswers.End;

    private string Impossible(in ResumeItem peer) =>
        $"resume: the peer claims {peer.Messages} messages and {peer.Answers} answers, where {_sentMessages.First} to {_sentMessages.End} and {_sentAnswers.First} to {_sentAnswers.End} are possible";

    /// <summary>There is a link again, and the peer has said where it stands: it gets what it has not got, in order, before anything new.</summary>
    private void GoOn(in ResumeItem peer)
    {
        Timers.Cancel(_resumeTimer);
        Free(peer.Messages, peer.Answers);
        _send = new SendWindow(peer.WindowMessages, peer.WindowBytes, countsUnanswered: false);
        (_nextRequestSn, _nextResponseSn) = ((ushort)peer.Messages, (ushort)peer.Answers);
        (_expectedRequestSn, _expectedResponseSn) = ((ushort)_receivedMessages, (ushort)_receivedAnswers);
        State = _resumesAs;
        _takenBack = null;
        ReturnTasks();
        var lost = new List<Tombstone>();
        _isDraining = true;
        SendMessagesAgain(lost);
        SendAnswersAgain();
        AskAgainToStop();
        _isDraining = false;
        if (_drainsHere && !HasPeerStopped)
        {
            // What the peer said was its last message may be one that it has given up since.
            _awaitsDrained = true;
            SendAwayAgain();
            SendControl([(byte)ControlOperation.Drain]);
        }

        foreach (var tombstone in lost)
        {
            tombstone.OnNeverDelivered();
        }

        _events.OnResumed(this);
        _isMoved = false;
        if (_receive.IsGrantDue && !IsSentAway)
        {
            SendGrant();
        }

        Drain();
    }

    /// <summary>The task id under which the peer waits for the answer; of messages that came over an earlier link it knows none, and goes by the serial.</summary>
    private uint TaskOf(MessageCore message) => message.Epoch == _epoch ? message.PeerTask : 0;

    /// <summary>The server has gone on over a link that this side had left, and that others may keep open for ever: if the connection is over it must hear so.</summary>
    private void OnTakenBack(LinkMachine link)
    {
        _takenBack = link;
        if (State == ConnectionState.Closed)
        {
            SayGoodbye();
        }
    }

    private void SayGoodbye()
    {
        if (_takenBack is { Phase: LinkPhase.Open } link)
        {
            var answer = new Tombstone();
            link.Tasks.Add(answer);
            var frame = NewFrame(FrameType.FinRequest);
            frame.Header.LocalTask = answer.TaskId;
            link.Link.Send(ref frame);
        }

        _takenBack = null;
    }

    /// <summary>Waits for the server's word on a resume for which this side waits no longer.</summary>
    private sealed class LeftAttempt(ConnectionMachine connection) : OutgoingTask
    {
        /// <inheritdoc/>
        public override void OnResponse(LinkMachine link, ref InboundFrame frame)
        {
            link.Tasks.Remove(this);
            if (frame.Header.Type == FrameType.HelloResponse && frame.Header.Status == 0)
            {
                connection.OnTakenBack(link);
            }
        }

        /// <inheritdoc/>
        public override void OnConnectionClosed(in Failure failure)
        {
        }
    }

    /// <summary>Waits for the server's word on a resume.</summary>
    private sealed class ResumeTask : OutgoingTask
    {
        /// <inheritdoc/>
        public override void OnResponse(LinkMachine link, ref InboundFrame frame)
        {
            link.Tasks.Remove(this);
            if (frame.Header.Type != FrameType.HelloResponse)
            {
                link.Link.Abort(LinkError.UnexpectedFrame, $"{frame.Header.Type} answers a resume");
                return;
            }

            Connection!.OnResumeAnswered(ref frame);
        }

        /// <inheritdoc/>
        public override void OnConnectionClosed(in Failure failure)
        {
        }
    }
}
