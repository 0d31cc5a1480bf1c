using Accelio.Transports.Polling;

namespace Accelio.Transports.Simulated;

/// <summary>What a simulated network is made of: hosts, the ways between them, and the links that are open. Any thread.</summary>
internal sealed class SimulatedWires
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string From, string To), SimulatedWay> _ways = [];
    private readonly Dictionary<string, HostState> _hosts = [];
    private readonly Dictionary<string, string> _addresses = [];
    private readonly LinkedList<SimulatedCircuit> _circuits = new();
    private readonly List<ArrivalBoard> _boards = [];
    private readonly Dictionary<Poller, ArrivalBoard> _boardOf = [];
    private WireConditions _usual;

    /// <summary>Where chance begins.</summary>
    public int Seed { get; set; }

    /// <summary>The conditions between hosts of which nothing else was said. Set before anything is sent.</summary>
    public WireConditions Usual
    {
        get => _usual;
        set => _usual = value;
    }

    /// <summary>How many things were sent so far; counted in virtual time only.</summary>
    public long Steps { get; private set; }

    /// <summary>Told of every step, inside the sender; null where nobody counts.</summary>
    public Action<long>? OnStep { get; set; }

    /// <summary>The hosts by name, in the order of the alphabet.</summary>
    public IReadOnlyList<string> HostNames
    {
        get
        {
            lock (_gate)
            {
                return [.. _hosts.Keys.Order(StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>When the next thing that is under way arrives; <see cref="long.MaxValue"/> when there is none.</summary>
    public long NextDue
    {
        get
        {
            lock (_gate)
            {
                var due = long.MaxValue;
                foreach (var board in _boards)
                {
                    due = Math.Min(due, board.NextDue);
                }

                return due;
            }
        }
    }

    /// <summary>Enters a host, if it is new.</summary>
    public void Declare(string host)
    {
        lock (_gate)
        {
            _hosts.TryAdd(host, HostState.Up);
        }
    }

    /// <summary>Gives a host another address, of which the ways are its own.</summary>
    /// <returns>False when the name is taken.</returns>
    public bool TryAddAddress(string host, string address)
    {
        lock (_gate)
        {
            return _hosts.TryAdd(address, _hosts.GetValueOrDefault(host, HostState.Up)) && _addresses.TryAdd(address, host);
        }
    }

    /// <summary>Whether an address is one of a host's.</summary>
    public bool IsAddressOf(string host, string address)
    {
        lock (_gate)
        {
            return host == address || _addresses.GetValueOrDefault(address) == host;
        }
    }

    /// <summary>Whether there is such a host.</summary>
    public bool Knows(string host)
    {
        lock (_gate)
        {
            return _hosts.ContainsKey(host);
        }
    }

    /// <summary>How a host is; those that are not known are up.</summary>
    public HostState StateOf(string host)
    {
        lock (_gate)
        {
            return _hosts.GetValueOrDefault(host, HostState.Up);
        }
    }

    /// <summary>Changes how a host is; with one that goes down its links fail.</summary>
    public void Set(string host, HostState state)
    {
        string[] others;
        lock (_gate)
        {
            _hosts[host] = state;
            others = [.. _addresses.Where(address => address.Value == host).Select(static address => address.Key)];
        }

        foreach (var address in others)
        {
            Set(address, state);
        }

        if (state != HostState.Up)
        {
            foreach (var circuit in Circuits(circuit => circuit.Caller.Local.Host == host || circuit.Caller.Remote.Host == host))
            {
                circuit.Fail(host, isTold: false, isPeerTold: state == HostState.Crashed);
            }
        }
    }

    /// <summary>The way from one host to another.</summary>
    public SimulatedWay Way(string from, string to)
    {
        lock (_gate)
        {
            if (!_ways.TryGetValue((from, to), out var way))
            {
                way = new SimulatedWay(from, to, Seed, from == to ? default : _usual);
                _ways.Add((from, to), way);
            }

            return way;
        }
    }

    /// <summary>All ways that there are, those not used yet included.</summary>
    public IReadOnlyList<SimulatedWay> Ways()
    {
        var hosts = HostNames;
        return [.. from one in hosts from other in hosts where one != other select Way(one, other)];
    }

    /// <summary>The open links that fulfil a condition, oldest first.</summary>
    public IReadOnlyList<SimulatedCircuit> Circuits(Func<SimulatedCircuit, bool> condition)
    {
        lock (_gate)
        {
            return [.. _circuits.Where(condition)];
        }
    }

    /// <summary>Begins a link.</summary>
    public SimulatedCircuit Open(SimulatedPort caller)
    {
        Declare(caller.Local.Host);
        var circuit = new SimulatedCircuit(this, caller);
        Enter(circuit);
        if (StateOf(caller.Local.Host) != HostState.Up)
        {
            circuit.Fail(caller.Local.Host, isTold: false, isPeerTold: false);
        }

        return circuit;
    }

    /// <summary>A link has an end that is open.</summary>
    public void Enter(SimulatedCircuit circuit)
    {
        lock (_gate)
        {
            circuit.Node ??= _circuits.AddLast(circuit);
        }
    }

    /// <summary>A link has no open end.</summary>
    public void Remove(SimulatedCircuit circuit)
    {
        lock (_gate)
        {
            if (circuit.Node is { } node)
            {
                _circuits.Remove(node);
                circuit.Node = null;
            }
        }
    }

    /// <summary>The board of a poller.</summary>
    public ArrivalBoard BoardOf(Poller poller)
    {
        lock (_gate)
        {
            if (!_boardOf.TryGetValue(poller, out var board))
            {
                board = new ArrivalBoard(poller, this);
                _boardOf.Add(poller, board);
                _boards.Add(board);
            }

            return board;
        }
    }

    /// <summary>A poller has stopped.</summary>
    public void Forget(Poller poller)
    {
        lock (_gate)
        {
            if (_boardOf.Remove(poller, out var board))
            {
                _boards.Remove(board);
            }
        }
    }

    /// <summary>Something is sent.</summary>
    public void CountStep()
    {
        if (OnStep is { } told)
        {
            told(++Steps);
        }
    }
}
