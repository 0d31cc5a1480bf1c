using Accelio.Transports.Simulated;

namespace Accelio.Reactive;

/// <summary>
/// What can be done to a <see cref="SimulatedNetwork"/>, now or at a time: <see cref="SimulatedNetwork.Faults"/>, <see cref="SimulatedNetwork.At"/>,
/// <see cref="SimulatedNetwork.AtStep"/>. Every method returns this, so that calls can be chained, and throws <see cref="ArgumentException"/> at once
/// when the network has no host of a name it is given. Any thread.
/// </summary>
public sealed class SimulatedFaults
{
    private readonly SimulatedNetwork _network;
    private readonly Action<Action> _when;
    private readonly bool _isInside;

    internal SimulatedFaults(SimulatedNetwork network, Action<Action> when, bool isInside)
    {
        _network = network;
        _when = when;
        _isInside = isInside;
    }

    private SimulatedWires Wires => _network.Wires;

    /// <summary>Gives the ways between two hosts other conditions, for what is sent from then on.</summary>
    public SimulatedFaults SetConditions(string host, string other, SimulatedConditions conditions) =>
        SetConditionsOneWay(host, other, conditions).SetConditionsOneWay(other, host, conditions);

    /// <summary>Gives the way from one host to another other conditions, for what is sent from then on.</summary>
    public SimulatedFaults SetConditionsOneWay(string from, string to, SimulatedConditions conditions)
    {
        ArgumentNullException.ThrowIfNull(conditions);
        var way = Way(from, to);
        return When(() => way.Set(conditions.ToWire()));
    }

    /// <summary>Nothing arrives any more between two hosts, and nobody is told: it is held, and arrives when the partition is healed. New links wait likewise.</summary>
    public SimulatedFaults Partition(string host, string other) => PartitionOneWay(host, other).PartitionOneWay(other, host);

    /// <summary>Nothing of one host arrives at another any more; what that one sends does.</summary>
    public SimulatedFaults PartitionOneWay(string from, string to) => When(Way(from, to).Close);

    /// <summary>A partition between a host and all others that there are then.</summary>
    public SimulatedFaults Isolate(string host)
    {
        var name = Known(host, nameof(host));
        return WhenEach(way => way.From == name || way.To == name, static way => way.Close());
    }

    /// <summary>Ends partitions between two hosts, both ways; what was held arrives at once, in order.</summary>
    public SimulatedFaults Heal(string host, string other)
    {
        var (out_, back) = (Way(host, other), Way(other, host));
        return When(() =>
        {
            out_.Open();
            back.Open();
        });
    }

    /// <summary>Ends all partitions.</summary>
    public SimulatedFaults HealAll() => WhenEach(static _ => true, static way => way.Open());

    /// <summary>Breaks the links that are open between two hosts: both ends are told, and what is under way is lost. New links can be made.</summary>
    public SimulatedFaults CutLinks(string host, string other) => WhenLinks(host, other, static circuit => circuit.Cut());

    /// <summary>Breaks the links that are open between two hosts at one end: that end is told, the other is not, and what the first has sent before
    /// still arrives there, as long as it was under way. New links can be made; so a new link may be there before the last bytes of the old one.</summary>
    /// <param name="at">Where the links break.</param>
    /// <param name="other">Where nobody is told.</param>
    public SimulatedFaults CutLinksAt(string at, string other)
    {
        var name = Known(at, nameof(at));
        return WhenLinks(at, other, circuit => circuit.Fail(name, isTold: true, isPeerTold: false));
    }

    /// <summary>Makes both ends of the links that are open between two hosts half-open: nothing arrives any more, for ever, and nobody is told. New links can be made.</summary>
    public SimulatedFaults SilenceLinks(string host, string other) => WhenLinks(host, other, static circuit => circuit.Silence());

    /// <summary>Holds what is under way on the links that are open between two hosts for some time; then it arrives, in order. New links are not held.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative.</exception>
    public SimulatedFaults StallLinks(string host, string other, TimeSpan time)
    {
        Check.Range(time.Ticks, 0, long.MaxValue, nameof(time));
        return WhenLinks(host, other, circuit => circuit.Stall(_network.ReadTime() + time.Ticks));
    }

    /// <summary>The processes of a host end in the middle of what they do, and with them their contexts, sessions and servers: what they have sent arrives,
    /// behind it the peers are told of the reset, and calls are refused. A host that is down stays so.</summary>
    public SimulatedFaults Crash(string host) => GoDown(host, HostState.Crashed);

    /// <summary>A host loses its power: as a crash, but nobody is told, and calls get no answer.</summary>
    public SimulatedFaults PowerOff(string host) => GoDown(host, HostState.Off);

    /// <summary>A host that is down comes up again, empty, and its program begins anew. One that is up is left alone.</summary>
    public SimulatedFaults Restart(string host)
    {
        var known = _network.Host(Known(host, nameof(host)));
        return When(known.Restart);
    }

    /// <summary>The contexts of a host do nothing for some time, as processes that are stopped or have no processor; what is sent to them waits. In the time of a
    /// scheduler only.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative.</exception>
    /// <exception cref="InvalidOperationException">The network runs in real time.</exception>
    public SimulatedFaults Freeze(string host, TimeSpan time)
    {
        Check.Range(time.Ticks, 0, long.MaxValue, nameof(time));
        if (_network.Scheduler is null)
        {
            throw new InvalidOperationException("Contexts with threads of their own cannot be frozen. Make the network with a scheduler.");
        }

        var known = _network.Host(Known(host, nameof(host)));
        return When(() => known.Freeze(time));
    }

    /// <summary>Something else happens, on no context.</summary>
    public SimulatedFaults Do(Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        _when(_isInside ? () => _network.RunSoon(action) : action);
        return this;
    }

    private SimulatedFaults GoDown(string host, HostState state)
    {
        var known = _network.Host(Known(host, nameof(host)));
        return When(() =>
        {
            if (known.IsUp)
            {
                known.GoDown(state);
            }
        });
    }

    private SimulatedFaults WhenLinks(string host, string other, Action<SimulatedCircuit> action)
    {
        var (one, two) = (Known(host, nameof(host)), Known(other, nameof(other)));
        return When(() =>
        {
            foreach (var circuit in Wires.Circuits(circuit => circuit.Joins(one, two)))
            {
                action(circuit);
            }
        });
    }

    private SimulatedFaults WhenEach(Func<SimulatedWay, bool> condition, Action<SimulatedWay> action) => When(() =>
    {
        foreach (var way in Wires.Ways())
        {
            if (condition(way))
            {
                action(way);
            }
        }
    });

    private SimulatedFaults When(Action action)
    {
        _when(_isInside ? action : () => _network.RunInTurn(action));
        return this;
    }

    private SimulatedWay Way(string from, string to) => Wires.Way(Known(from, nameof(from)), Known(to, nameof(to)));

    private string Known(string host, string name)
    {
        ArgumentNullException.ThrowIfNull(host, name);
        var key = host.ToLowerInvariant();
        return Wires.Knows(key)
            ? key
            : throw new ArgumentException(
                $"The network has no host '{host}', only: {string.Join(", ", Wires.HostNames)}. Make its context or server first, or declare it with Host.", name);
    }
}
