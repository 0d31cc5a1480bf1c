using Accelio.Reactive.Engine;

namespace Accelio.Reactive;

/// <summary>
/// The attempts of a session to come back after the loss of a link: when the next one begins, and which portals it asks in which order. Pure: the caller brings the time, in ticks, and
/// reports what became of the portals that it asked.
/// </summary>
internal sealed class ReconnectPlan
{
    private readonly ReconnectPolicy _policy;
    private readonly IEntropy _entropy;
    private readonly (RouteTarget Portal, PortalHealth Health)[] _portals;
    private RouteTarget? _lost;
    private long _began;

    /// <summary>Makes the plan of a session.</summary>
    /// <param name="policy">The limits.</param>
    /// <param name="portals">Where the session can go.</param>
    /// <param name="entropy">Where the chance in the waits comes from.</param>
    public ReconnectPlan(ReconnectPolicy policy, IReadOnlyList<RouteTarget> portals, IEntropy entropy)
    {
        _policy = policy;
        _entropy = entropy;
        _portals = [.. portals.Distinct().Select(portal => (portal, new PortalHealth(policy.FailuresToRest, policy.RestTime.Ticks)))];
    }

    /// <summary>Attempts since the loss.</summary>
    public int Attempts { get; private set; }

    /// <summary>A link was lost.</summary>
    /// <param name="lost">The portal it led to.</param>
    /// <param name="now">The time.</param>
    public void Begin(RouteTarget lost, long now) => (_lost, _began, Attempts) = (lost, now, 0);

    /// <summary>Plans the next attempt.</summary>
    /// <param name="now">The time.</param>
    /// <param name="delay">When it begins, from now.</param>
    /// <returns>False when there is none: a limit is reached.</returns>
    public bool TryPlan(long now, out long delay)
    {
        delay = 0;
        if (Attempts == _policy.MaxAttempts)
        {
            return false;
        }

        delay = _policy.Backoff.DelayBefore(++Attempts, _entropy.NextUInt32() / (double)uint.MaxValue).Ticks;
        return now + delay - _began <= Check.TicksOf(_policy.MaxTime);
    }

    /// <summary>Whom an attempt that begins now asks, one after the other: those that are well, the lost one first, then those that have rested. When all rest, all of them.</summary>
    public IReadOnlyList<RouteTarget> Targets(long now)
    {
        var inOrder = _portals.OrderBy(portal => portal.Health.At(now)).ThenBy(portal => portal.Portal != _lost).ToArray();
        var awake = inOrder.Count(portal => portal.Health.At(now) != PortalState.Open);
        return [.. inOrder.Take(awake == 0 ? inOrder.Length : awake).Select(portal => portal.Portal)];
    }

    /// <summary>The server is there, and has no time: the limits begin anew.</summary>
    public void OnThere(long now) => (_began, Attempts) = (now, 0);

    /// <summary>A portal did not answer, or refused.</summary>
    public void OnFailed(RouteTarget portal, long now) => HealthOf(portal)?.OnFailed(now);

    /// <summary>A portal answered.</summary>
    public void OnReached(RouteTarget portal) => HealthOf(portal)?.OnReached();

    // Null for one that the session was sent on to.
    private PortalHealth? HealthOf(RouteTarget portal) => _portals.FirstOrDefault(one => one.Portal == portal).Health;
}
