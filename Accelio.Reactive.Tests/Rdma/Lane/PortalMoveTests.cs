using Accelio.Reactive.Tests.Migration;
using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Rdma.Lane;

/// <summary>
/// Connections go to and fro between the portals of a server over devices while they work, and the wire is pulled each second time: links stay on their contexts, so a client that was not told is sent on by the old portal.
/// Only in the guest, whose wire may be pulled.
/// </summary>
[Trait("Place", "Guest")]
[Trait("Lane", "Full")]
public sealed class PortalMoveTests : IDisposable
{
    private const int Moves = 6;

    public void Dispose() => GuestWire.Plug();

    [Fact]
    public async Task Connections_that_move_while_the_wire_is_pulled_lose_nothing_run_nothing_twice_and_keep_their_order()
    {
        var load = new RealLoad(sessions: 1, keys: 2);
        await using var one = Pair.StartContext("move-server-one");
        await using var other = Pair.StartContext("move-server-other");
        await using var first = Pair.StartContext("move-client-first");
        await using var second = Pair.StartContext("move-client-second");
        await using var server = await AccelioServer.BindAsync(Wire.Rdma(RdmaAddresses.Server).Address, WithResume(new AccelioServerOptions { Contexts = [one, other] }));
        load.ServeAt(server);
        await using var session = await AccelioSession.ConnectAsync(server.EndPoint, WithResume(new AccelioSessionOptions { Contexts = [first, second] }));

        load.Begin([session]);
        for (var move = 0; move < Moves; move++)
        {
            await load.ProgressAsync();
            var moving = server.MigrateAsync((AccelioConnection _) => true, server.Portals[move % 2], new MigrationOptions { Limit = Pair.Limit }).AsTask();
            if (move % 2 != 0)
            {
                GuestWire.Pull();
                await moving.WaitAsync(Pair.Limit);
                GuestWire.Plug();
            }
            else
            {
                Assert.True((await moving.WaitAsync(Pair.Limit)).IsComplete);
            }
        }

        await load.ProgressAsync();
        await load.EndAsync();
        Assert.Equal((SessionState.Established, 2), (session.State, session.Connections.Count));
    }

    private static T WithResume<T>(T options)
        where T : AccelioPeerOptions
    {
        Pair.WithPatience(options);
        (options.Resume, options.DetectWithin) = (true, Patience.Seconds(4));
        return options;
    }
}
