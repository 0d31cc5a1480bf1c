using Accelio.Transports;
using Accelio.Transports.Polling;
using Accelio.Transports.Wire;

namespace Accelio.Reactive.Engine;

/// <content>Windows and credits: ours (extensions, flow), and libxio's own (wire protocol, section 13).</content>
internal sealed partial class ConnectionMachine
{
    private readonly ReceiveWindow _receive;
    private readonly SlowConsumerTimer _slowTimer;
    private bool _pausesLink;
    private bool _pausesRepeats;
    private int _handlersAtWork;

    /// <summary>
    /// How many handlers of the peer's requests have begun and not ended. They hold the window, and may wait for requests of this side, which wait for the peer's window, which its handlers hold: where
    /// that may be so, the window gives way.
    /// </summary>
    internal int HandlersAtWork
    {
        get => _handlersAtWork;
        set
        {
            var more = value > _handlersAtWork;
            _handlersAtWork = value;
            if (more)
            {
                GiveWay();
            }
        }
    }

    /// <summary>Whether messages of a C peer are charged and granted as libxio does.</summary>
    private bool UsesCFlowControl => IsCPeer && Settings.CPeerFlowControl == CPeerFlowControl.On;

    /// <summary>Lets owed credits ride on a message; harmless to a C peer that does not count them.</summary>
    private void AddGrants(ref FrameHeader header)
    {
        _receive.TakeOwed(ushort.MaxValue, out var messages, out var bytes);
        header.CreditMessages = (ushort)messages;
        header.CreditBytes = bytes;
    }

    /// <summary>Takes the credits that came with a message.</summary>
    private void TakeGrants(ulong messages, ulong bytes)
    {
        if (messages == 0 && bytes == 0)
        {
            return;
        }

        _send.Grant(messages, bytes);
        if (_firstQueued is not null || _firstHeldResponse is not null)
        {
            SendHeldResponses();
            Drain();
        }
    }

    /// <summary>A lease ended: its credit is owed, and sent when enough is.</summary>
    private void ReturnCredit(long bytes)
    {
        if (_receive.IsExtended)
        {
            _receive.Returned(bytes, IsWaitingForPeer ? _handlersAtWork : 0);
        }
        else
        {
            _receive.Returned(bytes);
        }

        if (State is not (ConnectionState.Online or ConnectionState.FinQueued or ConnectionState.FinWait1))
        {
            return;
        }

        if (_receive.IsGrantDue)
        {
            SendGrant();
        }

        if (_drains || _mover is not null)
        {
            CheckDrained();
        }

        if (_pausesLink && MayReadOn)
        {
            _pausesLink = _pausesRepeats = false;
            Timers.Cancel(_slowTimer);
            Machine.Resume();
        }
    }

    // Not for each message, but for half of the window at once. What a C client that has come back sends again is here already, and takes no room, and answers wait for it: any room will do, for what is new behind it.
    private bool MayReadOn => _pausesRepeats
        ? _receive.HeldMessages < Settings.WindowMessages && _receive.HeldBytes < Settings.WindowBytes
        : _receive.HeldMessages * 2 < Settings.WindowMessages && _receive.HeldBytes * 2 < Settings.WindowBytes;

    /// <summary>An answer of a C peer that counts credits has come for nobody: what it cost is owed at once.</summary>
    private void ReturnAnswer(in InboundFrame frame)
    {
        if (UsesCFlowControl)
        {
            var charge = frame.UserHeaderLength + frame.BodyLength;
            _receive.Arrived(charge);
            ReturnCredit(charge);
        }
    }

    /// <summary>Credits of a C peer came without a message. That cost one, which is owed, and goes with what is sent next: an update for each update would never end.</summary>
    private void OnCreditUpdate()
    {
        if (UsesCFlowControl)
        {
            _receive.Arrived(0);
            _receive.Returned(0);
        }
    }

    /// <summary>Whether this side has sent, or wants to send, something that the peer has not answered.</summary>
    private bool IsWaitingForPeer => _firstQueued is not null || Tasks.HasMessageOf(this);

    /// <summary>Extends an exhausted window as long as handlers here may wait for the peer. Wherever one of the conditions may have come true.</summary>
    private void GiveWay()
    {
        if (_handlersAtWork != 0 && _receive.IsLow && !IsCPeer && IsWaitingForPeer && _receive.TryExtend(_handlersAtWork))
        {
            SendGrant();
        }
    }

    private void SendGrant()
    {
        if (State == ConnectionState.Suspended)
        {
            // Where the window stands is said when there is a link.
            return;
        }

        if (UsesCFlowControl)
        {
            // It costs a credit itself, and waits for none, as in libxio: the peer may have none left either.
            var update = NewFrame(FrameType.CreditUpdate);
            NumberRequest(ref update.Header);
            _send.Charge(expectsAnswer: true, 0);
            Link.Send(ref update);
        }
        else if (!IsCPeer)
        {
            _receive.TakeOwed(int.MaxValue, out var messages, out var bytes);
            Span<byte> payload = stackalloc byte[GrantPayload.Size];
            new GrantPayload(messages, bytes).Write(payload);
            scoped var grant = NewFrame(FrameType.ExtensionRequest);
            grant.UserHeader = payload;
            grant.Urgent = true;
            Link.Send(ref grant);
        }
    }

    /// <summary>Towards a C peer without flow control: when its consumer here holds too much, the link is not read until that is better, or closed.</summary>
    private void HoldBackCPeer()
    {
        if (_pausesLink || UsesCFlowControl || (_receive.HeldMessages < Settings.WindowMessages && _receive.HeldBytes < Settings.WindowBytes))
        {
            return;
        }

        _pausesLink = true;
        Machine.Pause();
        if (Settings.DetectCPeerWithin != long.MaxValue)
        {
            // Half of the time in which the peer would take this side for dead.
            Timers.Schedule(_slowTimer, Now + (Settings.DetectCPeerWithin / 2));
        }
    }

    private sealed class SlowConsumerTimer(ConnectionMachine connection) : WheelTimer
    {
        /// <inheritdoc/>
        public override void OnTimer(long now) => connection.Violation(
            LinkError.ConsumerTooSlow,
            $"{connection._receive.HeldMessages} messages of a peer without flow control were not released in time");
    }
}
