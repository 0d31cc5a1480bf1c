using Accelio.Transports.Polling;

namespace Accelio.Reactive.Tests.Polling;

/// <summary>A work item made of a delegate, for tests.</summary>
internal sealed class ActionItem(Action action) : WorkItem
{
    public override void Execute() => action();
}
