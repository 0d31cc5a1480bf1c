namespace Accelio.Reactive;

/// <summary>The health of one portal, as a circuit breaker sees it: closed, open after too many failures in a row, half-open when it has rested. Pure: times are given, in ticks.</summary>
/// <param name="failuresToRest">After how many failures in a row it rests.</param>
/// <param name="restTime">How long it rests.</param>
internal sealed class PortalHealth(int failuresToRest, long restTime)
{
    private int _failures;
    private long _readyAt;

    /// <summary>How it is.</summary>
    public PortalState At(long now) => _failures < failuresToRest ? PortalState.Closed : now < _readyAt ? PortalState.Open : PortalState.HalfOpen;

    /// <summary>It answered: whatever was before is forgotten.</summary>
    public void OnReached() => _failures = 0;

    /// <summary>It did not answer, or refused. One that had rested rests again.</summary>
    public void OnFailed(long now)
    {
        _failures = Math.Min(_failures + 1, failuresToRest);
        _readyAt = now + restTime;
    }
}
