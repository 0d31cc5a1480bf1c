using Accelio.Transports.Polling;

namespace Accelio.Transports.Slots;

/// <summary>A piece of work of a slot link; made once, posted many times.</summary>
/// <param name="action">The work.</param>
internal sealed class SlotLinkWork(Action action) : WorkItem
{
    /// <inheritdoc/>
    public override void Execute() => action();
}
