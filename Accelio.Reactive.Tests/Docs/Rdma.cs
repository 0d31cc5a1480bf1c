using Accelio.Reactive.Tests.Sessions;
using Xunit;

namespace Accelio.Reactive.Tests.Docs;

/// <summary>The snippet of docs/rdma.md.</summary>
public sealed class Rdma
{
    [Fact]
    public async Task Rdma_where_there_is_some_and_tcp_elsewhere()
    {
        await using var pair = await Pair.OpenAsync(Pair.Echo);
        var host = pair.Server.EndPoint.Authority;
        var said = "";
        void Show(string line) => said += line;

        // <snippet rdma-or-tcp>
        var rdma = AccelioTransports.Rdma.Availability;
        if (!rdma.IsAvailable)
        {
            Show(rdma.Reason);                 // "rdma is not available here, because there is no RDMA device. Load the driver ..."
        }

        var scheme = rdma.IsAvailable ? "rdma" : "tcp";
        // </snippet>

        Assert.Equal(rdma.Reason ?? "", said);
        if (scheme == "tcp")
        {
            await using var session = await AccelioSession.ConnectAsync(new Uri($"{scheme}://{host}"));
            Assert.Equal(3, await session.RequestAsync(new byte[3], answer => answer.PayloadLength));
        }
    }
}
