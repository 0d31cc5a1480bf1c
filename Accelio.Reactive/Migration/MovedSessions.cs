using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>The sessions that a server has sent away, for as long as their clients may come here for them; so many at most, of which the oldest are forgotten first. Context only.</summary>
internal sealed class MovedSessions(TimerWheel timers, long limit, int most) : WheelTimer
{
    private readonly Queue<(long Due, MovedSession Session)> _sessions = new();

    /// <summary>A session has moved.</summary>
    public void Add(MovedSession session, long now)
    {
        if (most == 0)
        {
            session.Forget();
            return;
        }

        if (_sessions.Count == most)
        {
            _sessions.Dequeue().Session.Forget();
        }

        _sessions.Enqueue((limit == long.MaxValue ? long.MaxValue : now + limit, session));
        Schedule();
    }

    /// <summary>The server has ended.</summary>
    public void Clear()
    {
        timers.Cancel(this);
        while (_sessions.TryDequeue(out var moved))
        {
            moved.Session.Forget();
        }
    }

    /// <inheritdoc/>
    public override void OnTimer(long now)
    {
        while (_sessions.TryPeek(out var moved) && moved.Due <= now)
        {
            _sessions.Dequeue().Session.Forget();
        }

        Schedule();
    }

    private void Schedule()
    {
        if (!IsScheduled && _sessions.TryPeek(out var next) && next.Due != long.MaxValue)
        {
            timers.Schedule(this, next.Due);
        }
    }
}
