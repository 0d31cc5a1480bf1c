using Accelio.Transports;
using Accelio.Transports.Polling;
using Accelio.Transports.Wire;

namespace Accelio.Reactive.Engine;

/// <content>
/// Draining: no new work is begun in either direction, what is under way ends, then the connection closes (wire protocol, section 19.7). To the rest of the engine it is a close whose FIN waits.
/// </content>
internal sealed partial class ConnectionMachine
{
    private const ulong NoSerial = ulong.MaxValue;

    // Somebody drains, and our FIN waits: for the end of all work if that is us, else for the peer's.
    private bool _drains;
    private bool _drainsHere;

    // The peer drains, and the session looks for another connection: until it has one, or none, nothing is sent and nothing fails.
    private bool _isMoving;

    // We have said so, and the peer has not answered.
    private bool _awaitsDrained;

    // The peer has said so on this link, and we have not answered.
    private bool _owesDrained;

    // What the peer said was the last message it sends.
    private ulong _peerLast;
    private bool _peerHasStopped;
    private DrainCheck? _check;

    /// <summary>Begins to drain. What was accepted before is still sent; what the peer has sent is still served.</summary>
    public void BeginDrain()
    {
        if (_drainsHere || (State == ConnectionState.FinQueued && !_drains))
        {
            return;
        }

        BreakOffMove("it is drained");

        switch (State)
        {
            case ConnectionState.Connecting:
            case ConnectionState.Suspended when !_retains:
                Close();
                return;

            case ConnectionState.Online or ConnectionState.FinQueued:
                _drains = _drainsHere = true;
                if (Machine.HasDrain)
                {
                    _awaitsDrained = true;
                    _owesDrain = _send.IsHeld;
                    if (!_owesDrain)
                    {
                        SendControl([(byte)ControlOperation.Drain]);
                    }
                }

                StopNewWork(byPeer: false);
                Drain();
                return;

            case ConnectionState.Suspended:
                // It is told when there is a link.
                _drains = _drainsHere = true;
                _awaitsDrained = Machine.HasDrain;
                _resumesAs = ConnectionState.FinQueued;
                _events.OnClosing(this, byPeer: false);
                return;

            default:
                return;
        }
    }

    /// <summary>Takes the messages that wait here and may go elsewhere out of the queue; their limits in time go on.</summary>
    internal List<OutgoingMessage> TakeQueued()
    {
        var taken = new List<OutgoingMessage>();
        while (_firstQueued is { } message)
        {
            Dequeue(message);
            taken.Add(message);
        }

        return taken;
    }

    /// <summary>Takes a message over that waited on another connection of this poller.</summary>
    internal void TakeOver(OutgoingMessage message)
    {
        message.Connection = this;
        Enqueue(message);
        Drain();
    }

    /// <summary>The failure of what is not begun any more.</summary>
    internal static Failure Draining => new(
        FailureKind.SessionClosed,
        AccelioStatus.SessionClosed,
        "The session is being drained: what is under way ends, and nothing new is begun. Nothing was sent; open another session.");

    /// <summary>Whether the FIN may go: nobody drains, or all work has ended that this side drains for.</summary>
    private bool MayFinish => !_send.IsHeld && (!_drains || (_drainsHere && HasPeerStopped && OpenRequests == 0 && _answersLeaving == 0 && _receive.HeldMessages == 0 && !Tasks.HasWorkOf(this)));

    /// <summary>The serial of the last message that the peer has or is to get.</summary>
    private ulong LastSerial => _retains ? _sentMessages.LastSerial : _nextSerial == 0 ? NoSerial : _nextSerial - 1;

    private bool HasPeerStopped => !Machine.HasDrain || (_peerHasStopped && (_peerLast == NoSerial || (_hasSerial && _lastSerial >= _peerLast)));

    /// <summary>Something has ended. Looked at when the callback has returned: the same message may still be open.</summary>
    private void CheckDrained()
    {
        _check ??= new DrainCheck(this);
        if (!_check.IsQueued)
        {
            _check.IsQueued = true;
            Machine.Poller.Enqueue(_check);
        }
    }

    private void StopNewWork(bool byPeer)
    {
        if (State != ConnectionState.Online)
        {
            return;
        }

        State = ConnectionState.FinQueued;
        if (byPeer)
        {
            _closeInfo = new CloseInfo(CloseReason.ClosedByPeer, AccelioStatus.SessionDisconnected, string.Empty);
        }

        if (_started)
        {
            _events.OnClosing(this, byPeer);
        }
    }

    /// <summary>The peer drains: it gets no new message, and is told which was the last.</summary>
    private void OnDrain(ReadOnlySpan<byte> payload)
    {
        if (payload.Length != 1)
        {
            Violation(LinkError.MalformedControl, "drain: length");
            return;
        }

        if (State is not (ConnectionState.Online or ConnectionState.FinQueued))
        {
            RefuseEarly(FrameType.ExtensionRequest);
            return;
        }

        _owesDrained = true;
        if (_isMoving)
        {
            return;
        }

        BreakOffMove("the client drains it");

        // A close that has begun already goes on: its FIN says the same.
        var wasOnline = State == ConnectionState.Online;
        _drains |= wasOnline;
        if (wasOnline && _events.TryMove(this))
        {
            State = ConnectionState.FinQueued;
            _closeInfo = new CloseInfo(CloseReason.ClosedByPeer, AccelioStatus.SessionDisconnected, string.Empty);
            _isMoving = true;
            return;
        }

        StopNewWork(byPeer: true);
        AnswerDrain();
    }

    /// <summary>The session has another connection, or will have none: the peer is told what was the last message sent here.</summary>
    internal void EndMove()
    {
        if (!_isMoving)
        {
            return;
        }

        _isMoving = false;
        if (State == ConnectionState.FinQueued)
        {
            _events.OnClosing(this, byPeer: true);
            AnswerDrain();
        }
        else if (State == ConnectionState.Suspended)
        {
            // The peer repeats its question when there is a link.
            _events.OnClosing(this, byPeer: true);
            StopQueued();
        }
    }

    private void StopQueued()
    {
        _events.OnPeerDrains(this, Draining);
        FailQueued(Draining);
    }

    private void AnswerDrain()
    {
        StopQueued();
        if (_owesDrained)
        {
            // Not where the question came over an earlier link: it is repeated on this one.
            _owesDrained = false;
            Span<byte> answer = stackalloc byte[DrainedPayload.Size];
            new DrainedPayload(LastSerial).Write(answer);
            SendControl(answer);
        }

        Drain();
    }

    private void OnDrained(ReadOnlySpan<byte> payload)
    {
        if (!DrainedPayload.TryParse(payload, out var drained, out var fault))
        {
            Violation(LinkError.MalformedControl, fault ?? "drained");
            return;
        }

        if (!_awaitsDrained)
        {
            Violation(LinkError.UnexpectedFrame, "drained, where nothing was to be drained");
            return;
        }

        _awaitsDrained = false;
        if (!_drainsHere)
        {
            // A close has cut the drain short meanwhile.
            return;
        }

        _peerLast = drained.LastSerial;
        _peerHasStopped = true;
        Drain();
    }

    /// <summary>Sends a control frame of the extension.</summary>
    internal void SendControl(scoped ReadOnlySpan<byte> payload)
    {
        scoped var frame = NewFrame(FrameType.ExtensionRequest);
        frame.UserHeader = payload;
        Link.Send(ref frame);
    }

    private sealed class DrainCheck(ConnectionMachine connection) : WorkItem
    {
        public bool IsQueued { get; set; }

        /// <inheritdoc/>
        public override void Execute()
        {
            IsQueued = false;
            connection.Drain();
        }
    }
}
