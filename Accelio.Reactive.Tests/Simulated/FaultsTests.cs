using Microsoft.Reactive.Testing;
using Xunit;

namespace Accelio.Reactive.Tests.Simulated;

/// <summary>What breaks between hosts: partitions, cuts at both ends, at one, at none.</summary>
public class FaultsTests : ReactiveTest
{
    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(SimulatedLinkKind.Stream)]
    [InlineData(SimulatedLinkKind.Slots)]
    public void A_partition_holds_what_is_sent_and_what_is_under_way_until_it_is_healed(SimulatedLinkKind kind)
    {
        using var world = new NetworkWorld(kind, Latency);
        world.Serve("server");
        var session = world.Connect("server");
        var before = NetworkWorld.AskAsync(session, 1);
        world.Network.AdvanceBy(Latency / 2);

        world.Network.Faults.Partition("client", "server");
        var during = NetworkWorld.AskAsync(session, 2);
        world.Network.AdvanceBy(Second);
        Assert.False(before.IsCompleted || during.IsCompleted);
        Assert.Equal(0, world.Served["server"]);

        world.Network.Faults.Heal("client", "server");
        world.Network.AdvanceBy(Latency);
        Assert.True(before.IsCompletedSuccessfully && during.IsCompletedSuccessfully);
    }

    [Fact]
    public void A_partition_one_way_lets_the_other_pass()
    {
        using var world = new NetworkWorld();
        world.Serve("server");
        var session = world.Connect("server");

        world.Network.Faults.PartitionOneWay("server", "client");
        var asking = NetworkWorld.AskAsync(session);
        world.Network.AdvanceBy(Second);

        Assert.Equal(1, world.Served["server"]);
        Assert.False(asking.IsCompleted);
    }

    [Fact]
    public void A_host_that_is_isolated_is_given_up_by_its_peers_and_a_call_to_it_waits()
    {
        using var world = new NetworkWorld();
        world.Serve("one");
        world.Serve("other");
        var (one, other) = (world.Connect("one"), world.Connect("other"));

        world.Network.Faults.Isolate("one");
        var connecting = world.ConnectAsync("one", options => options.ConnectTimeout = Timeout.InfiniteTimeSpan);
        world.Network.AdvanceBy(TimeSpan.FromMinutes(5));
        Assert.Equal((SessionState.Closed, SessionState.Established, false), (one.State, other.State, connecting.IsCompleted));

        world.Network.Faults.HealAll();
        world.Network.AdvanceBy(Second);
        Assert.True(connecting.IsCompleted);
    }

    [Theory]
    [InlineData(SimulatedLinkKind.Stream)]
    [InlineData(SimulatedLinkKind.Slots)]
    public void A_link_that_is_cut_at_a_time_ends_its_sessions_then_and_new_ones_can_be_opened(SimulatedLinkKind kind)
    {
        using var world = new NetworkWorld(kind);
        world.Serve("one");
        world.Serve("other");
        var (one, other) = (world.Connect("one"), world.Connect("other"));
        var events = world.Scheduler.CreateObserver<AccelioSessionEvent>();
        one.Events.Subscribe(events);
        world.Network.RunUntilIdle();
        var asked = world.Scheduler.Clock;

        world.Network.At(Second * 5).CutLinks("client", "one");
        world.Network.AdvanceTo(Second * 5 + TimeSpan.FromTicks(1));

        events.Messages.AssertEqual(
            OnNext<AccelioSessionEvent>(asked, new SessionEstablished()),
            OnNext<AccelioSessionEvent>((Second * 5).Ticks, new SessionClosed(CloseReason.ConnectionLost, AccelioStatus.SessionDisconnected, "TransportFailed: connection reset by the peer")),
            OnCompleted<AccelioSessionEvent>((Second * 5).Ticks));
        Assert.Equal(SessionState.Established, other.State);
        Assert.Equal(1, world.Network.Run(async () => await NetworkWorld.AskAsync(await world.ConnectAsync("one"))));
    }

    [Theory]
    [InlineData(SimulatedLinkKind.Stream)]
    [InlineData(SimulatedLinkKind.Slots)]
    public void A_link_that_is_cut_at_one_end_still_delivers_what_it_has_sent_when_the_next_one_is_there(SimulatedLinkKind kind)
    {
        using var world = new NetworkWorld(kind, Latency);
        world.Serve("server");
        var old = world.Connect("server");
        world.Network.Run(() => NetworkWorld.AskAsync(old));
        world.Network.Faults.StallLinks("client", "server", Second);
        _ = old.SendAsync(new byte[7]).AsTask();
        world.Network.AdvanceBy(TimeSpan.FromTicks(1));

        world.Network.Faults.CutLinksAt("client", "server");
        world.Network.AdvanceBy(TimeSpan.FromTicks(1));
        Assert.Equal(SessionState.Closed, old.State);
        var next = world.Connect("server");
        world.Network.Run(() => next.DeliverAsync(new byte[8]).AsTask());
        Assert.Equal([8], world.Arrived);

        world.Network.AdvanceBy(Second);
        Assert.Equal([8, 7], world.Arrived);
    }

    [Fact]
    public void What_was_stalled_arrives_in_order_though_its_receiver_is_late()
    {
        for (var seed = 1; seed <= 30; seed++)
        {
            using var world = new NetworkWorld(latency: TimeSpan.FromMicroseconds(300), seed: seed, contextDelay: Latency);
            world.Serve("server");
            var session = world.Connect("server");
            world.Network.RunUntilIdle();

            world.Network.Faults.StallLinks("client", "server", Latency * 2);
            for (var length = 1; length <= 20; length++)
            {
                _ = session.SendAsync(new byte[length]).AsTask();
                world.Network.AdvanceBy(Latency / 5);
            }

            world.Network.RunUntilIdle();
            Assert.Equal(Enumerable.Range(1, 20), world.Arrived);
        }
    }

    [Fact]
    public void Silent_links_are_found_dead_by_the_signs_of_life_that_do_not_come()
    {
        using var world = new NetworkWorld();
        world.Serve("server");
        var old = world.Connect("server");

        world.Network.Faults.SilenceLinks("client", "server");
        var next = world.Connect("server");
        Assert.Equal(SessionState.Established, old.State);
        world.Network.AdvanceBy(TimeSpan.FromMinutes(5));

        Assert.Equal((SessionState.Closed, SessionState.Established), (old.State, next.State));
    }

    [Fact]
    public void A_frozen_host_does_nothing_until_its_time_is_over_and_then_everything_that_waits()
    {
        using var world = new NetworkWorld();
        world.Serve("server");
        var session = world.Connect("server");

        world.Network.Faults.Freeze("server", Second);
        var asking = NetworkWorld.AskAsync(session);
        world.Network.AdvanceBy(Second - TimeSpan.FromTicks(2));
        Assert.Equal((0, false), (world.Served["server"], asking.IsCompleted));
        world.Network.AdvanceBy(TimeSpan.FromTicks(2));

        Assert.Equal(1, world.Served["server"]);
        Assert.True(asking.IsCompletedSuccessfully);
    }

    [Fact]
    public void Faults_at_hosts_that_there_are_not_are_refused_at_once_and_the_hosts_that_there_are_named()
    {
        using var world = new NetworkWorld();
        world.Serve("server");
        var planned = world.Network.At(Second);
        Action[] calls =
        [
            () => planned.Partition("client", "sever"), () => planned.PartitionOneWay("sever", "client"), () => planned.CutLinks("sever", "client"),
            () => planned.CutLinksAt("client", "sever"), () => planned.Crash("sever"), () => planned.Restart("sever"), () => planned.Freeze("sever", Second),
            () => planned.Isolate("sever"), () => planned.SetConditions("client", "sever", SimulatedConditions.Ideal), () => planned.Heal("sever", "client"),
        ];

        foreach (var call in calls)
        {
            var failure = Assert.Throws<ArgumentException>(call);
            Assert.Contains("no host 'sever', only: client, server", failure.Message, StringComparison.Ordinal);
        }
    }
}
