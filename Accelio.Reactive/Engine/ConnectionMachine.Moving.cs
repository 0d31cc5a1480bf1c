using System.Text;
using Accelio.Transports;
using Accelio.Transports.Polling;
using Accelio.Transports.Wire;

namespace Accelio.Reactive.Engine;

/// <content>Clients: being moved by the server (wire protocol, section 19.11). What is new waits from the server's question on; what was sent is answered where it was sent.</content>
internal sealed partial class ConnectionMachine
{
    // A drain began while the server wanted quiet: it is told when that is over.
    private bool _owesDrain;

    // Where the server is that the connection was moved to, until it goes on there.
    private bool _isMoved;

    /// <summary>Whether the connection is on its way from one server to another.</summary>
    internal bool IsMoved => _isMoved;

    /// <summary>Where it is told to go it has been before.</summary>
    internal void NoteReturn() => _isMoved = false;

    private void OnMove(ControlOperation operation, ReadOnlySpan<byte> payload)
    {
        switch (operation)
        {
            case ControlOperation.MovePrepare:
                OnMovePrepare(payload);
                return;

            case ControlOperation.MoveReady:
                OnMoveReady(payload);
                return;

            case ControlOperation.MoveGo:
                OnMoveGo(payload);
                return;

            case ControlOperation.MoveBack:
                OnMoveBack(payload);
                return;

            default:
                OnMoveStay(payload);
                return;
        }
    }

    private void OnMovePrepare(ReadOnlySpan<byte> payload)
    {
        if (payload.Length != 1)
        {
            Violation(LinkError.MalformedControl, "move-prepare: length");
        }
        else if (!_isClient || _send.IsHeld)
        {
            Violation(LinkError.UnexpectedFrame, _isClient ? "move-prepare, where a move was begun already" : "move-prepare from a client");
        }
        else if (State is ConnectionState.Online or ConnectionState.FinQueued)
        {
            _send.Hold();
            Span<byte> answer = stackalloc byte[MoveReadyPayload.Size];
            new MoveReadyPayload(LastSerial).Write(answer);
            SendControl(answer);
            if (_unacknowledged != 0)
            {
                SendAck();
            }

            if (State == ConnectionState.FinQueued && !_drains)
            {
                AskToStay();
            }
        }
    }

    /// <summary>The connection closes: what is queued must not wait for the end of all work. If the server has sent it on already it closes there.</summary>
    private void AskToStay()
    {
        if (_send.IsHeld)
        {
            SendControl([(byte)ControlOperation.MoveStay]);
        }
    }

    private void OnMoveBack(ReadOnlySpan<byte> payload)
    {
        if (payload.Length != 1)
        {
            Violation(LinkError.MalformedControl, "move-back: length");
        }
        else if (IsToldWhereToGo("move-back"))
        {
            EndHold();
        }
    }

    private void EndHold()
    {
        _send.Release();
        if (_owesDrain)
        {
            _owesDrain = false;
            SendControl([(byte)ControlOperation.Drain]);
        }

        Drain();
    }

    private void OnMoveGo(ReadOnlySpan<byte> payload)
    {
        if (!MoveGoPayload.TryParse(payload, out var go, out var fault))
        {
            Violation(LinkError.MalformedControl, fault ?? "move-go");
            return;
        }

        if (!IsToldWhereToGo("move-go"))
        {
            return;
        }

        var target = Encoding.UTF8.GetString(go.Target);
        if (go.Token is not { } token)
        {
            if (State == ConnectionState.FinQueued)
            {
                // It ends, and what is queued with it: the server takes that before it drains.
                EndHold();
                return;
            }

            // The drain that follows says when.
            _send.Release();
            _events.OnSentTo(this, target);
            return;
        }

        var machine = Machine;
        SuspendAs(new CloseInfo(CloseReason.ConnectionLost, AccelioStatus.SessionDisconnected, $"The session was moved to {target}, and does not go on there."), State);
        machine.RemoveConnection(this);
        GoTo(target, token);
    }

    /// <summary>The server's word is that of one which has asked for quiet; a close that has begun meanwhile takes no notice of it.</summary>
    private bool IsToldWhereToGo(string what)
    {
        if (!_send.IsHeld && State is ConnectionState.Online or ConnectionState.FinQueued)
        {
            Violation(LinkError.UnexpectedFrame, $"{what}, where nothing was to be moved");
        }

        return _send.IsHeld && State is ConnectionState.Online or ConnectionState.FinQueued;
    }

    private void GoTo(string target, in ResumeToken token)
    {
        _token = token;
        _isMoved = true;
        _events.OnMoved(this, target);
    }
}
