using System.Reactive.Concurrency;
using Microsoft.Reactive.Testing;

namespace Accelio.Reactive.Tests.Worlds;

/// <summary>What was done and what was told in a random world, and where the one contradicts the other or a guarantee.</summary>
/// <param name="scheduler">The time.</param>
/// <param name="calm">When nothing goes wrong.</param>
/// <param name="isOrdered">Whether messages of one session come in order: they have one connection.</param>
/// <param name="tellsAtOnce">Whether a session tells where it goes on in the moment in which it does: no word from context to context takes time.</param>
internal sealed class WorldHistory(TestScheduler scheduler, WorldCalm calm, bool isOrdered, bool tellsAtOnce)
{
    // RequestTimeout, where nothing else is said.
    private static readonly TimeSpan UsualLimit = TimeSpan.FromSeconds(30);

    private readonly Dictionary<int, WorldCall> _calls = [];
    // Of each session, and each server that had it; that of whichever had it is 0.
    private readonly Dictionary<(int Session, int Instance, bool IsRequest), int> _lastBegun = [];

    /// <summary>What is wrong.</summary>
    public List<string> Violations { get; } = [];

    /// <summary>What happened when.</summary>
    public List<string> Trace { get; } = [];

    /// <summary>How calls ended, and how often.</summary>
    public Dictionary<string, int> Ends { get; } = [];

    /// <summary>Whether no server has ended so far: then none can be gone.</summary>
    public bool HasAllServers { get; set; } = true;

    /// <summary>Handlers that run.</summary>
    public int Running { get; set; }

    /// <summary>Whether a handler runs, or a call has not ended.</summary>
    public bool IsUnderWay => Running != 0 || _calls.Values.Any(static call => call.Ends == 0);

    /// <summary>How often a message came to a peer, or a call ended.</summary>
    public int Progress => _calls.Values.Sum(static call => call.Instances.Count + call.Ends);

    /// <summary>The ticks that have passed.</summary>
    public long Now => scheduler.Clock;

    /// <summary>Whether nothing goes wrong, nothing that went wrong has yet to show, and nothing is slow.</summary>
    public bool IsCalm => calm.IsEver && calm.IsBetween(Now, Now);

    /// <summary>Something happened.</summary>
    public void Tell(string what) => Trace.Add($"{scheduler.Clock / 10_000.0,10:0.0000} ms {what}");

    /// <summary>A call is made.</summary>
    public void Call(WorldStep step, IWorldCaller session)
    {
        Tell($"#{step.Number} called");
        _calls.Add(step.Number, new WorldCall(step, session, _calls.Count, Now));
    }

    /// <summary>
    /// The peer got a message: for the first time, whole, and after those that the same session sent before. A request that may be run again may come once more, to another instance of the server.
    /// </summary>
    /// <param name="message">What came.</param>
    /// <param name="instance">Which server has it.</param>
    /// <param name="isRequest">Whether it is to be answered.</param>
    /// <param name="isWhole">Whether its bytes are right.</param>
    public void Begin(in WorldMessage message, int instance, bool isRequest, bool isWhole)
    {
        var call = _calls[message.Number];
        Tell($"#{message.Number} comes");
        Check(call.Instances.Add(instance), message.Number, "came to the peer twice");
        call.CameLast = Now;
        Check(call.Instances.Count == 1 || (call.Step.Idempotent && (!isOrdered || FailedOverSince(call) <= Now)), message.Number, "came to a second server, and must not run twice");
        Check(isWhole, message.Number, "came to the peer with other bytes");
        Check(call.NotBegun is null, message.Number, $"came to the peer although its sender was told that it did not: {call.NotBegun}");

        // What stayed where it was when its session began anew elsewhere comes there behind what the session has sent since, if it must be run again: then in an order of its own.
        var isLate = call.Instances.Count != 1 && call.Session is WorldSession { HasBegunAnew: true };
        DemandOrder(call, (message.Session, isLate ? -1 - instance : instance, isRequest));
        if (!call.Step.Idempotent)
        {
            DemandOrder(call, (message.Session, 0, isRequest));
        }

        DemandPrompt(call, call.GivenUp, "came to the peer when it had long been given up");
        call.Answered = long.MaxValue;
    }

    /// <summary>The peer has done what its sender waits for.</summary>
    public void Answer(int number)
    {
        if (_calls.TryGetValue(number, out var call))
        {
            call.Answered = Now;
        }
    }

    /// <summary>The peer holds no more of a message.</summary>
    public void LetGo(int number) => (_calls.GetValueOrDefault(number)?.Session as WorldCPeer)?.OnRoom();

    /// <summary>A handler has waited, since then, until nobody wanted its answer any more.</summary>
    public void Stop(int number, long since)
    {
        if (_calls.TryGetValue(number, out var call) && call.GivenUp != long.MaxValue)
        {
            DemandPrompt(call, Math.Max(call.GivenUp, since), "was stopped long after it had been given up");
        }
    }

    /// <summary>The sender has given up, and been told that the peer is asked to stop.</summary>
    public void GiveUp(int number) => _calls[number].GivenUp = Now;

    /// <summary>A session was moved to another server, or was not.</summary>
    public void Migrate(WorldStep step, SessionMigration moved)
    {
        Tell($"#{step.Number} {moved.Outcome}: {moved.Detail}");
        Count($"{moved.Outcome}");
        if (moved.Outcome == MigrationOutcome.Migrated)
        {
            // A connection that was drained in the same moment may still be on its way to say so.
            scheduler.Schedule(TimeSpan.FromSeconds(1), () => Check(moved.Session.State != SessionState.Established, step.Number, "has moved a session that is still at its old server"));
        }
    }

    /// <summary>A call was lost with its connection.</summary>
    /// <param name="number">The call.</param>
    /// <param name="mayHaveBegun">Whether the peer may have had it.</param>
    /// <param name="isExpected">Whether a program of its own side has ended the session.</param>
    public void Lose(int number, bool mayHaveBegun, bool isExpected)
    {
        var call = _calls[number];
        call.IsLost = true;
        Check(!mayHaveBegun || isExpected || !calm.IsBetween(call.Made, Now), number, "was lost, though nothing had happened to its session");
        Check(mayHaveBegun || !HadToBeSent(call) || Now - ((WorldSession)call.Session).EndsSince > WorldCalm.AtOnce, number, "was not sent, though its session was ended in good order behind it");
    }

    /// <summary>A program of its own side ends a session in good order: what was called before is sent first.</summary>
    public void EndInOrder(WorldSession session)
    {
        if (session is { IsEndedHere: false, EndsSince: 0, Session.State: SessionState.Established })
        {
            (session.CallsBeforeEnd, session.EndsSince) = (_calls.Count, Now);
        }
    }

    /// <summary>A call ended.</summary>
    /// <param name="number">The call.</param>
    /// <param name="end">How.</param>
    /// <param name="begun">What its sender was told: true if the peer had it, false if not, null if nobody knows.</param>
    public void EndCall(int number, string end, bool? begun)
    {
        var call = _calls[number];
        Tell($"#{number} {end}");
        Check(++call.Ends == 1, number, $"ended again: {end}");
        Check(begun is not true || call.Instances.Count != 0, number, $"{end}, but the peer never had it");
        DemandPrompt(call, call.Answered, $"{end}, long after its answer");
        Check(call.Step.Kind == StepKind.Send || call.Session is not WorldSession || Now - calm.After(DueOf(call)) <= WorldCalm.AtOnce, number, $"{end}, long after its time was over");
        if (begun is false)
        {
            call.NotBegun = end;
            Check(call.Instances.Count == 0, number, $"{end}, and that the peer did not have it, but it had");
        }

        call.WasSent |= end == "sent";
        Count(end);
    }

    /// <summary>One end more of a kind.</summary>
    public void Count(string end) => Ends[end] = Ends.GetValueOrDefault(end) + 1;

    /// <summary>Everything is over.</summary>
    public void Close()
    {
        foreach (var (number, call) in _calls)
        {
            Check(call.Ends == 1, number, "never ended");
            Check(call.Instances.Count <= 1 || FailedOverSince(call) != long.MaxValue, number, "came to a second server, though its session never failed over");
            Check(call.Instances.Count <= 1 || FailedOverSince(call) <= call.CameLast || !tellsAtOnce, number, "came to a second server before its session told of it");
            Check(!call.WasSent || call.Instances.Count != 0 || !HadToBeSent(call), number, "was sent before its session was ended in good order, and never came");
        }

        if (Running != 0)
        {
            Violations.Add($"{Running} handlers still run");
        }
    }

    /// <summary>A session has lived through everything, with one server: nothing of it may be lost.</summary>
    public void DemandNothingLost(WorldSession session)
    {
        foreach (var call in _calls.Values.Where(call => call.Session == session))
        {
            Check(!call.IsLost, call.Step.Number, "was lost with its connection, though its session never ended");
            Check(!call.WasSent || call.Instances.Count != 0, call.Step.Number, "was sent and never came, though its session never ended");
        }
    }

    /// <summary>A session is with a server that had so many messages of it, or got the rest with the session.</summary>
    public void DemandHandedOver(WorldSession session, int count)
    {
        var came = _calls.Values.Count(call => call.Session == session && call.Instances.Count != 0);
        if (count != came && !session.HasFailedOver && !session.HasBegunAnew)
        {
            Violations.Add($"the server of session {session.Number} has {count} messages, and {came} came");
        }
    }

    /// <summary>Something must be so.</summary>
    public void Check(bool isTrue, int number, string otherwise)
    {
        if (!isTrue)
        {
            Violations.Add($"#{number} {otherwise}");
        }
    }

    private static long FailedOverSince(WorldCall call) => (call.Session as WorldSession)?.FailedOverSince ?? long.MaxValue;

    // Nothing stood in the way when its session was ended behind it, nor for a while after that.
    private bool HadToBeSent(WorldCall call) =>
        calm.IsEver && call.Session is WorldSession session && call.Order < session.CallsBeforeEnd && calm.IsBetween(call.Made, session.EndsSince + WorldCalm.AtOnce);

    // What may be run again may come to the next server behind what its predecessor had.
    private void DemandOrder(WorldCall call, (int Session, int Instance, bool IsRequest) key)
    {
        Check(!isOrdered || _lastBegun.GetValueOrDefault(key, -1) < call.Order, call.Step.Number, "came to the peer after one that was sent later");
        _lastBegun[key] = call.Order;
    }

    // A context that is stopped learns of the call when it goes on.
    private long DueOf(WorldCall call) => calm.After(call.Made) is var begun and not long.MaxValue ? begun + (call.Step.Limit ?? UsualLimit).Ticks : long.MaxValue;

    // What follows from something else follows at once, where nothing stands in the way.
    private void DemandPrompt(WorldCall call, long since, string otherwise)
    {
        // Of several connections one may still look for its link when another has found one.
        var from = Math.Max(since, call.Session.SteadySince);
        var due = calm.After(from);
        Check(Now - due <= WorldCalm.AtOnce || (!isOrdered && (due != from || from != since)), call.Step.Number, otherwise);
    }
}
