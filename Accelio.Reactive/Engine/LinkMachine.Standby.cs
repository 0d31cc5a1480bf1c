using Accelio.Transports;
using Accelio.Transports.Wire;

namespace Accelio.Reactive.Engine;

/// <content>Links that stand by: without a connection, kept open for one that may lose its own (wire protocol, section 19.12).</content>
internal sealed partial class LinkMachine
{
    // No peer keeps a link for longer without saying so again.
    private const long LongestStandby = 10 * TimeSpan.TicksPerMinute;

    /// <summary>Clients: whether the link is to be kept.</summary>
    public bool IsStandingBy { get; private set; }

    /// <summary>Clients: keeps the link, and asks for signs of life on it.</summary>
    public void StandBy()
    {
        if (!IsStandingBy && HasResume)
        {
            IsStandingBy = true;
            _readingSince = Now;
            AskForStandby();
        }
    }

    /// <summary>Clients: the link is not kept any more.</summary>
    public void EndStandby() => IsStandingBy = false;

    private bool IsAlone => _connections.Count == 0 && !IsStandingBy;

    private void AskForStandby()
    {
        Span<byte> payload = stackalloc byte[StandbyPayload.Size];
        new StandbyPayload(ControlOperation.StandBy, WireTime.ToNanoseconds(Math.Min(DetectWithin, LongestStandby / 2) * 2)).Write(payload);
        SendLinkControl(payload);
        _isProbing = true;
    }

    private bool TryTakeStandby(ReadOnlySpan<byte> payload)
    {
        if (!HasResume || payload.IsEmpty || (ControlOperation)payload[0] is not (ControlOperation.StandBy or ControlOperation.StandingBy))
        {
            return false;
        }

        if (!StandbyPayload.TryParse(payload, out var standby, out var fault))
        {
            Link.Abort(LinkError.MalformedControl, fault ?? "standby");
        }
        else if (standby.Operation == ControlOperation.StandingBy != IsClient)
        {
            Link.Abort(LinkError.UnexpectedFrame, IsClient ? "a server asks its client to stand by" : "a client stands by for its server");
        }
        else if (IsClient)
        {
            _isProbing = false;
        }
        else
        {
            _hadSession = true;
            if (_connections.Count + _pendingSessions == 0)
            {
                StartIdleTimer(Math.Min(WireTime.ToTicks(standby.Time), LongestStandby));
            }

            Span<byte> answer = stackalloc byte[StandbyPayload.Size];
            (standby with { Operation = ControlOperation.StandingBy }).Write(answer);
            SendLinkControl(answer);
        }

        return true;
    }

    private void SendLinkControl(scoped ReadOnlySpan<byte> payload)
    {
        scoped OutboundFrame frame = default;
        frame.Header.Type = FrameType.ExtensionRequest;
        frame.UserHeader = payload;
        Link.Send(ref frame);
    }
}
