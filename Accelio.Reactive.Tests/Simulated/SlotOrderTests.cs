using Xunit;

namespace Accelio.Reactive.Tests.Simulated;

/// <summary>Frames of different sessions on one link of slots, whose bodies are fetched one after another.</summary>
public class SlotOrderTests
{
    [Fact]
    public void A_session_hears_of_its_refusal_before_its_end_although_an_answer_of_another_is_still_being_fetched()
    {
        using var world = new NetworkWorld(SimulatedLinkKind.Slots, TimeSpan.FromMilliseconds(5));
        var context = world.Network.CreateContext("server");
        var options = new AccelioSessionOptions { Context = world.Client };

        world.Network.Run(async () =>
        {
            var server = await AccelioServer.BindAsync(new Uri("sim://server:1"), new AccelioServerOptions { Context = context });
            server.Handle(request => request.RespondAsync(request.Payload));
            var first = await AccelioSession.ConnectAsync(server.EndPoint, options);
            world.Network.Faults.SetConditionsOneWay("server", "client", new SimulatedConditions { Bandwidth = 1 << 20 });
            var asking = NetworkWorld.AskAsync(first, 1 << 20);
            await Task.Delay(TimeSpan.FromMilliseconds(200), world.Network.TimeProvider);

            var draining = server.DrainAsync().AsTask();
            await Assert.ThrowsAsync<SessionRejectedException>(async () => await AccelioSession.ConnectAsync(server.EndPoint, options));
            Assert.Equal(1 << 20, await asking);
            await draining;
        });
    }

    [Fact]
    public void A_session_is_set_up_although_an_answer_of_another_is_still_being_fetched()
    {
        using var world = new NetworkWorld(SimulatedLinkKind.Slots, TimeSpan.FromMilliseconds(5));
        world.Serve("server");
        var first = world.Connect("server", options => options.OwnLink = false);
        world.Network.Faults.SetConditionsOneWay("server", "client", new SimulatedConditions { Bandwidth = 1 << 20 });
        var asking = NetworkWorld.AskAsync(first, 1 << 20);
        world.Network.AdvanceBy(TimeSpan.FromMilliseconds(200));

        var second = world.Connect("server", options => options.OwnLink = false);

        Assert.Equal(first.LocalEndPoint, second.LocalEndPoint);
        Assert.False(asking.IsCompleted);
        Assert.Equal(1 << 20, world.Network.Run(() => asking));
    }
}
