using System.Text;
using Accelio.Transports;
using Accelio.Transports.Wire;

namespace Accelio.Reactive.Engine;

/// <content>
/// Servers: moving the connection to another place while messages are under way (wire protocol, section 19.11). The client is asked to begin nothing new; what it has sent before is served, answered and
/// acknowledged here; then the connection is a few numbers, which another place takes over, and the client is told to go on there. Until it is told, nothing has happened that could not be taken back.
/// </content>
internal sealed partial class ConnectionMachine
{
    private PeerTerms _terms;
    private IMigrationListener? _mover;

    // Questions to the client that it has not answered.
    private int _readyDue;

    // Which of them it may still take its answer back for.
    private int _stayDue;
    private bool _clientWaits;
    private ulong _clientLast;

    // Where the client is told to ask for a new session. It may have to be told again: its link may be lost before it hears it.
    private string? _sentAwayTo;

    /// <summary>Whether the connection is being taken over by another place, and may go on here only if that fails. Its link may be lost meanwhile.</summary>
    internal bool IsFrozen => State == ConnectionState.Frozen || (State == ConnectionState.Suspended && _resumesAs == ConnectionState.Frozen);

    /// <summary>Begins to move the connection. The listener is told when nothing is under way any more, or why that will not be.</summary>
    internal void Prepare(IMigrationListener mover)
    {
        var obstacle = _mover is not null ? "it is being moved already"
            : State == ConnectionState.Suspended ? "its link is lost at the moment"
            : State != ConnectionState.Online ? "it is closing"
            : !_retains || !Machine.HasMigration ? "the client does not know how to go on elsewhere; both sides need Resume"
            : null;
        if (obstacle is not null)
        {
            mover.OnStayed(this, obstacle);
            return;
        }

        _mover = mover;
        _clientWaits = false;
        AskForQuiet();
    }

    /// <summary>What the connection is; only between <see cref="IMigrationListener.OnQuiet"/> and the end of the move.</summary>
    internal ConnectionHandOver Export() => new()
    {
        Id = LocalId,
        HasOwnId = HasOwnId,
        Epoch = _epoch,
        NextSerial = LastSerial + 1,
        LastSerial = _hasSerial ? _lastSerial : null,
        ReceivedMessages = (ulong)_receivedMessages,
        ReceivedAnswers = _receivedAnswers,
        SentMessages = _sentMessages.End,
        SentAnswers = _sentAnswers.End,
        Depths = PeerDepths,
        ResponseRoom = (ulong)_terms.ResponseRoom,
        RequestTime = WireTime.ToNanoseconds(_terms.RequestTime),
        AckEvery = (ushort)_ackEvery,
    };

    /// <summary>Another place has the connection: the client is told to go on there, and here it ends.</summary>
    /// <param name="mover">Who moves it.</param>
    /// <param name="token">What the client has to show there.</param>
    /// <param name="target">Where that is.</param>
    /// <param name="isHere">Whether it is another context of this server, which has the id from now on, and gets what waits to be sent.</param>
    /// <returns>False when the connection is not frozen for this mover any more.</returns>
    internal bool TryDepart(IMigrationListener mover, in ResumeToken token, string target, bool isHere = false)
    {
        if (!ReferenceEquals(_mover, mover) || !IsFrozen)
        {
            return false;
        }

        _mover = null;
        if (State == ConnectionState.Frozen)
        {
            SendGo(token, target);
        }

        if (isHere)
        {
            LeaveId();
            _events.OnPeerDrains(this, Moved(target).ToFailure());
        }

        Finish(Moved(target));
        return true;
    }

    /// <summary>The client is told to ask for a new session elsewhere, now that all is answered that it has sent; if its link is lost at the moment, when it comes back. Then the connection drains.</summary>
    /// <returns>False when the connection is not quiet any more.</returns>
    internal bool TryLeave(IMigrationListener mover, string target)
    {
        if (!ReferenceEquals(_mover, mover) || !IsFrozen)
        {
            Stay(mover);
            return false;
        }

        _mover = null;
        _sentAwayTo = target;
        _send.Release();
        if (State == ConnectionState.Frozen)
        {
            State = ConnectionState.Online;
            SendGo(token: null, target);
        }

        BeginDrain();
        return true;
    }

    /// <summary>Whether the client is to go elsewhere, and may not know it.</summary>
    private bool IsSentAway => _sentAwayTo is not null && _drainsHere && !HasPeerStopped;

    /// <summary>The client has come back without having answered the drain: it may never have heard where to go.</summary>
    private void SendAwayAgain()
    {
        if (_sentAwayTo is { } target)
        {
            AskForQuiet();
            SendGo(token: null, target);
        }
    }

    private void AskForQuiet()
    {
        _readyDue++;
        _stayDue++;
        SendControl([(byte)ControlOperation.MovePrepare]);
    }

    /// <summary>The connection goes on here after all, if it is still being moved.</summary>
    internal void Stay(IMigrationListener mover)
    {
        if (!ReferenceEquals(_mover, mover))
        {
            return;
        }

        _mover = null;
        _send.Release();
        if (State == ConnectionState.Suspended)
        {
            _resumesAs = ConnectionState.Online;
            return;
        }

        if (State == ConnectionState.Frozen)
        {
            State = ConnectionState.Online;
        }

        SendControl([(byte)ControlOperation.MoveBack]);
        Drain();
    }

    /// <summary>Takes a connection over from another place. It has no link; its client brings one.</summary>
    /// <param name="state">Where both sides stand.</param>
    /// <param name="key">The session's key.</param>
    /// <param name="token">What the client has to show; null for a new one.</param>
    internal void Import(in ConnectionHandOver state, UInt128? key, ResumeToken? token)
    {
        (_epoch, _nextSerial, _receivedMessages, _receivedAnswers) = (state.Epoch, state.NextSerial, (long)state.ReceivedMessages, state.ReceivedAnswers);
        (_hasSerial, _lastSerial) = (state.LastSerial is not null, state.LastSerial.GetValueOrDefault());
        (_hasArrived, _arrivedSerial) = (_hasSerial, _lastSerial);
        _sentMessages.BeginAt(state.SentMessages, state.NextSerial - 1);
        _sentAnswers.BeginAt(state.SentAnswers, NoSerial);
        HasOwnId = state.HasOwnId;
        PeerDepths = state.Depths;
        SessionKey = key;
        _terms = new PeerTerms(0, 0, (long)Math.Min(state.ResponseRoom, long.MaxValue), WireTime.ToTicks(state.RequestTime));
        _agreedRoom = _terms.ResponseRoom;
        SetTimes(_terms);
        BeginRetaining(token ?? new ResumeToken(Settings.InstanceId, Machine.NewSecret()));
        _ackEvery = Math.Clamp(state.AckEvery, (ushort)1, (ushort)MostUnacknowledged);
        _suspension = new CloseInfo(CloseReason.ConnectionLost, AccelioStatus.SessionDisconnected, "The session was moved here, and its client did not come.");
        (_started, _ownTasks, _resumesAs, State) = (true, new TaskTable(), ConnectionState.Online, ConnectionState.Suspended);
        if (Settings.ResumeWindow != long.MaxValue)
        {
            Timers.Schedule(_resumeTimer, Now + Settings.ResumeWindow);
        }
    }

    /// <summary>The connection's id is that of another one of the same server.</summary>
    internal void LeaveId() => HasOwnId = false;

    /// <summary>What a client has to show that comes back for the connection.</summary>
    internal ResumeToken Token => _token;

    /// <summary>How a connection ends that goes on elsewhere.</summary>
    internal static CloseInfo Moved(string target) => new(CloseReason.ClosedLocally, AccelioStatus.SessionRedirected, $"The session was moved to {target}.");

    private void SendGo(ResumeToken? token, string target)
    {
        Span<byte> payload = stackalloc byte[MoveGoPayload.MaxSize];
        SendControl(payload[..new MoveGoPayload { Token = token, Target = Encoding.UTF8.GetBytes(target) }.Write(payload)]);
    }

    private void OnMoveReady(ReadOnlySpan<byte> payload)
    {
        if (!MoveReadyPayload.TryParse(payload, out var ready, out var fault))
        {
            Violation(LinkError.MalformedControl, fault ?? "move-ready");
        }
        else if (_readyDue == 0)
        {
            Violation(LinkError.UnexpectedFrame, "move-ready, where nothing was to be moved");
        }
        else if (--_readyDue == 0 && _mover is not null)
        {
            (_clientWaits, _clientLast) = (true, ready.LastSerial);
            CheckQuiet();
        }
        else if (_readyDue == 0 && _receive.IsGrantDue)
        {
            // It knows where to go, or stays because it closes: then what it has left to send comes here.
            SendGrant();
        }
    }

    private void OnMoveStay(ReadOnlySpan<byte> payload)
    {
        if (payload.Length != 1)
        {
            Violation(LinkError.MalformedControl, "move-stay: length");
        }
        else if (_stayDue == 0)
        {
            Violation(LinkError.UnexpectedFrame, "move-stay, where nothing was to be moved");
        }
        else
        {
            _stayDue--;
            _mover?.OnUnwilling(this, "the client closes it");
        }
    }

    /// <summary>Something has ended: perhaps it was the last of all work. First that of the client; then this side begins nothing more either, and waits for what it has begun.</summary>
    private void CheckQuiet()
    {
        if (!_clientWaits || State != ConnectionState.Online || !HasAllOfClient || OpenRequests != 0 || _receive.HeldMessages != 0)
        {
            return;
        }

        _send.Hold();
        if (_sentMessages.Count == 0 && _sentAnswers.Count == 0 && !Tasks.HasAnyOf(this))
        {
            Timers.Cancel(_ackTimer);
            State = ConnectionState.Frozen;
            _mover!.OnQuiet(this);
        }
    }

    private bool HasAllOfClient => _clientLast == NoSerial || (_hasSerial && _lastSerial >= _clientLast);

    /// <summary>Something comes in between: the connection stays.</summary>
    private void BreakOffMove(string reason)
    {
        if (_mover is { } mover)
        {
            Stay(mover);
            mover.OnStayed(this, reason);
        }
    }
}
