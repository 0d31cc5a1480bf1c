using Xunit;

namespace Accelio.Reactive.Tests.Simulated;

/// <summary>Hosts that crash, lose their power, come up again, and what their peers see of it.</summary>
public class HostTests
{
    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(5);

    [Theory]
    [InlineData(SimulatedLinkKind.Stream)]
    [InlineData(SimulatedLinkKind.Slots)]
    public void A_crash_resets_the_links_after_the_latency_and_loses_the_state(SimulatedLinkKind kind)
    {
        using var world = new NetworkWorld(kind, Latency);
        world.Serve("server");
        var session = world.Connect("server");
        world.Network.Run(() => NetworkWorld.AskAsync(session));
        Assert.Equal(1, world.Served["server"]);

        world.Network.Faults.Crash("server");
        Assert.False(world.Network.Host("server").IsUp);
        Assert.Empty(world.Network.Host("server").Contexts);
        world.Network.AdvanceBy(Latency - TimeSpan.FromTicks(1));
        Assert.Equal(SessionState.Established, session.State);
        world.Network.AdvanceBy(TimeSpan.FromTicks(2));
        Assert.Equal(SessionState.Closed, session.State);
        var refused = Assert.Throws<AccelioException>(() => world.Connect("server"));
        Assert.Contains("nobody listens at server:1", refused.Message, StringComparison.Ordinal);

        world.Network.Faults.Restart("server");
        world.Network.RunUntilIdle();
        Assert.Equal(0, world.Served["server"]);
        Assert.Equal(1, world.Network.Run(async () => await NetworkWorld.AskAsync(await world.ConnectAsync("server"))));
        Assert.Equal(1, world.Network.Host("server").Restarts);
    }

    [Fact]
    public void What_was_sent_before_a_crash_arrives_before_the_reset_and_nothing_after_it()
    {
        using var world = new NetworkWorld(latency: Latency);
        world.Serve("server");
        var session = world.Connect("server");
        var first = NetworkWorld.AskAsync(session, 1);
        world.Network.AdvanceBy(Latency + TimeSpan.FromTicks(1));

        // The first answer is on its way; the second request arrives at a host that is down.
        Assert.Equal(1, world.Served["server"]);
        var second = NetworkWorld.AskAsync(session, 2);
        world.Network.Faults.Crash("server");
        world.Network.AdvanceBy(Latency * 3);

        Assert.True(first.IsCompletedSuccessfully);
        Assert.True(Assert.IsType<ConnectionLostException>(second.Exception?.InnerException).MayHaveExecuted);
    }

    [Fact]
    public void A_host_without_power_answers_nothing_and_tells_nobody()
    {
        using var world = new NetworkWorld();
        world.Serve("server");
        var session = world.Connect("server");

        world.Network.Faults.PowerOff("server");
        world.Network.AdvanceBy(TimeSpan.FromSeconds(5));
        Assert.Equal(SessionState.Established, session.State);
        Assert.Throws<AccelioTimeoutException>(() => world.Connect("server"));

        world.Network.AdvanceBy(TimeSpan.FromMinutes(5));
        Assert.Equal(SessionState.Closed, session.State);
    }

    [Fact]
    public void A_server_that_crashes_at_any_step_leaves_every_call_with_one_end()
    {
        // As long as there are steps to crash at.
        for (var step = 1; ; step++)
        {
            using var world = new NetworkWorld(step % 2 == 0 ? SimulatedLinkKind.Slots : SimulatedLinkKind.Stream, Latency, seed: step);
            world.Serve("server");
            var crashed = false;
            world.Network.AtStep(world.Network.Steps + step).Crash("server").Do(() => crashed = true);

            var ends = world.Network.Run(async () =>
            {
                var ends = new List<string>();
                try
                {
                    var session = await world.ConnectAsync("server");
                    foreach (var call in (Task<int>[])[NetworkWorld.AskAsync(session), NetworkWorld.AskAsync(session, 100_000), NetworkWorld.AskAsync(session)])
                    {
                        await call.ContinueWith(
                            ended => ends.Add(ended.Exception?.InnerException?.GetType().Name ?? "answered"),
                            TaskScheduler.FromCurrentSynchronizationContext());
                    }

                    await session.Closed.WaitAsync(TimeSpan.FromSeconds(1), world.Network.TimeProvider).ContinueWith(
                        static _ => { }, TaskScheduler.FromCurrentSynchronizationContext());
                }
                catch (AccelioException)
                {
                    ends.Add("not connected");
                }

                return ends;
            });

            if (!crashed)
            {
                Assert.Equal(["answered", "answered", "answered"], ends);
                Assert.True(step > 20);
                break;
            }

            Assert.True(ends is ["not connected"] or { Count: 3 }, $"step {step}: {string.Join(", ", ends)}");
            Assert.All(ends, end => Assert.Contains(end, (string[])["answered", "not connected", nameof(ConnectionLostException)]));
        }
    }

    [Fact]
    public void A_context_of_a_host_listens_there_and_nowhere_else()
    {
        using var world = new NetworkWorld();

        var failure = Assert.Throws<AccelioException>(() => world.Network.Run(async () =>
            await AccelioServer.BindAsync(new Uri("sim://elsewhere:1"), new AccelioServerOptions { Context = world.Client })));

        Assert.Equal(AccelioStatus.BindFailed, failure.Status);
        Assert.Contains("bind sim://client:1", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Misuse_of_hosts_is_refused_with_the_remedy()
    {
        using var world = new NetworkWorld();
        var host = world.Network.Host("HOST");
        Assert.Same(host, world.Network.Host("host"));

        host.Run(_ => Task.CompletedTask);
        Assert.Throws<InvalidOperationException>(() => host.Run(_ => Task.CompletedTask));
        Assert.Throws<ArgumentException>(() => world.Network.Host("no host"));
        Assert.Throws<ArgumentException>(() => AccelioContext.Start(new AccelioContextOptions { SimulatedHost = "host" }));
        world.Network.Faults.Crash("host");
        Assert.Contains("restart it first", Assert.Throws<InvalidOperationException>(() => host.CreateContext()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_program_throws_is_thrown_to_whoever_lets_time_pass()
    {
        using var world = new NetworkWorld();
        world.Network.Host("host").Run(async _ =>
        {
            await Task.Delay(TimeSpan.FromSeconds(1), world.Network.TimeProvider);
            throw new NotSupportedException("the program");
        });

        world.Network.AdvanceTo(TimeSpan.FromSeconds(1) - TimeSpan.FromTicks(1));
        var failure = Assert.Throws<AggregateException>(() => world.Network.AdvanceBy(TimeSpan.FromSeconds(1)));

        Assert.Equal("the program", Assert.IsType<NotSupportedException>(failure.InnerException).Message);
    }

    [Fact]
    public async Task Hosts_crash_and_restart_in_real_time_too()
    {
        using var network = new SimulatedNetwork(7) { UsualConditions = new SimulatedConditions { Latency = TimeSpan.FromMilliseconds(1), Jitter = TimeSpan.FromMilliseconds(1) } };
        var bound = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        network.Host("server").Run(async host =>
        {
            var server = await AccelioServer.BindAsync(new Uri("sim://server:1"), new AccelioServerOptions { Context = host.CreateContext() });
            server.Handle(request => request.RespondAsync(request.Payload));
            bound.SetResult();
        });
        await bound.Task;
        var client = new AccelioSessionOptions { Context = network.CreateContext("client") };
        var session = await AccelioSession.ConnectAsync(new Uri("sim://server:1"), client);
        Assert.Equal(100_000, await NetworkWorld.AskAsync(session, 100_000));

        network.Faults.Crash("server");
        await session.Closed.WaitAsync(TimeSpan.FromMinutes(1));
        await Assert.ThrowsAsync<AccelioException>(async () => await AccelioSession.ConnectAsync(new Uri("sim://server:1"), client));

        bound = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        network.Faults.Restart("server");
        await bound.Task.WaitAsync(TimeSpan.FromMinutes(1));
        session = await AccelioSession.ConnectAsync(new Uri("sim://server:1"), client);
        Assert.Equal(3, await NetworkWorld.AskAsync(session, 3));
    }
}
