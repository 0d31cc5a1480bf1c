using Accelio.Transports;
using Xunit;

namespace Accelio.Reactive.Tests.Contract;

/// <content>From dialing to the first frame.</content>
public abstract partial class LinkContract
{
    [Fact]
    public void Both_ends_open_once_and_know_themselves_and_each_other()
    {
        using var pair = Connect();

        Assert.Equal(1, pair.Client.Opened);
        Assert.Equal(1, pair.Server.Opened);
        Assert.True(pair.Client.Link.IsClient);
        Assert.False(pair.Server.Link.IsClient);
        Assert.Equal(Kind, pair.Client.Link.Kind);
        Assert.Equal(Kind, pair.Server.Link.Kind);
        Assert.Same(pair.ClientPoller, pair.Client.Link.Poller);
        Assert.Same(pair.ServerPoller, pair.Server.Link.Poller);
        Assert.Equal(pair.Client.Link.LocalEndPoint, pair.Server.Link.RemoteEndPoint);
        Assert.Equal(pair.Listener!.LocalEndPoint, pair.Client.Link.RemoteEndPoint);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(512)]
    public void The_set_up_carries_its_fields_and_its_trailer_both_ways(int trailerLength)
    {
        var clientOptions = new LinkOptions { DualSocket = DualSocket, MaxInParts = 7, MaxOutParts = 9, MaxHeaderLength = 300, MaxInlineBody = 3000 };
        var serverOptions = new LinkOptions { DualSocket = DualSocket, MaxInParts = 11, MaxOutParts = 6, MaxHeaderLength = 200 };
        using var pair = CreatePair();
        pair.Client.Trailer = Pattern.Create(1, trailerLength);
        pair.Server.Trailer = Pattern.Create(2, trailerLength);

        pair.Connect(Transport, Address, clientOptions, serverOptions);

        var request = Assert.Single(pair.Server.Setups);
        var response = Assert.Single(pair.Client.Setups);
        Assert.Equal(pair.Client.OwnSetup(isResponse: false), request.Setup);
        Assert.Equal(pair.Server.OwnSetup(isResponse: true, request.Setup), response.Setup);
        Assert.Equal(pair.Client.Trailer, request.Trailer);
        Assert.Equal(pair.Server.Trailer, response.Trailer);
        Assert.Equal((ulong)clientOptions.BufferSize, response.Setup.BufferSize);
    }

    [Fact]
    public void Frames_flow_within_the_smaller_buffer_after_the_set_up()
    {
        var small = new LinkOptions { DualSocket = DualSocket, MaxInlineBody = 1000 };
        using var pair = CreatePair();
        pair.Connect(Transport, Address, CreateOptions(), small);

        pair.On(pair.Client, () => pair.Client.Send(FrameType.Request, 1, 5000));
        pair.On(pair.Server, () => pair.Server.Send(FrameType.Request, 2, 5000));

        pair.DriveUntil(() => pair.Client.Frames.Count == 1 && pair.Server.Frames.Count == 1, "both frames arrive");
    }

    [Fact]
    public void Sending_before_the_set_up_is_a_mistake_of_the_caller()
    {
        using var pair = CreatePair();
        pair.Client.AutomaticSetup = false;
        pair.Connect(Transport, Address, CreateOptions(), CreateOptions());

        pair.On(pair.Client, () => Assert.Throws<InvalidOperationException>(() => { pair.Client.Send(FrameType.Request, 1, withToken: false); }));
    }

    [Fact]
    public void A_second_set_up_ends_the_link()
    {
        using var pair = Connect();

        pair.On(pair.Client, () => pair.Client.Call(link => link.SendSetup(pair.Client.OwnSetup(isResponse: false), [])));

        pair.DriveUntil(() => pair.Server.IsClosed, "the server refuses it");
        Assert.Equal(LinkError.UnexpectedFrame, pair.Server.ClosedError);
    }

    [Fact]
    public void A_peer_of_another_version_is_refused()
    {
        using var pair = CreatePair();
        pair.Client.AutomaticSetup = false;
        pair.Connect(Transport, Address, CreateOptions(), CreateOptions());
        var setup = pair.Client.OwnSetup(isResponse: false);
        setup.Version = 0x0200;

        pair.On(pair.Client, () => pair.Client.Call(link => link.SendSetup(setup, [])));

        pair.DriveUntil(() => pair.Server.IsClosed, "the server refuses it");
        Assert.Equal(LinkError.VersionMismatch, pair.Server.ClosedError);
    }

    [Fact]
    public void A_set_up_that_does_not_come_ends_both_ends_in_time()
    {
        using var pair = CreatePair();
        pair.Client.AutomaticSetup = false;
        pair.Connect(Transport, Address, CreateOptions(), CreateOptions());

        pair.Pass(TimeSpan.FromTicks(CreateOptions().SetupTimeout) - TimeSpan.FromSeconds(1));
        Assert.False(pair.Client.IsClosed || pair.Server.IsClosed);
        pair.Pass(TimeSpan.FromSeconds(2));

        Assert.True(pair.Client.IsClosed && pair.Server.IsClosed);
        Assert.Equal(LinkError.SetupTimeout, pair.Client.ClosedError);
    }

    [Fact]
    public void Dialing_an_address_where_nobody_listens_closes_the_link_later()
    {
        using var pair = CreatePair();
        pair.Listen(Transport, Address, CreateOptions());
        var address = pair.Listener!.LocalEndPoint;
        pair.On(pair.Server, pair.Listener.Stop);

        pair.Dial(Transport, address, CreateOptions());

        pair.DriveUntil(() => pair.Client.IsClosed, "the client is told");
        Assert.Equal(LinkError.ConnectFailed, pair.Client.ClosedError);
        Assert.Equal(0, pair.Client.Opened);
    }

    [Fact]
    public void Accepted_links_outlive_their_listener()
    {
        using var pair = Connect();

        pair.On(pair.Server, pair.Listener!.Stop);
        pair.On(pair.Client, () => pair.Client.Send(FrameType.Request, 1, 100));

        pair.DriveUntil(() => pair.Server.Frames.Count == 1, "the frame arrives");
    }

    [Fact]
    public void An_address_takes_one_listener()
    {
        using var pair = Connect();

        pair.On(pair.Server, () => Assert.Throws<TransportException>(
            () => Transport.Listen(pair.ServerPoller, pair.Listener!.LocalEndPoint, CreateOptions(), _ => pair.Server)));
    }
}
