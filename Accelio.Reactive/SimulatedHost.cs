using System.Net;
using Accelio.Transports.Simulated;

namespace Accelio.Reactive;

/// <summary>
/// A machine of a <see cref="SimulatedNetwork"/>: the contexts on it, and the program that runs there. When it crashes its contexts end at once, with
/// everything that lives on them, and nothing that they still do leaves it. Objects of the program that are reachable from elsewhere stay what they were:
/// what the program is to forget it has to make itself, each time it begins. Any thread.
/// </summary>
public sealed class SimulatedHost
{
    private readonly Lock _gate = new();
    private readonly List<PollerContext> _contexts = [];
    private Func<SimulatedHost, Task>? _program;
    private int _incarnation;

    internal SimulatedHost(SimulatedNetwork network, string name)
    {
        Network = network;
        Name = name;
    }

    /// <summary>The name, in lower case.</summary>
    public string Name { get; }

    /// <summary>The network.</summary>
    public SimulatedNetwork Network { get; }

    /// <summary>Whether it runs: false from a crash until it is restarted.</summary>
    public bool IsUp => Network.Wires.StateOf(Name) == HostState.Up;

    /// <summary>How often it has been restarted.</summary>
    public int Restarts => Volatile.Read(ref _incarnation);

    /// <summary>The contexts that live on it.</summary>
    public IReadOnlyList<AccelioContext> Contexts => Snapshot();

    /// <summary>Gives the host another address, as an interface of its own has: sessions come from there whose <see cref="AccelioSessionOptions.LocalAddress"/> or <see cref="SessionPath.LocalAddress"/> it is. To
    /// <see cref="SimulatedFaults"/> it is a host like any other, by the text of the address, so that one of the ways from here can be cut alone; it goes down with the host.</summary>
    /// <exception cref="ArgumentException">A host has the address already.</exception>
    public void AddAddress(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (!Network.Wires.TryAddAddress(Name, address.ToString()))
        {
            throw new ArgumentException($"The network has {address} already: give {Name} another one.", nameof(address));
        }
    }

    /// <inheritdoc cref="SimulatedNetwork.CreateContext"/>
    public AccelioContext CreateContext(AccelioContextOptions? options = null)
    {
        if (!IsUp)
        {
            throw new InvalidOperationException($"The host {Name} is down: restart it first.");
        }

        var settings = (options ?? new AccelioContextOptions { Name = Name }).Validate();
        settings.SimulatedNetwork = Network;
        settings.SimulatedHost = Name;
        return Network.Scheduler is { } scheduler ? AccelioContext.OnScheduler(scheduler, settings) : AccelioContext.Start(settings);
    }

    /// <summary>Begins a program, now and whenever the host is restarted: it makes its contexts, servers and sessions anew. Soon, on no context; in real
    /// time on the calling thread. What it throws while the host is up is thrown by those who let time pass on the network.</summary>
    /// <exception cref="InvalidOperationException">The host has a program already.</exception>
    public void Run(Func<SimulatedHost, Task> program)
    {
        ArgumentNullException.ThrowIfNull(program);
        if (Interlocked.CompareExchange(ref _program, program, null) is not null)
        {
            throw new InvalidOperationException($"The host {Name} has a program already; one program may do several things.");
        }

        Network.RunSoon(Begin);
    }

    /// <summary>A context lives here from now on.</summary>
    internal void Enter(PollerContext context)
    {
        lock (_gate)
        {
            _contexts.Add(context);
        }

        context.Poller.OnStopping(() => Leave(context));
    }

    /// <summary>Goes down; the rest of what its contexts do is lost.</summary>
    internal void GoDown(HostState state)
    {
        Network.Wires.Set(Name, state);
        Network.RemoveListeners(Name);
        End();
    }

    /// <summary>Comes up again, empty, and begins its program.</summary>
    internal void Restart()
    {
        if (!IsUp)
        {
            Interlocked.Increment(ref _incarnation);
            Network.Wires.Set(Name, HostState.Up);
            Network.RunSoon(Begin);
        }
    }

    /// <summary>Its contexts get no turns for some time.</summary>
    internal void Freeze(TimeSpan time)
    {
        foreach (var context in Snapshot())
        {
            if (context.Poller is SchedulerPoller poller)
            {
                poller.HoldUntil(poller.ReadTime() + time.Ticks);
            }
        }
    }

    /// <summary>Ends its contexts.</summary>
    internal void End()
    {
        foreach (var context in Snapshot())
        {
            context.Dispose();
        }
    }

    private PollerContext[] Snapshot()
    {
        lock (_gate)
        {
            return [.. _contexts];
        }
    }

    private void Leave(PollerContext context)
    {
        lock (_gate)
        {
            _contexts.Remove(context);
        }
    }

    private void Begin() => _ = RunProgram();

    private async Task RunProgram()
    {
        var incarnation = Restarts;
        if (_program is not { } program || !IsUp)
        {
            return;
        }

        try
        {
            await program(this);
        }
        catch (Exception exception)
        {
            if (IsUp && incarnation == Restarts)
            {
                Network.Report(exception);
            }
        }
    }
}
