using Accelio.Transports.Polling;

namespace Accelio.Reactive.Engine;

/// <content>Without a link: what the connection keeps until there is another one, and how it ends if there is none.</content>
internal sealed partial class ConnectionMachine
{
    /// <summary>The link is lost: keeps everything for another one.</summary>
    /// <returns>False when the connection ends with its link.</returns>
    private bool TrySuspend(in CloseInfo info)
    {
        if (State == ConnectionState.Suspended)
        {
            if (info.Reason == CloseReason.ProtocolViolation)
            {
                return false;
            }

            _attempt = null;
            _events.OnResumeFailed(this, info);
            return true;
        }

        if (!MayBeSuspended || info.Reason is not (CloseReason.ConnectionLost or CloseReason.TimedOut))
        {
            return false;
        }

        var isFrozen = State == ConnectionState.Frozen;
        SuspendAs(info, State);
        if (!isFrozen)
        {
            BreakOffMove("its link was lost");
        }

        if (!_events.TrySuspend(this, info))
        {
            return false;
        }

        if (_returned is { } hello)
        {
            _returned = null;
            GoOn(hello);
        }

        return true;
    }

    /// <summary>Takes everything from the link that another one needs.</summary>
    private void SuspendAs(in CloseInfo info, ConnectionState resumesAs)
    {
        (_suspension, _resumesAs, State) = (info, resumesAs, ConnectionState.Suspended);
        (_readyDue, _stayDue, _clientWaits, _owesDrain, _owesDrained) = (0, 0, false, false, false);
        TakeTasks();
        _linkIsGone = false;
        _unacknowledged = 0;
        Timers.Cancel(_ackTimer);
        _earlyAborts = null;
        (_arrivedSerial, _hasArrived) = (_lastSerial, _hasSerial);
        if (Settings.ResumeWindow != long.MaxValue)
        {
            Timers.Schedule(_resumeTimer, Now + Settings.ResumeWindow);
        }
    }

    /// <summary>The tasks of the connection leave the table of their link, and what that was writing is not completed any more.</summary>
    private void TakeTasks()
    {
        var tasks = new List<OutgoingTask>();
        Machine.Tasks.CopyTo(this, tasks);
        _ownTasks = new TaskTable();
        foreach (var task in tasks)
        {
            Machine.Tasks.Remove(task);
            switch (task)
            {
                case OutgoingMessage message:
                    message.EndReceiving();
                    break;

                case Tombstone tombstone:
                    tombstone.EndReceiving();
                    break;

                case ReceiptTask:
                    break;

                default:
                    task.OnConnectionClosed(default);
                    continue;
            }

            _ownTasks.Add(task);
        }
    }

    private bool MayBeSuspended => _retains && (State is ConnectionState.Online or ConnectionState.Frozen || (State == ConnectionState.FinQueued && _drains));

    /// <summary>The server instance is gone. What it may have run fails, unless it may be run again: that waits, with what never left, to be taken elsewhere.</summary>
    internal void Outlive(in Failure failure)
    {
        LeaveLink();
        Timers.Cancel(_resumeTimer);
        List<OutgoingMessage> again = [];
        var tasks = new List<OutgoingTask>();
        Tasks.CopyTo(this, tasks);
        foreach (var task in tasks)
        {
            Tasks.Remove(task);
            if (task is OutgoingMessage { Idempotent: true, Kind: OutgoingKind.Request } message)
            {
                again.Add(message);
            }
            else
            {
                task.OnConnectionClosed(failure);
            }
        }

        again.Sort(static (one, other) => other.Serial.CompareTo(one.Serial));
        foreach (var message in again)
        {
            message.Requeue();
            EnqueueFirst(message);
        }

        while (_openRequests is { } request)
        {
            request.AbandonAnswer();
        }

        EndRetention(failure, hasParted: false);
    }

    private void EndTasks(in Failure failure, bool mayBeAnswered)
    {
        if (_ownTasks is not { } own)
        {
            Machine.EndTasks(this, failure, mayBeAnswered);
            return;
        }

        LeaveLink();
        var tasks = new List<OutgoingTask>();
        own.CopyTo(null, tasks);
        foreach (var task in tasks)
        {
            own.Remove(task);
            task.OnConnectionClosed(failure);
        }
    }

    /// <summary>Nothing is sent again. Who waits until the peer has a one-way message hears that nobody knows, unless both sides have parted behind it.</summary>
    private void EndRetention(in Failure failure, bool hasParted)
    {
        _returned?.Decline(AccelioStatus.NotSession);
        _returned = null;
        for (var number = _sentMessages.First; number < _sentMessages.End && !hasParted; number++)
        {
            (_sentMessages[number].Owner as OutgoingMessage)?.LoseRetained(failure);
        }

        Free(_sentMessages.End, _sentAnswers.End);
    }

    private sealed class ResumeTimer(ConnectionMachine connection) : WheelTimer
    {
        /// <inheritdoc/>
        public override void OnTimer(long now)
        {
            if (!connection._events.TryOutlive(connection))
            {
                connection.GiveUp();
            }
        }
    }
}
