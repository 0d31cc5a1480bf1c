using System.Text;
using Accelio.Reactive.Tests.Simulated;
using Accelio.Transports;
using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>Networks inside the process, as users see them: addresses, kinds of links, and that networks do not meet.</summary>
public class SimulatedNetworkTests
{
    [Fact]
    public async Task Every_network_has_the_same_addresses_for_itself()
    {
        await using var one = await HostAsync(new SimulatedNetwork(), "one");
        await using var other = await HostAsync(new SimulatedNetwork(), "other");

        Assert.Equal("one", await one.AskAsync());
        Assert.Equal("other", await other.AskAsync());
    }

    [Fact]
    public async Task A_context_without_a_network_meets_its_like_only()
    {
        var free = new Uri("sim://only-in-this-test:0");
        await using var context = AccelioContext.Start();
        await using var server = await AccelioServer.BindAsync(free, new AccelioServerOptions { Context = context });
        await using var elsewhere = AccelioContext.Start(new AccelioContextOptions { SimulatedNetwork = new SimulatedNetwork() });

        await using var session = await AccelioSession.ConnectAsync(server.EndPoint);
        var failure = await Assert.ThrowsAsync<AccelioException>(async () =>
            await AccelioSession.ConnectAsync(server.EndPoint, new AccelioSessionOptions { Context = elsewhere }));

        Assert.Equal(AccelioStatus.ConnectError, failure.Status);
        Assert.Contains("nobody listens at only-in-this-test:", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_on_port_0_says_which_one_it_got_and_a_taken_one_is_refused()
    {
        var network = new SimulatedNetwork();
        await using var context = AccelioContext.Start(new AccelioContextOptions { SimulatedNetwork = network });
        var options = new AccelioServerOptions { Context = context };
        await using var server = await AccelioServer.BindAsync(new Uri("sim://host:0/ignored"), options);

        var inUse = await Assert.ThrowsAsync<AccelioException>(async () => await AccelioServer.BindAsync(server.EndPoint, options));

        Assert.Equal("sim", server.EndPoint.Scheme);
        Assert.Equal("host", server.EndPoint.Host);
        Assert.InRange(server.EndPoint.Port, 1, 65535);
        Assert.Equal(AccelioStatus.BindFailed, inUse.Status);
    }

    [Theory]
    [InlineData(SimulatedLinkKind.Stream, "", LinkShape.Stream)]
    [InlineData(SimulatedLinkKind.Slots, "", LinkShape.Slots)]
    [InlineData(SimulatedLinkKind.Slots, "?kind=stream", LinkShape.Stream)]
    [InlineData(SimulatedLinkKind.Stream, "?kind=slots", LinkShape.Slots)]
    public async Task The_kind_of_link_is_the_networks_unless_the_session_names_one(
        SimulatedLinkKind option, string query, LinkShape expected)
    {
        await using var host = await HostAsync(new SimulatedNetwork { LinkKind = option }, "x");

        await using var session = await host.ConnectAsync(query);
        var kind = await host.Context.RunAsync(_ => new ValueTask<LinkKind>(((SessionCore)session).Usable!.Machine.Link.Kind));

        Assert.Equal(expected.ToString(), kind.ToString());
    }

    [Theory]
    [InlineData("?kind=pigeons")]
    [InlineData("?seed=many")]
    public async Task A_setting_that_makes_no_sense_is_named(string query)
    {
        await using var host = await HostAsync(new SimulatedNetwork(), "x");

        var failure = await Assert.ThrowsAsync<AccelioException>(() => host.ConnectAsync(query));

        Assert.Contains(query[1..], failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_kind_of_link_that_there_is_not_is_refused()
    {
        var failure = Assert.Throws<ArgumentOutOfRangeException>(() => new SimulatedNetwork { LinkKind = (SimulatedLinkKind)7 });

        Assert.Contains("LinkKind", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<Host> HostAsync(SimulatedNetwork network, string name)
    {
        var context = AccelioContext.Start(new AccelioContextOptions { SimulatedNetwork = network });
        var server = await AccelioServer.BindAsync(new Uri("sim://host:77"), new AccelioServerOptions { Context = context });
        server.Handle(request => request.RespondAsync(Encoding.ASCII.GetBytes(name)));
        return new Host(context, server);
    }

    private sealed record Host(AccelioContext Context, AccelioServer Server) : IAsyncDisposable
    {
        public async Task<AccelioSession> ConnectAsync(string query = "") =>
            await AccelioSession.ConnectAsync(new Uri($"sim://host:77/{query}"), new AccelioSessionOptions { Context = Context });

        public async Task<string> AskAsync()
        {
            await using var session = await ConnectAsync();
            return await session.RequestAsync(new byte[1], answer => Encoding.ASCII.GetString(answer.Payload));
        }

        public async ValueTask DisposeAsync()
        {
            await Server.DisposeAsync();
            await Context.DisposeAsync();
        }
    }
}
