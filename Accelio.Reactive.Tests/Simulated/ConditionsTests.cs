using Xunit;

namespace Accelio.Reactive.Tests.Simulated;

/// <summary>Ways with latency, jitter and bandwidth: when what arrives, to the tick.</summary>
public class ConditionsTests
{
    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(5);

    [Theory]
    [InlineData(SimulatedLinkKind.Stream)]
    [InlineData(SimulatedLinkKind.Slots)]
    public void A_request_takes_the_latency_there_and_back(SimulatedLinkKind kind)
    {
        using var world = new NetworkWorld(kind, Latency);
        world.Serve("server");
        var session = world.Connect("server");

        Assert.Equal(Latency * 2, world.Time(() => NetworkWorld.AskAsync(session)));
    }

    [Fact]
    public void Each_direction_has_its_own_conditions_and_new_ones_hold_from_then_on()
    {
        using var world = new NetworkWorld();
        world.Serve("server");
        var session = world.Connect("server");
        Assert.Equal(TimeSpan.Zero, world.Time(() => NetworkWorld.AskAsync(session)));

        world.Network.Faults.SetConditionsOneWay("client", "server", new SimulatedConditions { Latency = Latency * 7 });
        Assert.Equal(Latency * 7, world.Time(() => NetworkWorld.AskAsync(session)));
        world.Network.RunUntilIdle();

        world.Network.Faults.SetConditions("client", "server", new SimulatedConditions { Latency = Latency });
        Assert.Equal(Latency * 2, world.Time(() => NetworkWorld.AskAsync(session)));
    }

    [Theory]
    [InlineData(SimulatedLinkKind.Stream)]
    [InlineData(SimulatedLinkKind.Slots)]
    public void All_links_of_a_way_share_its_bandwidth(SimulatedLinkKind kind)
    {
        using var world = new NetworkWorld(kind);
        world.Serve("server");
        AccelioSession[] sessions = [world.Connect("server"), world.Connect("server")];
        world.Network.Faults.SetConditionsOneWay("client", "server", new SimulatedConditions { Bandwidth = 1 << 20 });

        var time = world.Time(() => Task.WhenAll(sessions.Select(session => NetworkWorld.AskAsync(session, 1 << 20))));

        // Two bodies of a mebibyte, and their headers.
        Assert.InRange(time, TimeSpan.FromSeconds(kind == SimulatedLinkKind.Stream ? 2 : 0), TimeSpan.FromSeconds(2.01));
    }

    [Theory]
    [InlineData(SimulatedLinkKind.Stream)]
    [InlineData(SimulatedLinkKind.Slots)]
    public void Jitter_delays_by_chance_keeps_the_order_and_is_the_same_for_the_same_seed(SimulatedLinkKind kind)
    {
        static (TimeSpan[] Times, int[] Order) Story(SimulatedLinkKind kind, int seed)
        {
            using var world = new NetworkWorld(kind, seed: seed);
            world.Serve("server");
            var session = world.Connect("server");
            world.Network.Faults.SetConditions("client", "server", new SimulatedConditions { Latency = Latency, Jitter = Latency });
            var times = new List<TimeSpan>();
            for (var i = 1; i <= 50; i++)
            {
                times.Add(world.Time(() => session.SendAsync(new byte[times.Count + 1]).AsTask()));
                times.Add(world.Time(() => NetworkWorld.AskAsync(session)));
            }

            world.Network.RunUntilIdle();
            return ([.. times], [.. world.Arrived]);
        }

        var first = Story(kind, 1);
        var again = Story(kind, 1);
        var other = Story(kind, 2);

        Assert.Equal(first.Times, again.Times);
        Assert.NotEqual(first.Times, other.Times);
        Assert.Equal(first.Order.Order(), first.Order);
        Assert.Equal(50, first.Order.Length);
        Assert.All(first.Times.Where((_, i) => i % 2 == 1), time => Assert.InRange(time, Latency * 2, Latency * 4));
    }

    [Theory]
    [InlineData("Latency")]
    [InlineData("Jitter")]
    [InlineData("Bandwidth")]
    [InlineData("Corrupt")]
    [InlineData("Reorder")]
    public void Conditions_that_make_no_sense_are_refused_by_name(string name)
    {
        var failure = Assert.Throws<ArgumentOutOfRangeException>(() => _ = name switch
        {
            "Latency" => new SimulatedConditions { Latency = -Latency },
            "Jitter" => new SimulatedConditions { Jitter = -Latency },
            "Bandwidth" => new SimulatedConditions { Bandwidth = -1 },
            "Corrupt" => new SimulatedConditions { Damage = new SimulatedDamage { Corrupt = double.NaN } },
            _ => new SimulatedConditions { Damage = new SimulatedDamage { Reorder = 1.5 } },
        });

        Assert.Contains(name, failure.Message, StringComparison.Ordinal);
    }
}
