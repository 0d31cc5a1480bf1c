using Accelio.Reactive.Tests.Sessions;
using Xunit;

namespace Accelio.Reactive.Tests.Rdma.Lane;

/// <summary>One port for all contexts of a server is for sockets, which are handed over before anything of them is read. The slots of a queue pair belong to a context from the start.</summary>
public class SharedPortTests
{
    [Fact]
    public async Task Contexts_that_are_to_share_a_port_over_rdma_are_refused_with_the_remedy()
    {
        var wire = Wire.Rdma(RdmaAddresses.Server);
        await using var first = AccelioContext.Start(wire.Options("first"));
        await using var second = AccelioContext.Start(wire.Options("second"));

        var refusal = await Assert.ThrowsAsync<ArgumentException>(
            async () => await AccelioServer.BindAsync(wire.Address, new AccelioServerOptions { Contexts = [first, second], SharesPort = true }));

        Assert.Contains("set SharesPort to false", refusal.Message, StringComparison.Ordinal);
    }
}
