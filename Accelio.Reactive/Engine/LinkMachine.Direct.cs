using Accelio.Transports;
using Accelio.Transports.Wire;

namespace Accelio.Reactive.Engine;

/// <content>Shared memory that devices get at by themselves (wire protocol, section 19.9). It belongs to the link: a connection may end while a device is at work.</content>
internal sealed partial class LinkMachine
{
    /// <summary>Most memories that one side exposes on a link; what is shared beyond it goes by messages.</summary>
    internal const int MaxExposed = 16384;

    private readonly Dictionary<UInt128, DirectExposure> _exposures = [];
    private readonly Dictionary<UInt128, DirectRegion> _regions = [];

    // Withdrawn before the frame that exposes them was delivered: on slots a frame may overtake others.
    private readonly HashSet<UInt128> _withdrawnEarly = [];

    /// <summary>Whether devices get at shared memory by themselves.</summary>
    public bool HasDirectMemory => (Features & LinkFeatures.DirectMemory) != 0;

    /// <summary>Lets the peer's device at memory that a connection shares. Where that cannot be, it stays with messages.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="token">What names the memory.</param>
    /// <param name="window">The memory, with one hold that is taken over.</param>
    internal unsafe void Expose(ConnectionMachine connection, in MemoryToken token, RegisteredMemory window)
    {
        DirectWindow? direct = null;
        if (HasDirectMemory && Phase == LinkPhase.Open && connection.IsOnline && _exposures.Count < MaxExposed)
        {
            try
            {
                direct = Link.Direct!.Expose(window.PointerAt(0), token.Length, (token.Access & RemoteAccess.Read) != 0, (token.Access & RemoteAccess.Write) != 0);
            }
            catch (TransportException obstacle)
            {
                Note(LinkNote.NotExposed, obstacle.Message);
            }
        }

        if (direct is null)
        {
            window.EndHold();
            return;
        }

        _exposures.Add(token.Region, new DirectExposure(this, token.Region, window, direct));
        Span<byte> payload = stackalloc byte[ExposePayload.Size];
        new ExposePayload((byte)token.Access, token.Generation, token.Region, (ulong)token.Length, direct.Address, direct.Key).Write(payload);
        connection.SendControl(payload);
    }

    /// <summary>Memory is shared no more: asks the peer to let go of it, if its device gets at it.</summary>
    internal void Withdraw(UInt128 region)
    {
        if (!_exposures.TryGetValue(region, out var exposure) || exposure.IsWithdrawn)
        {
            return;
        }

        exposure.IsWithdrawn = true;
        SendWithdraw(ControlOperation.Withdraw, region);
        if (Settings.DetectWithin != long.MaxValue)
        {
            Timers.Schedule(exposure, Now + Settings.DetectWithin);
        }
    }

    /// <summary>The memory of the peer that a token names, if this side's device gets at it.</summary>
    internal DirectRegion? FindRegion(UInt128 region) => Phase == LinkPhase.Open ? _regions.GetValueOrDefault(region) : null;

    /// <summary>Nothing is under way in memory that the peer wants back.</summary>
    internal void AnswerWithdraw(UInt128 region)
    {
        if (Phase == LinkPhase.Open && _regions.Remove(region))
        {
            SendWithdraw(ControlOperation.Withdrawn, region);
        }
    }

    // Frames about memory that devices get at belong to the link, whatever connection they name. False for others.
    private bool TryTakeDirect(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (!HasDirectMemory || payload.IsEmpty)
        {
            return false;
        }

        switch ((ControlOperation)payload[0])
        {
            case ControlOperation.Expose:
                OnExpose(header, payload);
                return true;

            case ControlOperation.Withdraw or ControlOperation.Withdrawn:
                OnWithdraw(payload);
                return true;

            default:
                return false;
        }
    }

    private void OnExpose(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (!ExposePayload.TryParse(payload, out var exposed, out var fault))
        {
            Link.Abort(LinkError.MalformedControl, fault ?? "expose");
        }
        else if (_regions.Count >= MaxExposed)
        {
            Link.Abort(LinkError.LimitExceeded, $"more than {MaxExposed} memories exposed on one link");
        }
        else if (!_withdrawnEarly.Remove(exposed.Region) && !_regions.TryAdd(exposed.Region, new DirectRegion(this, header.Destination, exposed)))
        {
            Link.Abort(LinkError.UnexpectedFrame, "expose: a region that is exposed already");
        }
    }

    private void OnWithdraw(ReadOnlySpan<byte> payload)
    {
        if (!WithdrawPayload.TryParse(payload, out var withdraw, out var fault))
        {
            Link.Abort(LinkError.MalformedControl, fault ?? "withdraw");
        }
        else if (withdraw.Operation == ControlOperation.Withdrawn)
        {
            EndExposure(withdraw.Region);
        }
        else if (!_regions.TryGetValue(withdraw.Region, out var region))
        {
            WithdrawEarly(withdraw.Region);
        }
        else
        {
            region.IsWithdrawn = true;
            if (region.IsIdle)
            {
                AnswerWithdraw(withdraw.Region);
            }
        }
    }

    private void EndExposure(UInt128 region)
    {
        if (!_exposures.TryGetValue(region, out var exposure) || !exposure.IsWithdrawn)
        {
            Link.Abort(LinkError.UnexpectedFrame, "withdrawn, where nothing was withdrawn");
            return;
        }

        _exposures.Remove(region);
        exposure.End();
    }

    private void WithdrawEarly(UInt128 region)
    {
        if (_withdrawnEarly.Count >= MaxExposed || !_withdrawnEarly.Add(region))
        {
            Link.Abort(LinkError.UnexpectedFrame, "withdraw: a region that is not exposed");
            return;
        }

        SendWithdraw(ControlOperation.Withdrawn, region);
    }

    private void SendWithdraw(ControlOperation operation, UInt128 region)
    {
        Span<byte> payload = stackalloc byte[WithdrawPayload.Size];
        new WithdrawPayload(operation, region).Write(payload);
        scoped var frame = new OutboundFrame { UserHeader = payload };
        frame.Header.Type = FrameType.ExtensionRequest;
        Link.Send(ref frame);
    }

    // The link is gone, and with it every way to the memory.
    private void EndDirect()
    {
        foreach (var exposure in _exposures.Values)
        {
            exposure.End();
        }

        _exposures.Clear();
        _regions.Clear();
    }
}
