using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Accelio.Transports;
using Accelio.Transports.Polling;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Tcp;

/// <summary>What a listener takes, and what it does not, from peers that speak bytes.</summary>
public class TcpListenerTests
{
    private static readonly byte[] Single = Connect(1, 0);

    private protected virtual ReactorKind Engine => ReactorKind.Epoll;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pairs_find_each_other_in_either_order(bool controlFirst)
    {
        using var world = World();
        var control = world.Raw();
        var data = world.Raw();
        var introductions = new[] { (control, Connect(2, PortOf(data))), (data, Connect(3, PortOf(control))) };

        foreach (var (socket, bytes) in controlFirst ? introductions : introductions.Reverse())
        {
            socket.Send(bytes);
            world.For(TimeSpan.FromMilliseconds(20));
        }

        control.Send(NexusRequest());
        world.Until(() => world.Accepted.Count == 1 && world.Accepted[0].Sink.IsReady);
        Assert.Equal(control.LocalEndPoint, world.Accepted[0].Link.RemoteEndPoint);
        Assert.Equal(1, world.Listener.LinkCount);
        Assert.Equal(0, world.Listener.PendingCount);
    }

    [Fact]
    public void A_set_up_that_comes_before_the_twin_is_not_lost()
    {
        using var world = World();
        var control = world.Raw();
        var data = world.Raw();
        control.Send([.. Connect(2, PortOf(data)), .. NexusRequest()]);
        world.For(TimeSpan.FromMilliseconds(20));
        Assert.Empty(world.Accepted);

        data.Send(Connect(3, PortOf(control)));
        world.Until(() => world.Accepted.Count == 1 && world.Accepted[0].Sink.IsReady);
    }

    [Fact]
    public void A_connect_message_may_come_byte_by_byte()
    {
        using var world = World();
        var socket = world.Raw();
        foreach (var one in Single)
        {
            socket.Send([one]);
            world.For(TimeSpan.FromMilliseconds(2));
        }

        world.Until(() => world.Accepted.Count == 1);
    }

    [Theory]
    [InlineData(0u, 0)]
    [InlineData(9u, 0)]
    [InlineData(4u, 77)]
    [InlineData(0x0200_0000u, 77)]
    [InlineData(2u, 0)]
    public void A_connect_message_that_makes_no_sense_is_dropped(uint type, int port)
    {
        using var world = World();
        var socket = world.Raw(Connect(type, (ushort)port));

        world.Until(() => world.IsOver(socket));

        Assert.Equal(LinkError.BadConnectMessage, Assert.Single(world.Rejected).Error);
        Assert.Empty(world.Accepted);
    }

    [Fact]
    public void Two_sockets_of_one_kind_are_no_pair()
    {
        using var world = World();
        var one = world.Raw();
        var other = world.Raw();
        one.Send(Connect(3, PortOf(other)));
        world.For(TimeSpan.FromMilliseconds(20));
        other.Send(Connect(3, PortOf(one)));

        world.Until(() => world.IsOver(other));

        Assert.Equal(LinkError.BadConnectMessage, Assert.Single(world.Rejected).Error);
    }

    [Fact]
    public void Silence_half_messages_and_half_pairs_are_limited_in_time()
    {
        var time = new SteppedTime();
        using var world = World(time: time);
        var sockets = new[] { world.Raw(), world.Raw(Single.AsSpan(0, 5)), world.Raw(Connect(2, 7)), world.Raw(Single) };
        world.Until(() => world.Listener.PendingCount == 4 && world.Accepted.Count == 1);

        time.Advance(TimeSpan.FromSeconds(9));
        world.For(TimeSpan.FromMilliseconds(10));
        Assert.Empty(world.Rejected);
        time.Advance(TimeSpan.FromSeconds(2));
        world.Until(() => sockets.All(world.IsOver));

        Assert.Equal(3, world.Rejected.Count(rejection => rejection.Error == LinkError.SetupTimeout));
        Assert.Equal(LinkError.SetupTimeout, world.Accepted[0].Sink.Error);
        Assert.Equal(0, world.Listener.PendingCount);
        Assert.Equal(0, world.Listener.LinkCount);
    }

    [Fact]
    public void Newcomers_are_limited_in_number()
    {
        using var world = World(new LinkOptions { MaxPendingLinks = 3 });
        var waiting = new[] { world.Raw(), world.Raw(), world.Raw(Single) };
        world.Until(() => world.Listener.PendingCount == 3 && world.Accepted.Count == 1);

        var tooMany = world.Raw(Single);
        world.Until(() => world.IsOver(tooMany));
        Assert.Equal(LinkError.LimitExceeded, Assert.Single(world.Rejected).Error);

        waiting[0].Dispose();
        world.Until(() => world.Listener.PendingCount == 2);
        world.Raw(Single);
        world.Until(() => world.Accepted.Count == 2);
    }

    [Fact]
    public void Links_are_limited_in_number()
    {
        using var world = World(new LinkOptions { MaxLinks = 2 });
        world.Connect();
        var (client, _, _, serverSink) = world.Connect();

        var (_, refused) = world.Dial();
        world.Until(() => refused.Closed.Count > 0);

        world.Do(client.Close);
        world.Until(() => serverSink.Closed.Count > 0);
        world.Connect();
    }

    [Fact]
    public void A_stopped_listener_leaves_its_links_alone()
    {
        using var world = World();
        var (client, _, _, serverSink) = world.Connect();
        var address = world.Address;
        var half = world.Raw(Connect(2, 7));
        world.Until(() => world.Listener.PendingCount == 1);

        world.Do(world.Listener.Stop);
        world.Do(world.Listener.Stop);

        world.Until(() => world.IsOver(half));
        world.Send(client, new FrameHeader { Type = FrameType.Request }, []);
        world.Until(() => serverSink.Frames.Count == 1);
        using var late = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Assert.Throws<SocketException>(() => late.Connect(address));
    }

    [Fact]
    public void A_port_in_use_is_refused_with_advice()
    {
        using var world = World();

        void Listen() => world.Transport.Listen(world.Poller, world.Address, world.Options, _ => new LinkRecorder());
        var failure = Assert.Throws<TransportException>(() => world.Do(Listen));

        Assert.Equal(SocketError.AddressAlreadyInUse, failure.Error);
        Assert.Contains(world.Address.ToString(), failure.Message, StringComparison.Ordinal);
        Assert.Contains("choose another port", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_port_is_free_again_at_once()
    {
        IPEndPoint address;
        using (var world = World())
        {
            var (_, clientSink, server, _) = world.Connect();
            world.Do(server.Close);
            world.Until(() => clientSink.Closed.Count > 0);
            address = world.Address;
        }

        using var second = World();
        second.Do(() => second.Transport.Listen(second.Poller, address, second.Options, _ => new LinkRecorder()).Stop());
    }

    [Fact]
    public void An_owner_that_fails_to_take_a_link_costs_that_link_only()
    {
        var failures = 0;
        using var world = World(accept: _ => throw new InvalidOperationException("as the test says"));
        world.Poller.OnUnhandled = _ => failures++;

        var socket = world.Raw(Single);
        world.Until(() => world.IsOver(socket));

        Assert.Equal(1, failures);
        Assert.Equal(0, world.Listener.LinkCount);
        Assert.Equal(0, world.Listener.PendingCount);
    }

    [Fact]
    public void One_socket_for_all_addresses_takes_both_families()
    {
        using var world = World(address: IPAddress.IPv6Any);

        var (_, four) = world.Dial(address: new IPEndPoint(IPAddress.Loopback, world.Address.Port));
        world.Until(() => four.IsReady);
        var (_, six) = world.Dial(address: new IPEndPoint(IPAddress.IPv6Loopback, world.Address.Port));
        world.Until(() => six.IsReady);

        Assert.Equal(IPAddress.Loopback, ((IPEndPoint)world.Accepted[0].Link.RemoteEndPoint).Address);
        Assert.Equal(IPAddress.IPv6Loopback, ((IPEndPoint)world.Accepted[1].Link.RemoteEndPoint).Address);
    }

    internal static byte[] Connect(uint type, ushort port)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, type);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), port);
        return bytes;
    }

    internal static byte[] NexusRequest()
    {
        var setup = LinkRecorder.SetupOf(new LinkOptions(), isResponse: false);
        var bytes = new byte[TcpNexus.FrameLength(isResponse: false, 0)];
        TcpNexus.Write(bytes, setup, []);
        return bytes;
    }

    private TcpWorld World(
        LinkOptions? options = null, IPAddress? address = null, SteppedTime? time = null, Func<Link, ILinkSink>? accept = null) =>
        new(options, address, time, accept, Engine);

    private static ushort PortOf(Socket socket) => (ushort)((IPEndPoint)socket.LocalEndPoint!).Port;
}
