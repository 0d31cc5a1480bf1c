namespace Accelio.Reactive.Tests.Operations;

/// <summary>Where an await begins.</summary>
public enum Beginning
{
    OnTheSessionsContext,
    OnAnotherContext,
    OnTheThreadPool,
    UnderASynchronizationContext,
    UnderATaskScheduler,
}
