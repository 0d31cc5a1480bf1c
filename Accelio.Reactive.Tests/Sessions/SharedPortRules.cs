using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>Servers over several contexts behind one port: links are handed over before anything of them is read.</summary>
public abstract class SharedPortRules(Wire wire) : SessionTests(wire)
{
    [Fact]
    public async Task All_portals_have_the_address_of_the_server()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 3, 1, Share);

        Assert.All(world.Server.Portals, portal => Assert.Equal(world.Server.EndPoint, portal.EndPoint));
    }

    [Fact]
    public async Task Links_go_to_the_contexts_in_turn_and_sessions_stay_on_theirs()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 3, 1, Share);
        using var handler = world.Server.Handle(request => request.RespondAsync(request.Payload));
        var places = new HashSet<AccelioContext>();

        for (var i = 0; i < 3; i++)
        {
            var session = await world.ConnectAsync(1, options => options.OwnLink = true);
            Assert.Equal(9, await session.RequestAsync(new byte[9], answer => answer.PayloadLength));
            Assert.True(session.Connections[0].IsLead);
            places.Add((await world.AcceptedAsync(i, 1)).HomeContext);
        }

        Assert.Equal(world.ServerContexts.ToHashSet(), places);
    }

    [Fact]
    public async Task Further_connections_of_a_session_come_to_the_same_port_and_find_it_from_any_context()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 2, 2, Share);
        using var handler = world.Server.Handle(request => request.RespondAsync(request.Payload));
        await using var session = await world.ConnectAsync(2, options => options.OwnLink = true);
        var accepted = await world.AcceptedAsync(0, 2);

        Assert.Equal(world.ServerContexts.ToHashSet(), accepted.Connections.Select(connection => connection.Context).ToHashSet());
        Assert.Equal(new[] { 4, 4 }, await Task.WhenAll(session.Connections.Select(connection => connection.RequestAsync(new byte[4], answer => answer.PayloadLength).AsTask())));
    }

    [Fact]
    public async Task Long_messages_arrive_whole_on_links_that_were_handed_over()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 2, 1, Share);
        using var handler = world.Server.Handle(request => request.RespondAsync(request.Payload));
        var body = Pair.Bytes(3_000_000);

        for (var i = 0; i < 2; i++)
        {
            var session = await world.ConnectAsync(1, options => (options.OwnLink, options.DualSocket) = (true, i == 1));
            Assert.Equal(body, await session.RequestAsync(body, answer => answer.Payload.FirstSpan.ToArray()));
        }
    }

    [Fact]
    public async Task Without_one_of_its_contexts_the_server_goes_on_with_the_others()
    {
        await using var world = await PortalWorld.OpenAsync(Over, 3, 1, Share);
        using var handler = world.Server.Handle(request => request.RespondAsync(request.Payload));
        await world.ServerContexts[1].DisposeAsync();

        for (var i = 0; i < 4; i++)
        {
            var session = await world.ConnectAsync(1, options => options.OwnLink = true);
            Assert.Equal(1, await session.RequestAsync(new byte[1], answer => answer.PayloadLength));
        }
    }

    private static void Share(AccelioServerOptions options) => options.SharesPort = true;
}
