using Accelio.Transports;
using Accelio.Transports.Polling;
using Accelio.Transports.Wire;

namespace Accelio.Reactive.Engine;

/// <content>
/// C clients that come back after their link was lost (wire protocol, section 17): the connections wait, and go on over the new link. Everything else of the lost link has ended.
/// </content>
internal sealed partial class LinkMachine
{
    private readonly List<ConnectionMachine> _waiting = [];
    private CloseInfo _lostBy;
    private WaitTimer? _waitTimer;
    private uint _cid;
    private bool _isLeft;

    /// <summary>Servers: the links that C clients may want back; null where that is off.</summary>
    public ReconnectTable? Reconnects { get; init; }

    /// <summary>Whether connections of a lost link go on here: what the peer had begun there may come once more, and answers to what is over here.</summary>
    public bool HasComeBack { get; private set; }

    /// <summary>Whether the peer may come back for the link's connections.</summary>
    internal bool IsReconnectable => Reconnects is not null && Features == LinkFeatures.None && !IsClient;

    /// <summary>The id of the link that the peer is told.</summary>
    private uint NewCid(LinkMachine? lost)
    {
        if (!IsReconnectable)
        {
            return _entropy.NextUInt32();
        }

        if (lost is null)
        {
            _cid = Reconnects!.Enter(this);
        }
        else
        {
            _cid = lost._cid;
            lost._cid = 0;
            Reconnects!.Replace(_cid, this);
        }

        return _cid;
    }

    /// <summary>The link that a client wants back, which ends if it still lives here; null when there is nothing to go on with.</summary>
    private LinkMachine? FindLost(in LinkSetup setup, LinkFeatures offered)
    {
        if (offered != LinkFeatures.None || Reconnects?.Find(setup.Cid, Link.RemoteEndPoint) is not { } lost || ReferenceEquals(lost, this))
        {
            return null;
        }

        if (lost.Phase == LinkPhase.Open)
        {
            // The client knows better.
            lost._isLeft = true;
            lost.EndAs(new CloseInfo(CloseReason.ConnectionLost, AccelioStatus.SessionDisconnected, "the client came back over another link"));
            lost.Link.Abort(LinkError.Aborted, "its client came back over another link");
        }

        return lost._waiting.Count == 0 ? null : lost;
    }

    /// <summary>The connections of a lost link go on here.</summary>
    private void GoOnFrom(LinkMachine lost)
    {
        // Together with the ids of what was outstanding: an answer that comes for one of them now is not taken for that of another.
        (Tasks, lost.Tasks) = (lost.Tasks, Tasks);
        Timers.Cancel(lost._waitTimer!);
        HasComeBack = true;
        _hadSession = true;
        Note(LinkNote.CameBack, $"{lost._waiting.Count} connections go on");
        foreach (var connection in lost._waiting)
        {
            Reconnects!.EndWait();
            _connections.Add(connection.LocalId, connection);
        }

        var connections = new List<ConnectionMachine>(lost._waiting);
        lost._waiting.Clear();
        foreach (var connection in connections)
        {
            connection.GoOn(this);
        }
    }

    /// <summary>The link is lost: what can wait for the client waits.</summary>
    private void KeepConnections(in CloseInfo info)
    {
        if (_cid == 0)
        {
            return;
        }

        if (info.Reason == CloseReason.ConnectionLost || (info.Reason == CloseReason.TimedOut && !_isPaused))
        {
            foreach (var connection in new List<ConnectionMachine>(_connections.Values))
            {
                if (connection.CanWaitForLink && Reconnects!.TryWait())
                {
                    _connections.Remove(connection.LocalId);
                    _waiting.Add(connection);
                    connection.WaitForLink();
                }
            }
        }

        if (_waiting.Count == 0)
        {
            ForgetCid();
            return;
        }

        _lostBy = info;
        _waitTimer = new WaitTimer(this);
        Timers.Schedule(_waitTimer, Now + ReconnectTable.Window);
        Note(LinkNote.Waiting, $"{_waiting.Count} connections wait for their client: {info.Detail}");
    }

    private void DropLateAnswer(in FrameHeader header)
    {
        Note(LinkNote.LateAnswer, $"{header.Type} to task 0x{header.RemoteTask:x8}");
        foreach (var connection in _connections.Values)
        {
            // Its number is one of theirs, and does not say of which.
            connection.ExpectJump();
        }
    }

    /// <summary>A connection has ended while it waited.</summary>
    private void EndWait(ConnectionMachine connection)
    {
        if (_waiting.Remove(connection))
        {
            Reconnects!.EndWait();
            if (_waiting.Count == 0)
            {
                Timers.Cancel(_waitTimer!);
                ForgetCid();
            }
        }
    }

    private void ForgetCid()
    {
        Reconnects!.Remove(_cid);
        _cid = 0;
    }

    private void OnNobodyCame()
    {
        foreach (var connection in new List<ConnectionMachine>(_waiting))
        {
            connection.EndWithoutLink(_lostBy);
        }
    }

    private sealed class WaitTimer(LinkMachine link) : WheelTimer
    {
        /// <inheritdoc/>
        public override void OnTimer(long now) => link.OnNobodyCame();
    }
}
