using System.Net;
using Accelio.Reactive.Engine;
using Microsoft.Reactive.Testing;

namespace Accelio.Reactive.Tests.Worlds;

/// <summary>Lets a random world happen, or some of its steps. How its programs work is in <c>.Programs</c>, servers on libxio in <c>.CServers</c>.</summary>
internal sealed partial class WorldRun : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly WorldPlan _plan;
    private readonly TestScheduler _scheduler = new();
    private readonly SimulatedNetwork _network;
    private readonly List<WorldSession> _sessions = [];
    private readonly List<AccelioContext> _contexts = [];
    private readonly WorldCalm _calm;

    private WorldRun(WorldPlan plan)
    {
        _plan = plan;
        _calm = new WorldCalm(plan.Conditions.Bandwidth == 0);
        History = new WorldHistory(_scheduler, _calm, plan.IsOrdered, plan.IsOrdered || plan.ContextDelay == TimeSpan.Zero);
        _network = new SimulatedNetwork(_scheduler, plan.HasPieces ? plan.Seed : null)
        {
            LinkKind = plan.Kind,
            UsualConditions = plan.Conditions,
            ContextDelay = plan.ContextDelay,
        };
        _servers = new AccelioServer?[plan.Hosts];
        _cServers = new WorldCServer?[plan.Hosts];
        _handOver = new WorldHandOver(plan.HandOverTime, _network.TimeProvider);
        _serverContexts = new AccelioContext[plan.Hosts][];
        _clients = new AccelioContext[plan.Clients][];
        _slots = new WorldSession?[plan.Slots.Count];
        _cPeers = new WorldCPeer?[plan.Slots.Count];
    }

    private WorldHistory History { get; }

    /// <summary>Runs a world with some of its steps.</summary>
    public static WorldHistory Run(WorldPlan plan, IReadOnlyList<WorldStep> steps)
    {
        using var run = new WorldRun(plan);
        try
        {
            run.Live(steps);
            run.End();
        }
        catch (Exception exception)
        {
            run.History.Violations.Add($"{exception}");
        }

        return run.History;
    }

    public void Dispose() => _network.Dispose();

    private void Live(IReadOnlyList<WorldStep> steps)
    {
        for (var i = 0; i < _plan.Hosts; i++)
        {
            var number = i;
            _network.Host($"s{i}").Run(host =>
            {
                _serverContexts[number] = NewContexts(host, _plan.ServerContexts);
                return BindAsync(number);
            });
        }

        for (var i = 0; i < _plan.Clients; i++)
        {
            var number = i;
            _network.Host($"c{i}").Run(host =>
            {
                _clients[number] = NewContexts(host, _plan.ClientContexts);
                return Task.CompletedTask;
            });
            for (var path = 0; _plan.Paths is not null && path < 2; path++)
            {
                _network.Host($"c{i}").AddAddress(IPAddress.Parse(WorldPlan.AddressOf(i, path)));
            }
        }

        _network.RunUntilIdle();
        var begin = _network.Elapsed;
        foreach (var step in steps)
        {
            Plan(step, begin + step.At);
        }

        _network.AdvanceTo(begin + _plan.End + TimeSpan.FromSeconds(20));
    }

    private AccelioContext[] NewContexts(SimulatedHost host, int count)
    {
        AccelioContext[] contexts = [.. Enumerable.Range(0, count)
            .Select(i => host.CreateContext(new AccelioContextOptions { Name = $"{host.Name}.{host.Restarts}.{i}", PoisonReleasedMemory = true }))];
        _contexts.AddRange(contexts);
        return contexts;
    }

    private void Plan(WorldStep step, TimeSpan at)
    {
        var later = _network.At(at + step.Time);
        if (step.Kind >= StepKind.Cut || (step.Kind == StepKind.DrainServer && _plan.CServerOf(_plan.Slots[step.Slot].Server) is not null))
        {
            _calm.Disturb(step, _scheduler.Clock + (at - _network.Elapsed).Ticks);
        }

        // What happens to a client happens to all its addresses.
        var then = _network.At(at);
        string[] ends = [step.Near, .. _plan.Paths is null || step.Near[0] != 'c' ? [] : Enumerable.Range(0, 2).Select(path => WorldPlan.AddressOf(step.Near[1] - '0', path))];
        foreach (var near in step.Kind is StepKind.Crash or StepKind.PowerOff or StepKind.Freeze ? ends[..1] : ends)
        {
            var (victim, other) = step.Other ? (step.Far, near) : (near, step.Far);
            _ = step.Kind switch
            {
                StepKind.Cut => then.CutLinks(near, step.Far),
                StepKind.CutOneEnd => then.CutLinksAt(victim, other),
                StepKind.Silence => then.SilenceLinks(near, step.Far),
                StepKind.Stall => then.StallLinks(near, step.Far, step.Time),
                StepKind.Partition => then.Partition(near, step.Far).After(() => later.Heal(near, step.Far)),
                StepKind.PartitionOneWay => then.PartitionOneWay(victim, other).After(() => later.Heal(near, step.Far)),
                StepKind.Freeze => then.Freeze(victim, step.Time),
                StepKind.Crash => then.Crash(victim).After(() => later.Restart(victim)),
                StepKind.PowerOff => then.PowerOff(victim).After(() => later.Restart(victim)),
                _ => then,
            };
        }

        if (step is { Kind: StepKind.Crash or StepKind.PowerOff, Other: true } || (step.Kind == StepKind.Crash && step.Near[0] == 's'))
        {
            then.Do(() => History.HasAllServers = false);
        }

        if (step.Kind < StepKind.Cut)
        {
            then.Do(() => Execute(step));
        }
    }

    // Everything works again, and has all the time there is: then nothing may be left.
    private void End()
    {
        _network.Faults.HealAll();
        for (var i = 0; i < _plan.Hosts; i++)
        {
            _network.Faults.Restart($"s{i}");
        }

        _network.AdvanceBy(Patience);
        // A server that runs one handler at a time may have work for longer than that: as long as something comes of it, it is waited for.
        for (var progress = -1; History.IsUnderWay && History.Progress != progress;)
        {
            progress = History.Progress;
            _network.AdvanceBy(Patience);
        }

        History.Close();
        foreach (var session in _sessions.Where(session => session.Session.State == SessionState.Established))
        {
            session.DemandQuiet();
            if (session.IsClient)
            {
                if (IsNarrow && !session.HasFailedOver)
                {
                    History.DemandNothingLost(session);
                }

                Probe(session);
            }
        }

        foreach (var peer in _cPeers.Where(peer => peer is { IsOver: false }))
        {
            History.Check(peer!.IsOpen && peer.SteadySince != long.MaxValue, peer.Number, "is the session of a C client that is neither over nor there");
            _ = _clients[_plan.Slots[Array.IndexOf(_cPeers, peer)].Client][0].RunAsync(_ =>
            {
                peer.Close();
                return default;
            }).AsTask();
        }

        foreach (var session in _sessions.Where(session => session.IsClient))
        {
            _ = session.Session.DisposeAsync().AsTask();
        }

        _network.AdvanceBy(TimeSpan.FromSeconds(5));
        foreach (var server in _servers)
        {
            _ = server?.DisposeAsync().AsTask();
        }

        CloseCServers();

        _network.AdvanceBy(Patience);
        _sessions.ForEach(session => session.Close());
        foreach (var peer in _cPeers.Where(peer => peer is { IsOver: false }))
        {
            History.Check(false, peer!.Number, "is the session of a C client that was closed, and is not over");
        }

        // What was lost under way came back to its sender outside of the sender's turns: one that has nothing to do any more takes it back with its next turn.
        _contexts.ForEach(context => _ = context.RunAsync(static _ => default).AsTask());
        _network.AdvanceBy(Patience);
        foreach (var context in _contexts)
        {
            var held = context.GetSnapshot();
            if (held is not { HeldMessages: 0, MemoryInUse: 0, BudgetTaken: 0, Residents: 0, PostedCalls: 0 })
            {
                History.Violations.Add($"context {context.Name} still holds something: {held}");
            }
        }

        var steps = _network.Steps;
        _network.AdvanceBy(Patience);
        if (steps != _network.Steps)
        {
            History.Violations.Add($"{_network.Steps - steps} things were sent when everything was over");
        }
    }

    // Each session has one connection, and each server one portal.
    private bool IsNarrow => _plan is { IsOrdered: true, ServerContexts: 1 };

    // More requests than the windows hold: as many credits must be there as ever.
    private void Probe(WorldSession session)
    {
        var answers = Enumerable.Range(0, 50)
            .Select(i => session.Session.RequestAsync(new WorldMessage(Probes + i, session.Number, default, AnswerKind.Echo).ToBytes(100), answer => answer.PayloadLength).AsTask())
            .ToArray();
        _network.AdvanceBy(TimeSpan.FromSeconds(20));
        var failure = answers.FirstOrDefault(answer => !answer.IsCompletedSuccessfully);
        if (failure is not null && session.Session.State == SessionState.Established)
        {
            History.Violations.Add(
                $"session {session.Number} answers {answers.Count(answer => answer.IsCompletedSuccessfully)} of {answers.Length} requests at the end: {failure.Exception?.InnerException}");
        }
        else if (failure is null && _plan.IsOrdered && session.IsToC)
        {
            DemandCBalance(session);
        }
        else if (failure is null && _plan.IsOrdered)
        {
            History.DemandHandedOver(session, _handOver.CountOf(_probed[session.Number]));
            DemandBalance(session.Session, _probed[session.Number], $"what session {session.Number} may send");
            DemandBalance(_probed[session.Number], session.Session, $"what the server may send to session {session.Number}");
        }
    }

    // What one side may send is what the other one has granted and not got, and together with what it owes that is the window.
    private void DemandBalance(AccelioSession from, AccelioSession to, string what)
    {
        var (sender, receiver) = (Machine(from), Machine(to));
        var (window, granted, owed) = (receiver.Window, receiver.Granted, receiver.Owed);
        var mine = sender.Credit;
        if (mine != granted || granted.Messages + owed.Messages != window.Messages || granted.Bytes + owed.Bytes != window.Bytes)
        {
            History.Violations.Add($"{what} is {mine}, of {granted} that are granted, with {owed} owed, in a window of {window}");
        }
    }

    private static ConnectionMachine Machine(AccelioSession session) => ((ConnectionCore)session.Connections[0]).Machine;
}
