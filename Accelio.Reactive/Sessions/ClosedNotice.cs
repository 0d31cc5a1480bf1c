namespace Accelio.Reactive;

/// <summary>The last delivery of a session or server: behind it no callback of theirs runs, so only now is the end told.</summary>
internal sealed class ClosedNotice(Signal closed, PollerContext context, IContextResident resident, bool holdsSharedContext) : IDelivery
{
    /// <inheritdoc/>
    public void Deliver()
    {
        closed.Set();
        context.Remove(resident);
        if (holdsSharedContext)
        {
            SharedContext.Release(context);
        }
    }
}
