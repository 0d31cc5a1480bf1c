using System.Diagnostics;
using Accelio.Reactive.Tests.Polling;
using Accelio.Reactive.Tests.Support;
using Accelio.Transports;
using Accelio.Transports.Polling;
using Xunit;

namespace Accelio.Reactive.Tests.Contract;

/// <summary>Two ends of a link on two pollers (or one), turned by the test: nothing happens unless it says so.</summary>
internal sealed class LinkPair : IDisposable
{
    private static readonly TimeSpan Limit = Patience.Seconds(20);

    private readonly Poller[] _pollers;
    private readonly bool _isInstant;
    private readonly List<Exception> _unhandled = [];
    private RecordingSink? _abandoned;

    /// <summary>Creates pollers and sinks; no link yet.</summary>
    public LinkPair(Func<TimeProvider, Poller> createPoller, bool onOnePoller, bool isInstant)
    {
        var first = createPoller(Clock);
        _pollers = onOnePoller ? [first] : [first, createPoller(Clock)];
        _isInstant = isInstant;
        foreach (var poller in _pollers)
        {
            poller.OnUnhandled = _unhandled.Add;
        }
    }

    public HandClock Clock { get; } = new();

    public Poller ClientPoller => _pollers[0];

    public Poller ServerPoller => _pollers[^1];

    public RecordingSink Client { get; } = new("client");

    public RecordingSink Server { get; } = new("server");

    public IListener? Listener { get; set; }

    /// <summary>Whether memory may stay rented at the end: the test lost some on purpose.</summary>
    public bool ForgivesLostMemory { get; set; }

    /// <summary>Printed with every failure.</summary>
    public string Hint { get; set; } = "";

    /// <summary>Listens, dials, and drives until both ends are configured (or only opened, when the sinks leave the set-up to the test).</summary>
    public void Connect(ITransport transport, System.Net.EndPoint address, LinkOptions clientOptions, LinkOptions serverOptions)
    {
        Listen(transport, address, serverOptions);
        Dial(transport, Listener!.LocalEndPoint, clientOptions);
        DriveUntil(() => Client.Opened == 1 && Server.Opened == 1, "both ends open");
        if (Client.AutomaticSetup && Server.AutomaticSetup)
        {
            DriveUntil(() => Client.Configured && Server.Configured, "both ends are configured");
        }
    }

    public void Listen(ITransport transport, System.Net.EndPoint address, LinkOptions options) => On(ServerPoller, () =>
        Listener = transport.Listen(ServerPoller, address, options, link =>
        {
            Server.Attach(link);
            return Server;
        }));

    public void Dial(ITransport transport, System.Net.EndPoint address, LinkOptions options) => On(ClientPoller, () =>
        Client.Attach(transport.Dial(ClientPoller, address, options, Client)));

    /// <summary>Runs an action on the poller of an end, in a turn of its own.</summary>
    public void On(RecordingSink end, Action action) => On(ReferenceEquals(end, Client) ? ClientPoller : ServerPoller, action);

    /// <summary>Asks nothing of an end any more: its poller is about to stop with everything on it.</summary>
    public void Abandon(RecordingSink end)
    {
        end.Dispose();
        _abandoned = end;
    }

    /// <summary>Turns the pollers until a condition holds.</summary>
    public void DriveUntil(Func<bool> condition, string what)
    {
        const int IdleTurnsOfMemory = 50;
        var idle = 0;
        var began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            idle = Turn() > 0 ? 0 : idle + 1;
            if ((_isInstant && idle > IdleTurnsOfMemory) || Stopwatch.GetElapsedTime(began) > Limit)
            {
                Assert.Fail($"In vain: {what}. {Describe()}");
            }

            if (idle > IdleTurnsOfMemory)
            {
                Thread.Sleep(0);
            }
        }
    }

    /// <summary>Turns the pollers until nothing happens any more.</summary>
    public void Settle()
    {
        const int EnoughOfMemory = 4;
        var enough = _isInstant ? EnoughOfMemory : 100;
        for (var idle = 0; idle < enough;)
        {
            idle = Turn() > 0 ? 0 : idle + 1;
            if (!_isInstant)
            {
                // Whoever is to bring something may need this processor.
                Thread.Sleep(0);
            }
        }
    }

    /// <summary>Lets time pass, a quarter of a second at once so that timers due on the way fire at their time.</summary>
    public void Pass(TimeSpan time)
    {
        var step = TimeSpan.FromMilliseconds(250).Ticks;
        for (var left = time.Ticks; left > 0; left -= step)
        {
            Clock.Ticks += Math.Min(left, step);
            Turn();
        }

        Settle();
    }

    /// <summary>One turn of every poller; the work done.</summary>
    public int Turn()
    {
        var work = 0;
        foreach (var poller in _pollers)
        {
            work += poller.HasStopped ? 0 : poller.RunDutyCycle();
        }

        if (_unhandled.Count > 0)
        {
            Assert.Fail($"A callback threw: {_unhandled[0]} {Hint}");
        }

        return work;
    }

    /// <summary>Aborts what is still open, and fails when either end saw the contract broken.</summary>
    public void Dispose()
    {
        foreach (var end in new[] { Client, Server })
        {
            if (end.HasLink && !end.IsClosed && end != _abandoned)
            {
                On(end, () => end.Call(link => link.Abort(LinkError.Aborted, "the test is over")));
            }
        }

        if (Listener is { } listener && !ServerPoller.HasStopped)
        {
            On(ServerPoller, listener.Stop);
        }

        Settle();
        foreach (var end in new[] { Client, Server })
        {
            Assert.True(end.Violations.Count == 0, string.Join(Environment.NewLine, end.Violations.Take(10)) + Hint);
            Assert.True(end == _abandoned || !end.HasLink || end.IsClosed, $"an end was not closed. {Describe()}");
            Assert.True(end.Tokens.TrueForAll(token => token.Releases == 1), $"a body was not released. {Describe()}");
            end.Dispose();
        }

        foreach (var poller in _pollers)
        {
            var rented = poller.HasStopped || ForgivesLostMemory ? 0 : RentedBlocks(poller);
            Assert.True(rented == 0, $"{rented} blocks of memory were not given back. {Hint}");
            (poller as IDisposable)?.Dispose();
        }
    }

    private long RentedBlocks(Poller poller)
    {
        var rented = 0L;
        On(poller, () =>
        {
            poller.Memory.CollectReturns();
            rented = poller.Memory.Statistics.RentedBlocks;
        });
        return rented;
    }

    private void On(Poller poller, Action action)
    {
        var done = false;
        Assert.True(poller.Post(new ActionItem(() =>
        {
            action();
            done = true;
        })));
        while (!done)
        {
            Turn();
        }
    }

    private string Describe() =>
        $"client: {Describe(Client)}; server: {Describe(Server)}. {Hint} {string.Join("; ", Client.Violations.Concat(Server.Violations).Take(5))}";

    private static string Describe(RecordingSink end) =>
        $"opened {end.Opened}, arrivals {end.Arrivals.Count}, frames {end.Frames.Count}, released {end.Released} of {end.Tokens.Count}, queued " +
        $"{(end.HasLink ? end.Link.QueuedBytes : 0)}, {(end.IsClosed ? $"closed: {end.ClosedError} {end.ClosedDetail}" : "open")}";
}
