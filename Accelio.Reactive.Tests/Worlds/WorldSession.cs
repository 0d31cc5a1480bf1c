using Accelio.Transports;

namespace Accelio.Reactive.Tests.Worlds;

/// <summary>One end of a session of a random world: what its events say of its end.</summary>
internal sealed class WorldSession : IObserver<AccelioSessionEvent>, IWorldCaller
{
    private readonly WorldHistory _history;
    private readonly string _name;
    private int _closed;
    private bool _isCompleted;

    public WorldSession(WorldHistory history, AccelioSession session, int number, bool isClient, bool isToC)
    {
        _history = history;
        _name = $"session {number} of the {(isClient ? "client" : "server")}";
        (Session, Number, IsClient, IsToC) = (session, number, isClient, isToC);
        session.Events.Subscribe(this);
    }

    public AccelioSession Session { get; }

    public int Number { get; }

    public bool IsClient { get; }

    /// <summary>Whether its server is on libxio: then it ends with its link.</summary>
    public bool IsToC { get; }

    /// <inheritdoc/>
    public long SteadySince { get; private set; }

    /// <summary>Whether it goes on with another server than the one it began with.</summary>
    public bool HasFailedOver => FailedOverSince != long.MaxValue;

    /// <summary>Since when, in ticks.</summary>
    public long FailedOverSince { get; private set; } = long.MaxValue;

    /// <summary>Whether it was sent to another server, and began anew there.</summary>
    public bool HasBegunAnew { get; private set; }

    /// <summary>Whether a program of its own side has ended it.</summary>
    public bool IsEndedHere { get; set; }

    /// <summary>How many calls had been made when a program of its own side began to end it in good order: those on it have to be sent first.</summary>
    public int CallsBeforeEnd { get; set; }

    /// <summary>When that was, in ticks.</summary>
    public long EndsSince { get; set; }

    /// <summary>Whether it has told its end.</summary>
    public bool IsOver => _closed != 0;

    /// <inheritdoc/>
    public void OnNext(AccelioSessionEvent value)
    {
        _history.Tell($"{_name}: {value}");
        Demand(_closed == 0 && !_isCompleted, $"told {value} after its end");
        Demand(!IsClient || value is not SessionReconnecting || !_history.IsCalm, $"told {value}, though nothing had happened to its link");
        Demand(!IsToC || value is not (SessionReconnecting or SessionResumed or SessionFailedOver or SessionMigrated), $"told {value}, though its server is on libxio");
        Demand(value is not SessionFailedOver || !_history.HasAllServers, $"told {value}, though its server was there");
        Demand(value is not SessionClosed { Reason: CloseReason.ProtocolViolation } closed || closed.Detail.StartsWith(nameof(LinkError.ConsumerTooSlow), StringComparison.Ordinal), $"ends by a violation of the protocol: {value}");
        _closed += value is SessionClosed ? 1 : 0;
        HasBegunAnew |= value is SessionMigrated { IsNewSession: true };
        FailedOverSince = value is SessionFailedOver ? Math.Min(FailedOverSince, _history.Now) : FailedOverSince;
        SteadySince = value switch
        {
            SessionReconnecting or SessionClosing or SessionClosed => long.MaxValue,
            SessionResumed or SessionFailedOver or SessionMigrated => _history.Now,
            _ => SteadySince,
        };
    }

    /// <inheritdoc/>
    public void OnCompleted()
    {
        Demand(_closed == 1 && !_isCompleted, "completed without an end, or twice");
        _isCompleted = true;
    }

    /// <inheritdoc/>
    public void OnError(Exception error) => Demand(false, $"has failed events: {error}");

    /// <summary>It must be over.</summary>
    public void Close() => Demand(_isCompleted, $"is {Session.State} and never told its end");

    /// <summary>Everything was answered and released, so nothing may be left.</summary>
    public void DemandQuiet()
    {
        var snapshot = Session.GetSnapshot();
        Demand(
            snapshot is { QueuedMessages: 0, QueuedBytes: 0, HeldMessages: 0, HeldBytes: 0, RunningHandlers: 0 },
            $"is not quiet: {snapshot}");
    }

    private void Demand(bool isTrue, string otherwise)
    {
        if (!isTrue)
        {
            _history.Violations.Add($"{_name} {otherwise}");
        }
    }
}
