using System.Reactive.Concurrency;
using Microsoft.Reactive.Testing;
using Xunit;

namespace Accelio.Reactive.Tests.Simulated;

/// <summary>Letting time pass: scenarios, idleness, the misuse of either, and contexts that are late.</summary>
public class NetworkTimeTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_scenario_takes_as_much_virtual_time_as_it_waits_and_gives_its_result()
    {
        using var world = new NetworkWorld();
        var began = world.Network.Elapsed;

        var result = world.Network.Run(async () =>
        {
            await Task.Delay(TimeSpan.FromHours(3), world.Network.TimeProvider);
            return 7;
        });

        Assert.Equal((7, TimeSpan.FromHours(3)), (result, world.Network.Elapsed - began));
    }

    [Fact]
    public void What_a_scenario_throws_is_thrown_and_one_that_never_ends_is_given_up()
    {
        using var world = new NetworkWorld();
        using var idle = new SimulatedNetwork(new TestScheduler());

        Assert.Throws<NotSupportedException>(() => world.Network.Run(() => throw new NotSupportedException()));
        Assert.Throws<InvalidOperationException>(() => idle.Run(() => new TaskCompletionSource().Task, Timeout.InfiniteTimeSpan));
        world.Serve("server");
        _ = world.Connect("server");
        Assert.Throws<TimeoutException>(() => world.Network.Run(() => new TaskCompletionSource().Task, Second));
        Assert.Throws<InvalidOperationException>(() => world.Network.Run(() =>
        {
            world.Network.AdvanceBy(Second);
            return Task.CompletedTask;
        }));
    }

    [Fact]
    public void Time_goes_forwards_only()
    {
        using var world = new NetworkWorld();
        world.Network.AdvanceTo(Second);

        Assert.Contains("forwards", Assert.Throws<ArgumentOutOfRangeException>(() => world.Network.AdvanceTo(Second / 2)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => world.Network.AdvanceBy(-Second));
        Assert.Throws<ArgumentOutOfRangeException>(() => world.Network.At(Second / 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => world.Network.AtStep(world.Network.Steps));
    }

    [Fact]
    public void A_network_in_real_time_is_not_driven()
    {
        using var network = new SimulatedNetwork();
        using var scheduler = new EventLoopScheduler();
        using var other = new SimulatedNetwork(scheduler);

        Assert.Contains("real time", Assert.Throws<InvalidOperationException>(() => network.AdvanceBy(Second)).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => network.AtStep(1));
        Assert.Throws<InvalidOperationException>(() => network.Run(() => Task.CompletedTask));
        network.Host("host");
        Assert.Throws<InvalidOperationException>(() => network.Faults.Freeze("host", Second));
        Assert.Contains("EventLoopScheduler", Assert.Throws<InvalidOperationException>(() => other.RunUntilIdle()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_planned_happens_at_its_time_in_real_time_too()
    {
        using var network = new SimulatedNetwork();
        var happened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        network.At(network.Elapsed + TimeSpan.FromMilliseconds(20)).Do(happened.SetResult);

        await happened.Task.WaitAsync(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void What_is_planned_for_one_time_happens_in_the_order_of_planning()
    {
        using var world = new NetworkWorld();
        var order = new List<int>();

        world.Network.At(Second).Do(() => order.Add(2)).Do(() => order.Add(3));
        world.Network.At(Second / 2).Do(() => order.Add(1));
        world.Network.At(Second).Do(() => order.Add(4));
        world.Network.AdvanceTo(Second + TimeSpan.FromTicks(10));

        Assert.Equal([1, 2, 3, 4], order);
    }

    [Fact]
    public void RunUntilIdle_brings_what_is_under_way_and_waits_for_nothing_else()
    {
        using var world = new NetworkWorld(latency: Second);
        world.Serve("server");
        var session = world.Connect("server");
        var began = world.Network.Elapsed;

        var asking = NetworkWorld.AskAsync(session);
        world.Network.RunUntilIdle();

        Assert.True(asking.IsCompletedSuccessfully);


        // There, back, and the room that the answer took in the network.
        Assert.Equal(Second * 3, world.Network.Elapsed - began);
        _ = NetworkWorld.AskAsync(session);
        Assert.Throws<TimeoutException>(() => world.Network.RunUntilIdle(Second / 2));
    }

    [Fact]
    public void A_historical_scheduler_drives_a_network_too()
    {
        var scheduler = new HistoricalScheduler(new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero));
        using var network = new SimulatedNetwork(scheduler) { UsualConditions = new SimulatedConditions { Latency = Second } };
        var context = network.CreateContext("one");

        var answer = network.Run(async () =>
        {
            var server = await AccelioServer.BindAsync(new Uri("sim://one:1"), new AccelioServerOptions { Context = context });
            server.Handle(request => request.RespondAsync(request.Payload));
            var options = new AccelioSessionOptions { Context = network.CreateContext("two") };
            return await NetworkWorld.AskAsync(await AccelioSession.ConnectAsync(server.EndPoint, options), 5);
        });

        Assert.Equal(5, answer);
        Assert.Equal(new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero) + network.Elapsed, context.TimeProvider.GetUtcNow());
        Assert.True(network.Elapsed >= Second * 4);
    }

    [Fact]
    public void Contexts_that_are_late_change_the_story_with_the_seed_and_with_nothing_else()
    {
        static (TimeSpan, long) Story(int seed)
        {
            using var world = new NetworkWorld(seed: seed, contextDelay: TimeSpan.FromMilliseconds(1));
            world.Serve("server");
            var session = world.Connect("server");
            for (var i = 0; i < 20; i++)
            {
                world.Network.Run(() => NetworkWorld.AskAsync(session, 10_000));
            }

            return (world.Network.Elapsed, world.Network.Steps);
        }

        Assert.Equal(Story(1), Story(1));
        Assert.NotEqual(Story(1), Story(2));
        Assert.InRange(Story(1).Item1, TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void What_escapes_from_observers_is_thrown_to_whoever_lets_time_pass()
    {
        using var world = new NetworkWorld();
        world.Serve("server");
        var session = world.Connect("server");
        session.Messages.Subscribe(static _ => { }, static _ => throw new NotSupportedException("the observer"));

        world.Network.Faults.CutLinks("client", "server");
        var failure = Assert.Throws<AggregateException>(() => world.Network.RunUntilIdle());

        Assert.Equal("the observer", failure.InnerException?.Message);
    }
}
