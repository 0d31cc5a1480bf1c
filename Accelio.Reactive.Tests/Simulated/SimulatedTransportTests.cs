using System.Net;
using Accelio.Reactive.Tests.Contract;
using Accelio.Reactive.Tests.Polling;
using Accelio.Transports;
using Accelio.Transports.Simulated;
using Xunit;

namespace Accelio.Reactive.Tests.Simulated;

public class SimulatedTransportTests
{
    [Theory]
    [InlineData("sim://Alpha:77", "alpha", 77, null, null)]
    [InlineData("sim://alpha:77/resource?kind=slots", "alpha", 77, LinkShape.Slots, null)]
    [InlineData("sim://alpha?kind=stream&seed=-9", "alpha", 2061, LinkShape.Stream, -9)]
    [InlineData("sim://alpha:1?unknown=1&seed=3", "alpha", 1, null, 3)]
    public async Task An_address_names_host_and_port_and_may_choose_kind_and_seed(string uri, string host, int port, LinkShape? kind, int? seed)
    {
        var transport = new SimulatedTransport(new SimulatedHub());

        var address = Assert.IsType<SimulatedEndPoint>(Assert.Single(await transport.ResolveAsync(new Uri(uri), default)));

        Assert.Equal(new SimulatedEndPoint(host, port), address);
        Assert.Equal((kind?.ToString(), seed), (address.Kind?.ToString(), address.Seed));
        Assert.Equal($"{host}:{port}", address.ToString());
    }

    [Theory]
    [InlineData("sim:///resource")]
    [InlineData("sim://alpha?kind=carrier-pigeon")]
    [InlineData("sim://alpha?seed=many")]
    public void An_address_with_a_mistake_is_refused(string uri) =>
        Assert.Throws<TransportException>(() => SimulatedTransport.Parse(new Uri(uri)));

    [Fact]
    public void The_address_of_the_dialer_chooses_the_kind_of_both_ends()
    {
        using var pair = new LinkPair(time => new LoopPoller(time, poison: true), onOnePoller: false, isInstant: true);
        var transport = new SimulatedTransport(new SimulatedHub(), new SimulatedOptions { Kind = LinkKind.Stream, LocalHost = "here" });
        pair.Listen(transport, new SimulatedEndPoint("there", 5), new LinkOptions());

        pair.Dial(transport, SimulatedTransport.Parse(new Uri("sim://there:5?kind=slots")), new LinkOptions());
        pair.DriveUntil(() => pair.Client.Configured && pair.Server.Configured, "both ends are configured");

        Assert.Equal((LinkKind.Slots, LinkKind.Slots), (pair.Client.Link.Kind, pair.Server.Link.Kind));
        Assert.Equal("here", Assert.IsType<SimulatedEndPoint>(pair.Server.Link.RemoteEndPoint).Host);
    }

    [Fact]
    public void Addresses_of_other_families_are_taken_by_name()
    {
        using var pair = new LinkPair(time => new LoopPoller(time, poison: true), onOnePoller: false, isInstant: true);
        var transport = new SimulatedTransport(new SimulatedHub());

        pair.Listen(transport, new DnsEndPoint("there", 6), new LinkOptions());
        pair.Dial(transport, new SimulatedEndPoint("there", 6), new LinkOptions());

        pair.DriveUntil(() => pair.Client.Configured && pair.Server.Configured, "both ends are configured");
    }

    [Fact]
    public void Networks_do_not_reach_each_other()
    {
        using var pair = new LinkPair(time => new LoopPoller(time, poison: true), onOnePoller: false, isInstant: true);
        pair.Listen(new SimulatedTransport(new SimulatedHub()), new SimulatedEndPoint("there", 7), new LinkOptions());

        pair.Dial(new SimulatedTransport(new SimulatedHub()), new SimulatedEndPoint("there", 7), new LinkOptions());

        pair.DriveUntil(() => pair.Client.IsClosed, "nobody is there");
        Assert.Equal(LinkError.ConnectFailed, pair.Client.ClosedError);
    }

    [Fact]
    public void A_listener_takes_no_more_links_than_it_is_allowed()
    {
        using var pair = new LinkPair(time => new LoopPoller(time, poison: true), onOnePoller: false, isInstant: true);
        var transport = new SimulatedTransport(new SimulatedHub());

        pair.Listen(transport, new SimulatedEndPoint("there", 8), new LinkOptions { MaxLinks = 0 });
        pair.Dial(transport, new SimulatedEndPoint("there", 8), new LinkOptions());

        pair.DriveUntil(() => pair.Client.IsClosed, "the listener is full");
        Assert.Equal(LinkError.ConnectFailed, pair.Client.ClosedError);
        Assert.Contains("all the links", pair.Client.ClosedDetail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_chosen_port_is_free_and_its_listener_is_found_until_it_stops()
    {
        using var pair = new LinkPair(time => new LoopPoller(time), onOnePoller: true, isInstant: true);
        var hub = new SimulatedHub();
        pair.Listen(new SimulatedTransport(hub), new SimulatedEndPoint("there", 0), new LinkOptions());
        var address = Assert.IsType<SimulatedEndPoint>(pair.Listener!.LocalEndPoint);

        Assert.NotEqual(0, address.Port);
        Assert.NotNull(hub.Find(address));
        pair.On(pair.Server, pair.Listener.Stop);
        Assert.Null(hub.Find(address));
    }

    [Theory]
    [InlineData(LinkShape.Stream)]
    [InlineData(LinkShape.Slots)]
    public void A_link_whose_peers_poller_has_stopped_ends_when_it_sends(LinkShape shape)
    {
        LoopPoller? last = null;
        using var pair = new LinkPair(time => last = new LoopPoller(time), onOnePoller: false, isInstant: true);
        var kind = shape == LinkShape.Slots ? LinkKind.Slots : LinkKind.Stream;
        pair.Connect(
            new SimulatedTransport(new SimulatedHub(), new SimulatedOptions { Kind = kind }), new SimulatedEndPoint("there", 0), new LinkOptions(), new LinkOptions());
        pair.On(pair.Server, () => pair.Server.Call(link => link.PauseReceive()));
        pair.Abandon(pair.Server);
        last!.StopNow();

        pair.On(pair.Client, () => pair.Client.Send(FrameType.OneWay, 1, 1 << 20));

        pair.DriveUntil(() => pair.Client.IsClosed, "the client notices");
        Assert.Equal(LinkError.TransportFailed, pair.Client.ClosedError);
    }
}
