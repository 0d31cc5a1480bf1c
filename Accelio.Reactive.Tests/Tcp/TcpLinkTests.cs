using System.Net;
using System.Net.Sockets;
using Accelio.Native.Linux;
using Accelio.Transports;
using Accelio.Transports.Polling;
using Accelio.Transports.Tcp;
using Xunit;

namespace Accelio.Reactive.Tests.Tcp;

/// <summary>Links over real sockets.</summary>
public class TcpLinkTests
{
    private static readonly FrameHeader Request = new() { Type = FrameType.Request };

    private protected virtual ReactorKind Engine => ReactorKind.Epoll;

    public static TheoryData<bool, string> Addresses => new()
    {
        { false, "127.0.0.1" },
        { true, "127.0.0.1" },
        { false, "::1" },
        { true, "::1" },
    };

    [Theory]
    [MemberData(nameof(Addresses))]
    public void A_dialed_link_is_set_up_and_carries_frames_both_ways(bool dual, string address)
    {
        using var world = World(address: IPAddress.Parse(address));
        var (client, clientSink, server, serverSink) = world.Connect(dual);

        world.Send(client, Request, Bytes.Pattern(100));
        world.Send(server, Request, Bytes.Pattern(30_000));
        world.Until(() => clientSink.Frames.Count == 1 && serverSink.Frames.Count == 1);

        Assert.Equal(Bytes.Pattern(100), serverSink.Frames[0].Body);
        Assert.Equal(Bytes.Pattern(30_000), clientSink.Frames[0].Body);
        Assert.Equal(client.LocalEndPoint, server.RemoteEndPoint);
        Assert.Equal(client.RemoteEndPoint, server.LocalEndPoint);
        Assert.Equal(["opened", "setup", "frame"], clientSink.Calls);
        Assert.Equal(["opened", "setup", "frame"], serverSink.Calls);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Bodies_of_64_MiB_pass_both_ways_at_once(bool dual)
    {
        const int Length = 64 << 20;
        using var world = World();
        var (client, clientSink, server, serverSink) = world.Connect(dual);
        var up = Bytes.Pattern(Length, 1);
        var down = Bytes.Pattern(Length, 2);
        var tokens = new[] { new SendToken(), new SendToken() };

        Assert.Equal(SendStatus.Referenced, world.Send(client, Request, up, tokens[0]));
        Assert.Equal(SendStatus.Referenced, world.Send(server, Request, down, tokens[1]));
        world.Until(() => clientSink.Frames.Count == 1 && serverSink.Frames.Count == 1, () => clientSink.Detail);
        world.Until(() => clientSink.Released.Count == 1 && serverSink.Released.Count == 1);

        Assert.True(up.AsSpan().SequenceEqual(serverSink.Frames[0].Body));
        Assert.True(down.AsSpan().SequenceEqual(clientSink.Frames[0].Body));
        Assert.True(serverSink.Frames[0].HadSlab);
        Assert.Same(tokens[0], clientSink.Released[0]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_was_sent_before_a_close_arrives_and_both_ends_learn_of_the_end_once(bool dual)
    {
        using var world = World();
        var (client, clientSink, _, serverSink) = world.Connect(dual);
        var body = Bytes.Pattern(8 << 20);

        world.Do(() =>
        {
            var frame = new OutboundFrame { Header = Request, Body = Bytes.Whole(body), Token = new SendToken() };
            client.Send(ref frame);
            client.Close();
            Assert.Equal(SendStatus.Closed, client.Send(ref frame));
        });
        world.Until(() => clientSink.Closed.Count > 0 && serverSink.Closed.Count > 0);
        world.For(TimeSpan.FromMilliseconds(20));

        Assert.True(body.AsSpan().SequenceEqual(Assert.Single(serverSink.Frames).Body));
        Assert.Equal(LinkError.PeerClosed, Assert.Single(serverSink.Closed).Error);
        Assert.Equal(LinkError.None, Assert.Single(clientSink.Closed).Error);
        Assert.Single(clientSink.Released);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_abort_releases_what_was_queued_and_tells_the_sink_outside_of_the_call(bool dual)
    {
        using var world = World();
        var (client, clientSink, server, serverSink) = world.Connect(dual);
        world.Do(server.PauseReceive);
        for (var i = 0; i < 3; i++)
        {
            world.Send(client, Request, new byte[16 << 20], new SendToken());
        }

        world.Do(() =>
        {
            client.Abort(LinkError.CreditOverrun, "first");
            client.Abort(LinkError.Aborted, "second");
            Assert.Empty(clientSink.Closed);
        });
        world.Until(() => clientSink.Closed.Count > 0);

        Assert.Equal((LinkError.CreditOverrun, "first"), Assert.Single(clientSink.Closed));
        Assert.Equal(3, clientSink.Released.Distinct().Count());
        Assert.Equal(3, clientSink.Released.Count);
        world.Do(server.ResumeReceive);
        world.Until(() => serverSink.Closed.Count > 0);
        Assert.Contains(serverSink.Error!.Value, new[] { LinkError.PeerClosed, LinkError.TransportFailed });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Aborting_inside_a_callback_ends_the_link_after_it(bool dual)
    {
        using var world = World();
        var (client, _, _, serverSink) = world.Connect(dual);
        serverSink.Frame = (Link link, ref InboundFrame frame) =>
        {
            link.Abort(LinkError.SequenceError, "as the test says");
            Assert.Empty(serverSink.Closed);
        };

        world.Send(client, Request, Bytes.Pattern(10));
        world.Send(client, Request, Bytes.Pattern(10));
        world.Until(() => serverSink.Closed.Count > 0);

        Assert.Single(serverSink.Frames);
        Assert.Equal((LinkError.SequenceError, "as the test says"), Assert.Single(serverSink.Closed));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_port_where_nobody_listens_refuses_the_dial(bool dual)
    {
        using var world = World();
        var address = world.Address;
        world.Do(world.Listener.Stop);

        var (_, sink) = world.Dial(dual, address);
        world.Until(() => sink.Closed.Count > 0);

        Assert.Equal(LinkError.ConnectFailed, sink.Error);
        Assert.Contains(address.ToString(), sink.Detail, StringComparison.Ordinal);
        Assert.Equal(0, sink.Opened);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_link_that_still_closes_when_its_poller_stops_gives_everything_back(bool dual)
    {
        var world = World();
        var (client, clientSink, server, serverSink) = world.Connect(dual);
        world.Send(client, Request, new byte[100]);
        world.Until(() => serverSink.Frames.Count == 1);

        world.Do(() =>
        {
            world.Listener.Stop();
            server.Close();
            client.Close();
        });
        world.Poller.Dispose();

        Assert.Single(clientSink.Closed);
        Assert.Single(serverSink.Closed);
        Assert.Equal(0, world.Poller.Memory.Statistics.RentedBlocks);
    }

    [Fact]
    public void A_dial_that_is_not_answered_ends_in_time()
    {
        // A listener that accepts nothing and whose queue is full does not answer.
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        using var first = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        first.Connect(full.LocalEndPoint!);
        var time = new SteppedTime();
        using var world = World(time: time);

        var (_, sink) = world.Dial(address: full.LocalEndPoint);
        world.For(TimeSpan.FromMilliseconds(50));
        Assert.Empty(sink.Closed);
        time.Advance(TimeSpan.FromSeconds(11));
        world.Until(() => sink.Closed.Count > 0);

        Assert.Equal(LinkError.ConnectTimeout, sink.Error);
    }

    [Fact]
    public void A_reader_that_never_reads_is_cut_off()
    {
        var time = new SteppedTime();
        using var world = World(new LinkOptions { SendProgressTimeout = TimeSpan.FromSeconds(30).Ticks }, time: time);
        var (client, clientSink, server, _) = world.Connect();
        world.Do(server.PauseReceive);

        world.Send(client, Request, new byte[60 << 20], new SendToken());
        world.For(TimeSpan.FromMilliseconds(50));
        Assert.True(client.IsCongested);
        time.Advance(TimeSpan.FromSeconds(29));
        world.For(TimeSpan.FromMilliseconds(10));
        Assert.Empty(clientSink.Closed);
        time.Advance(TimeSpan.FromSeconds(2));
        world.Until(() => clientSink.Closed.Count > 0);

        Assert.Equal(LinkError.SendStalled, clientSink.Error);
        Assert.Single(clientSink.Released);
    }

    [Fact]
    public void Congestion_ends_with_one_call()
    {
        using var world = World();
        var (client, clientSink, server, serverSink) = world.Connect();
        world.Do(server.PauseReceive);
        world.Send(client, Request, new byte[60 << 20], new SendToken());
        world.For(TimeSpan.FromMilliseconds(20));
        Assert.True(client.IsCongested);
        Assert.Equal(0, clientSink.Writable);

        world.Do(server.ResumeReceive);
        world.Until(() => serverSink.Frames.Count == 1);

        Assert.False(client.IsCongested);
        Assert.Equal(1, clientSink.Writable);
        Assert.Equal(0, client.QueuedBytes);
    }

    [Fact]
    public void Within_a_machine_bbr_gives_way_and_small_frames_are_not_held_back()
    {
        using var poller = new ManualPoller(new PollerOptions { Engine = Engine });
        TcpSocket.Create(poller, AddressFamily.InterNetwork, out var socket);
        var noDelay = new byte[sizeof(int)];
        var here = new IPEndPoint(IPAddress.Loopback, 1);
        var algorithm = TcpSocketOptions.CongestionControl(socket!);

        TcpSocketOptions.Apply(socket!, IPEndPoint.Parse("192.0.2.1:1"), IPEndPoint.Parse("192.0.2.2:1"), new LinkOptions());
        Assert.Equal(sizeof(int), socket!.GetOption(Sockets.LevelTcp, Sockets.OptionTcpNoDelay, noDelay));
        Assert.Equal(1, noDelay[0]);
        Assert.Equal(algorithm, TcpSocketOptions.CongestionControl(socket));

        TcpSocketOptions.Apply(socket, here, here, new LinkOptions { LocalCongestionControl = ["no-such-thing", "reno"] });
        var expected = algorithm.StartsWith("bbr", StringComparison.Ordinal) ? "reno" : algorithm;
        Assert.Equal(expected, TcpSocketOptions.CongestionControl(socket));
        socket.Dispose();
    }

    [Theory]
    [InlineData(AddressFamily.InterNetwork, Sockets.LevelIp, 1)]
    [InlineData(AddressFamily.InterNetworkV6, Sockets.LevelIpv6, 67)]
    public void The_type_of_service_is_set_for_either_family(AddressFamily family, int level, int option)
    {
        using var poller = new ManualPoller(new PollerOptions { Engine = Engine });
        TcpSocket.Create(poller, family, out var socket);
        var here = new IPEndPoint(family == AddressFamily.InterNetwork ? IPAddress.Loopback : IPAddress.IPv6Loopback, 1);
        var service = new byte[sizeof(int)];

        TcpSocketOptions.Apply(socket!, here, here, new LinkOptions { TypeOfService = 0x28 });

        Assert.True(socket!.GetOption(level, option, service) > 0);
        Assert.Equal(0x28, service[0]);
        socket.Dispose();
    }

    private TcpWorld World(LinkOptions? options = null, IPAddress? address = null, SteppedTime? time = null) =>
        new(options, address, time, engine: Engine);
}
