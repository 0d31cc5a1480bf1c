using Accelio.Reactive.Engine;
using Accelio.Transports;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Engine;

public class LinkSetupRules
{
    [Fact]
    public void A_client_speaks_first_and_offers_its_extensions()
    {
        var world = new EngineWorld();

        var (setup, trailer) = Assert.Single(world.Link.Setups);

        Assert.False(setup.IsResponse);
        Assert.Equal(LinkSetup.ProtocolVersion, setup.Version);
        Assert.Equal(LinkError.None, ExtensionBlock.Read(setup, trailer, out var offered, out _));
        Assert.Equal(
            LinkFeatures.Flow | LinkFeatures.FailureText | LinkFeatures.ResponseRoom | LinkFeatures.Abort | LinkFeatures.Deadline | LinkFeatures.Drain | LinkFeatures.Connections
            | LinkFeatures.Memory,
            offered);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Memory_for_devices_is_offered_where_there_are_devices(bool hasDevices)
    {
        var world = new EngineWorld(more: hasDevices ? LinkFeatures.DirectMemory : LinkFeatures.None);

        var (setup, trailer) = Assert.Single(world.Link.Setups);
        Assert.Equal(LinkError.None, ExtensionBlock.Read(setup, trailer, out var offered, out _));
        Assert.Equal(hasDevices, (offered & LinkFeatures.DirectMemory) != 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Extensions_are_on_when_both_sides_offer_them(bool ours)
    {
        var world = new EngineWorld();

        world.PeerSetup(ours);

        Assert.Equal(LinkPhase.Open, world.Machine.Phase);
        Assert.Equal(ours, world.Machine.HasFlow);
        Assert.Equal(["ready"], world.Log);
    }

    [Fact]
    public void A_server_answers_a_C_client_without_extensions()
    {
        var world = new EngineWorld(isClient: false);

        world.PeerSetup(ours: false);

        var (setup, trailer) = Assert.Single(world.Link.Setups);
        Assert.True(setup.IsResponse);
        Assert.Equal(0, setup.Flags);
        Assert.NotEqual(0u, setup.Cid);
        Assert.Empty(trailer);
    }

    [Fact]
    public void A_refused_link_closes_with_the_servers_status()
    {
        var world = new EngineWorld();

        world.PeerSetup(ours: false, status: 12);

        Assert.Equal(LinkError.SetupRefused, world.Link.Aborted?.Error);
        Assert.Contains("errno 12", world.Link.Aborted?.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_C_client_that_wants_a_lost_link_back_is_told_no()
    {
        var world = new EngineWorld(isClient: false);

        world.PeerSetup(ours: false, flags: LinkSetup.ReconnectFlag);

        var (setup, _) = Assert.Single(world.Link.Setups);
        Assert.Equal((uint)AccelioStatus.Unsuccessful, setup.Status);
        Assert.Equal(LinkSetup.ReconnectFlag, setup.Flags);
        Assert.True(world.Link.ClosedInOrder);
    }

    [Fact]
    public void A_second_set_up_message_breaks_the_protocol()
    {
        var world = new EngineWorld(isClient: false);
        world.PeerSetup(ours: true);

        world.PeerSetup(ours: true);

        Assert.Equal(LinkError.UnexpectedFrame, world.Link.Aborted?.Error);
    }

    [Fact]
    public void A_link_that_is_not_set_up_in_time_is_cut()
    {
        var world = new EngineWorld(isClient: false, new AccelioServerOptions { SetupTimeout = TimeSpan.FromSeconds(3) });

        world.Pass(TimeSpan.FromSeconds(2.9));
        Assert.Null(world.Link.Aborted);
        world.Pass(TimeSpan.FromSeconds(0.3));

        Assert.Equal(LinkError.SetupTimeout, world.Link.Aborted?.Error);
    }

    [Fact]
    public void A_link_on_which_no_session_is_opened_in_time_is_cut()
    {
        var world = new EngineWorld(isClient: false, new AccelioServerOptions { SetupTimeout = TimeSpan.FromSeconds(3) });
        world.PeerSetup(ours: true);

        world.Pass(TimeSpan.FromSeconds(3.2));

        Assert.Equal(LinkError.SetupTimeout, world.Link.Aborted?.Error);
    }
}
