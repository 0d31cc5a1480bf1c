using System.Net;
using Accelio.Reactive.Engine;
using Xunit;

namespace Accelio.Reactive.Tests.Engine;

public class ReconnectTableTests
{
    private static readonly AccelioServerOptions Options = new() { ResumeCPeers = true };

    [Fact]
    public void A_link_is_found_by_its_cid_and_only_by_those_at_its_clients_address()
    {
        var table = new ReconnectTable(new CountingEntropy(), maxWaiting: 1);
        var world = new EngineWorld(isClient: false, Options);

        var cid = table.Enter(world.Machine);

        Assert.NotEqual(0u, cid);
        Assert.Same(world.Machine, table.Find(cid, new IPEndPoint(IPAddress.Loopback, 4711)));
        Assert.Null(table.Find(cid, new IPEndPoint(IPAddress.Parse("192.0.2.1"), 2)));
        Assert.Null(table.Find(cid + 1, new IPEndPoint(IPAddress.Loopback, 2)));
        table.Remove(cid);
        Assert.Null(table.Find(cid, new IPEndPoint(IPAddress.Loopback, 2)));
    }

    [Fact]
    public void No_more_connections_wait_than_may()
    {
        var table = new ReconnectTable(new CountingEntropy(), maxWaiting: 2);

        Assert.True(table.TryWait());
        Assert.True(table.TryWait());
        Assert.False(table.TryWait());
        table.EndWait();
        Assert.True(table.TryWait());
    }
}
