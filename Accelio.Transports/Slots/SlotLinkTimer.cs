using Accelio.Transports.Polling;

namespace Accelio.Transports.Slots;

/// <summary>The one timer of a slot link: looks, when it fires, at what is limited in time then.</summary>
/// <param name="link">The link.</param>
internal sealed class SlotLinkTimer(SlotLink link) : WheelTimer
{
    /// <inheritdoc/>
    public override void OnTimer(long now) => link.OnTimer(now);
}
