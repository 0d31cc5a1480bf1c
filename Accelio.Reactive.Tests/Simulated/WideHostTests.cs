using Microsoft.Reactive.Testing;
using Xunit;

namespace Accelio.Reactive.Tests.Simulated;

/// <summary>Hosts whose servers are over several contexts.</summary>
public class WideHostTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 2)]
    [InlineData(4, 0)]
    [InlineData(4, 2)]
    public void When_the_host_crashes_its_server_has_ended_its_messages_too_whatever_sessions_it_has(int sessions, int lateMilliseconds)
    {
        using var network = new SimulatedNetwork(new TestScheduler(), seed: 14) { ContextDelay = TimeSpan.FromMilliseconds(lateMilliseconds) };
        AccelioContext[] contexts = [];
        AccelioServer? server = null;
        var ended = false;
        network.Host("paris").Run(async host =>
        {
            contexts = [host.CreateContext(), host.CreateContext(), host.CreateContext()];
            server = await AccelioServer.BindAsync(new Uri("sim://paris:1"), new AccelioServerOptions { Contexts = contexts });
            server.Messages.Subscribe(static _ => { }, _ => ended = true, () => ended = true);
        });
        network.AdvanceBy(TimeSpan.FromSeconds(1));
        var desk = network.CreateContext("desk");
        for (var i = 0; i < sessions; i++)
        {
            _ = AccelioSession.ConnectAsync(new Uri("sim://paris:1"), new AccelioSessionOptions { Context = desk }).AsTask();
        }

        network.AdvanceBy(TimeSpan.FromSeconds(1));
        network.Faults.Crash("paris");
        network.AdvanceBy(TimeSpan.FromSeconds(10));

        Assert.True(ended);
        Assert.True(server!.DisposeAsync().IsCompleted);
        Assert.Equal([0, 0, 0], contexts.Select(context => context.GetSnapshot().Residents));
    }
}
