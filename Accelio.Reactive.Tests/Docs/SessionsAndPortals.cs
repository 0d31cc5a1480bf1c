using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Docs;

/// <summary>The snippets of docs/sessions-and-portals.md.</summary>
public class SessionsAndPortals
{
    [Fact]
    public async Task Spreading()
    {
        AccelioContext[] serverCores = [Pair.StartContext("server-0"), Pair.StartContext("server-1")];
        AccelioContext[] clientCores = [Pair.StartContext("client-0"), Pair.StartContext("client-1")];
        var address = new Uri("tcp://127.0.0.1:0");

        // <snippet portals>
        await using var server = await AccelioServer.BindAsync(address, new AccelioServerOptions { Contexts = serverCores });
        server.Handle(request => request.RespondAsync(request.Payload));        // runs on the context where the request arrives

        await using var session = await AccelioSession.ConnectAsync(server.EndPoint, new AccelioSessionOptions { Contexts = clientCores });
        var length = await session.RequestAsync(new byte[100], answer => answer.PayloadLength);
        // </snippet>

        Assert.Equal(100, length);
        Assert.Equal(2, session.Connections.Count);

        // <snippet keys>
        foreach (var (account, change) in new[] { (7, new byte[8]), (9, new byte[8]), (7, new byte[16]) })
        {
            await session.SendAsync(new OutboundMessage(change) { Key = account });     // those of account 7 arrive in this order
        }
        // </snippet>

        var perCore = new long[server.Portals.Count];

        // <snippet per-core>
        for (var i = 0; i < server.Portals.Count; i++)
        {
            var core = i;
            server.Portals[i].Messages.Subscribe(_ => perCore[core]++);                  // on the portal's context, and nowhere else
        }
        // </snippet>

        await Until.TrueAsync(() => perCore.Sum() == 3, () => string.Join(", ", perCore));
        await session.DisposeAsync();
        await server.DisposeAsync();
        foreach (var context in serverCores.Concat(clientCores))
        {
            await context.DisposeAsync();
        }
    }

    [Fact]
    public async Task Choosing_portals()
    {
        await using var world = await PortalWorld.OpenAsync(Sessions.Wire.SimulatedSlots(), 3, 1);
        var server = world.Server;

        // <snippet hand-over>
        server.SessionRequests.Subscribe(request =>
        {
            switch (new Uri(request.RequestedUri).AbsolutePath)
            {
                case "/control":
                    request.Accept(new AcceptOptions { Portals = [] });                       // stays where it was asked for
                    break;
                case "/bulk":
                    request.Accept(new AcceptOptions { Portals = [server.Portals[2]] });      // goes to that one
                    break;
                default:
                    request.Accept();                                                         // spreads over all
                    break;
            }
        });
        // </snippet>

        await using var control = await world.ConnectAsync(1, resource: "/control");
        await using var bulk = await world.ConnectAsync(1, resource: "/bulk");
        Assert.Equal(world.ServerContexts[0], (await world.AcceptedAsync(0, 1)).HomeContext);
        Assert.Equal(world.ServerContexts[2], (await world.AcceptedAsync(1, 1)).HomeContext);
    }

    // <snippet own-selection>
    private sealed class Sharded(int shards) : ConnectionSelection
    {
        public override int Select(ReadOnlySpan<AccelioConnection> connections, in OutboundMessage message, long turn) =>
            message.Header.IsEmpty ? (int)(turn % connections.Length) : message.Header.Span[0] % shards % connections.Length;
    }

    // </snippet>

    [Fact]
    public async Task An_own_selection()
    {
        await using var world = await PortalWorld.OpenAsync(Sessions.Wire.SimulatedSlots(), 2, 2);
        await using var session = await world.ConnectAsync(2, options => options.Selection = new Sharded(16));
        var accepted = await world.AcceptedAsync(0, 2);
        var places = new HashSet<AccelioConnection?>();
        using var handler = accepted.Handle(request =>
        {
            places.Add(request.Connection);
            return request.RespondAsync(request.Header.ToArray());
        });

        for (byte i = 0; i < 3; i++)
        {
            await session.RequestAsync(new OutboundMessage { Header = new[] { (byte)(i * 16) } }, answer => answer.PayloadLength);
        }

        Assert.Single(places);
    }
}
