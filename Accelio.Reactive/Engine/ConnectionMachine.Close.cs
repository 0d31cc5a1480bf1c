using Accelio.Transports;
using Accelio.Transports.Polling;

namespace Accelio.Reactive.Engine;

/// <content>The close handshake: FIN both ways, from either side or both at once (wire protocol, section 16), bounded in time.</content>
internal sealed partial class ConnectionMachine
{
    private readonly CloseTimer _closeTimer;
    private CloseInfo _closeInfo = new(CloseReason.ClosedLocally, AccelioStatus.SessionClosed, string.Empty);
    private CloseInfo? _reject;

    /// <summary>Closes in good order: what is queued is sent first, then the FIN.</summary>
    public void Close()
    {
        BreakOffMove("it is closed");
        switch (State)
        {
            case ConnectionState.Suspended when _isMoved:
                // Both ends live, and there will be a link in a moment: what is queued is sent first.
                _resumesAs = ConnectionState.FinQueued;
                StartCloseTimer();
                _events.OnClosing(this, byPeer: false);
                return;

            case ConnectionState.Suspended:
                // There is no link on which the peer could be told.
                Finish(_closeInfo);
                return;

            case ConnectionState.Connecting:
                // Nothing was agreed that could be closed; the peer learns it from the link.
                Finish(_closeInfo);
                return;

            case ConnectionState.FinQueued when _drains:
                // The drain is cut short.
                _drains = _drainsHere = _isMoving = false;
                StartCloseTimer();
                AskToStay();
                Drain();
                return;

            case ConnectionState.Online:
                State = ConnectionState.FinQueued;
                StartCloseTimer();
                if (_started)
                {
                    _events.OnClosing(this, byPeer: false);
                }

                if (State == ConnectionState.FinQueued)
                {
                    AskToStay();
                    Drain();
                }

                return;

            default:
                return;
        }
    }

    /// <summary>Ends the connection at once, without waiting for the peer.</summary>
    public void Abort()
    {
        if (State == ConnectionState.Closed)
        {
            return;
        }

        BreakOffMove("it is closed");
        if (State == ConnectionState.Suspended)
        {
            Finish(new CloseInfo(CloseReason.ClosedLocally, AccelioStatus.SessionAborted, string.Empty));
        }
        else if (Machine.ConnectionCount <= 1)
        {
            Link.Abort(LinkError.Aborted, "the session was disposed");
            OnLinkClosed(new CloseInfo(CloseReason.ClosedLocally, AccelioStatus.SessionAborted, string.Empty));
        }
        else if (State is ConnectionState.Connecting)
        {
            Finish(_closeInfo);
        }
        else
        {
            // Others share the link: what is queued or under way ends now, the handshake goes on without the session.
            var failure = _closeInfo.ToFailure();
            FailQueued(failure);
            HoldGivenUp();
            EndOutstanding(failure);
            TellGivenUp();
            Close();
        }
    }

    /// <summary>Ends every message that was sent and has no answer yet; the answers may still come and count.</summary>
    private void EndOutstanding(in Failure failure)
    {
        var tasks = new List<OutgoingTask>();
        Tasks.CopyTo(this, tasks);
        foreach (var task in tasks)
        {
            if (task is OutgoingMessage message)
            {
                EndLocally(message, failure);
            }
        }
    }

    /// <summary>The link is gone.</summary>
    internal void OnLinkClosed(in CloseInfo info)
    {
        if (State == ConnectionState.Closed || TrySuspend(info))
        {
            return;
        }

        // A peer that closes the transport after the FINs have crossed has closed in good order.
        var orderly = State is ConnectionState.FinWait2 or ConnectionState.Closing or ConnectionState.LastAck
            || (State == ConnectionState.FinWait1 && info.Reason == CloseReason.ConnectionLost);
        Finish(_reject is { } reject ? reject : orderly && info.Reason is CloseReason.ConnectionLost ? _closeInfo : info);
    }

    private void OnFinRequest(uint peerTask)
    {
        switch (State)
        {
            case ConnectionState.Connecting:
                Violation(LinkError.UnexpectedFrame, "FIN before the session was set up");
                return;

            case ConnectionState.Online or ConnectionState.FinQueued or ConnectionState.Frozen:
                BreakOffMove("the client closes it");
                var byPeer = State == ConnectionState.Online;
                if (byPeer && _reject is null)
                {
                    _closeInfo = new CloseInfo(CloseReason.ClosedByPeer, AccelioStatus.SessionDisconnected, string.Empty);
                }

                State = ConnectionState.FinQueued;
                var failure = _closeInfo.ToFailure();
                if (byPeer && _firstQueued is not null)
                {
                    _events.OnPeerDrains(this, failure);
                }

                FailQueued(failure);
                AnswerFin(peerTask);
                SendFin();
                State = ConnectionState.LastAck;
                if (byPeer && _started)
                {
                    _events.OnClosing(this, byPeer: true);
                }

                return;

            case ConnectionState.FinWait1:
                AnswerFin(peerTask);
                State = ConnectionState.Closing;
                return;

            case ConnectionState.FinWait2:
                AnswerFin(peerTask);
                Finish(_reject ?? _closeInfo, hasParted: true);
                return;

            default:
                return;
        }
    }

    private void OnFinAcknowledged()
    {
        switch (State)
        {
            case ConnectionState.FinWait1:
                State = ConnectionState.FinWait2;
                return;

            case ConnectionState.Closing or ConnectionState.LastAck:
                Finish(_reject ?? _closeInfo, hasParted: true);
                return;

            default:
                return;
        }
    }

    private void SendFin()
    {
        State = ConnectionState.FinWait1;
        StartCloseTimer();
        var task = new FinTask { Connection = this };
        Tasks.Add(task);
        var frame = NewFrame(FrameType.FinRequest);
        frame.Header.LocalTask = task.TaskId;
        Link.Send(ref frame);
    }

    private void StartCloseTimer()
    {
        if (!_closeTimer.IsScheduled && Settings.CloseTimeout != long.MaxValue)
        {
            Timers.Schedule(_closeTimer, Now + Settings.CloseTimeout);
        }
    }

    private void AnswerFin(uint peerTask)
    {
        var frame = NewFrame(FrameType.FinResponse);
        frame.Header.RemoteTask = peerTask;
        Link.Send(ref frame);
    }

    /// <summary>The one end of the connection: everything of it ends, then the session is told.</summary>
    /// <param name="info">How it ended.</param>
    /// <param name="hasParted">Whether the handshake is done, behind which our own peers answer nothing any more.</param>
    private void Finish(in CloseInfo info, bool hasParted = false)
    {
        if (State == ConnectionState.Closed)
        {
            return;
        }

        var mover = _mover;
        _mover = null;
        _closeInfo = info;
        State = ConnectionState.Closed;
        Timers.Cancel(_closeTimer);
        Timers.Cancel(_slowTimer);
        Timers.Cancel(_ackTimer);
        Timers.Cancel(_resumeTimer);
        if (_pausesLink)
        {
            _pausesLink = false;
            Machine.Resume();
        }

        var failure = info.ToFailure();
        FailQueued(failure);
        while (_firstHeldResponse is { } response)
        {
            _firstHeldResponse = response.NextHeld;
            response.NextHeld = null;
            response.Request!.AnswerDone();
            response.Failed(Discarded);
        }

        while (_openRequests is { } request)
        {
            request.AbandonAnswer();
        }

        EndTasks(failure, mayBeAnswered: !hasParted || IsCPeer);
        EndRetention(failure, hasParted);
        SayGoodbye();
        _receive.Close();
        Machine.RemoveConnection(this);
        _events.OnClosed(this, info);
        mover?.OnStayed(this, "it has ended");
    }

    private void OnCloseTimeout()
    {
        if (_drainsHere && State == ConnectionState.FinWait1 && Link.QueuedBytes != 0)
        {
            // A drain has the time of its work: what was copied last is still on its way, and the FIN behind it. The link sees to it that the peer takes bytes.
            StartCloseTimer();
            return;
        }

        if (State == ConnectionState.Suspended)
        {
            // No link is there to be ended with it.
        }
        else if (Machine.ConnectionCount <= 1)
        {
            Link.Abort(LinkError.Aborted, "the close handshake did not end within CloseTimeout");
        }
        else if (State == ConnectionState.FinQueued)
        {
            // Others share the link, and live on: the peer hears of the end by the FIN, which waited behind messages without credit.
            FailQueued((_reject ?? _closeInfo).ToFailure());
            SendFin();
            return;
        }

        Finish(_reject ?? _closeInfo);
    }

    /// <summary>Waits for the acknowledgement of our FIN.</summary>
    private sealed class FinTask : OutgoingTask
    {
        /// <inheritdoc/>
        public override void OnResponse(LinkMachine link, ref InboundFrame frame)
        {
            link.Tasks.Remove(this);
            if (frame.Header.Type != FrameType.FinResponse)
            {
                link.Link.Abort(LinkError.UnexpectedFrame, $"{frame.Header.Type} answers a FIN");
                return;
            }

            Connection!.OnFinAcknowledged();
        }

        /// <inheritdoc/>
        public override void OnConnectionClosed(in Failure failure)
        {
        }
    }

    private sealed class CloseTimer(ConnectionMachine connection) : WheelTimer
    {
        /// <inheritdoc/>
        public override void OnTimer(long now) => connection.OnCloseTimeout();
    }
}
