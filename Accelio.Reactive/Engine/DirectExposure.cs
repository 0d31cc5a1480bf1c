using Accelio.Transports;
using Accelio.Transports.Polling;

namespace Accelio.Reactive.Engine;

/// <summary>Memory of this side that the peer's device gets at, with one hold on it. Fires when the peer has not let go of it in time.</summary>
/// <param name="machine">The link.</param>
/// <param name="region">Its number.</param>
/// <param name="window">The memory; its hold is this object's.</param>
/// <param name="direct">What lets the device at it.</param>
internal sealed class DirectExposure(LinkMachine machine, UInt128 region, RegisteredMemory window, DirectWindow direct) : WheelTimer
{
    /// <summary>Its number.</summary>
    public UInt128 Region => region;

    /// <summary>Whether the peer was asked to let go.</summary>
    public bool IsWithdrawn { get; set; }

    /// <summary>No device gets at the memory any more.</summary>
    public void End()
    {
        machine.Timers.Cancel(this);
        direct.Dispose();
        window.EndHold();
    }

    /// <inheritdoc/>
    public override void OnTimer(long now) => machine.Link.Abort(LinkError.SendStalled, "memory that is shared no more was still in use by the peer's device after DetectWithin");
}
