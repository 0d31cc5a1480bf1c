using System.Globalization;
using System.Net;
using Accelio.Native.Linux;
using Accelio.Transports;
using Xunit;

namespace Accelio.Reactive.Tests.Tcp;

/// <summary>
/// When the kernel acknowledges what has arrived. A C peer keeps a short segment back until the one before is acknowledged, so a delayed acknowledgement stops it for up to 40 ms. The
/// kernel delays where it expects output to come (TCP_QUICKACK reads 0), and not otherwise.
/// </summary>
public class AcknowledgementTests
{
    private static readonly FrameHeader OneWay = new() { Type = FrameType.OneWay };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_a_C_peer_sends_is_acknowledged_at_once_when_nothing_goes_back(bool dual)
    {
        using var world = new TcpWorld();
        var (client, _, _, serverSink) = world.Connect(dual);
        var sockets = ServerSockets(world);
        Delay(sockets);

        world.Send(client, OneWay, Bytes.Pattern(100));
        world.Until(() => serverSink.Frames.Count == 1);

        Assert.Equal(dual ? 2 : 1, sockets.Count);
        Assert.All(sockets, socket => Assert.False(IsDelaying(socket)));
    }

    [Fact]
    public void An_answer_in_the_same_duty_cycle_carries_the_acknowledgement()
    {
        using var world = new TcpWorld();
        var (client, clientSink, _, serverSink) = world.Connect();
        var socket = Assert.Single(ServerSockets(world));
        serverSink.Frame = Answer;
        Delay([socket]);

        world.Send(client, OneWay, Bytes.Pattern(100));
        world.Until(() => clientSink.Frames.Count == 1);

        Assert.True(IsDelaying(socket));
    }

    [Fact]
    public void Our_own_peers_do_not_wait_for_acknowledgements()
    {
        using var world = new TcpWorld { Flags = LinkSetup.ExtensionFlag };
        var (client, _, _, serverSink) = world.Connect();
        var socket = Assert.Single(ServerSockets(world));
        Delay([socket]);

        world.Send(client, OneWay, Bytes.Pattern(100));
        world.Until(() => serverSink.Frames.Count == 1);

        Assert.True(IsDelaying(socket));
    }

    private static void Answer(Link link, ref InboundFrame frame)
    {
        var answer = new OutboundFrame { Header = OneWay, Body = Bytes.Whole(Bytes.Pattern(100)) };
        link.Send(ref answer);
    }

    // The sockets of this process that are connected to the world's listener.
    private static List<int> ServerSockets(TcpWorld world) =>
    [
        .. from path in Directory.GetFiles("/proc/self/fd")
           let descriptor = int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture)
           where Sockets.GetRemoteAddress(descriptor, out var _) >= 0
               && Sockets.GetLocalAddress(descriptor, out var local) >= 0
               && local.ToEndPoint() is IPEndPoint address && address.Equals(world.Address)
           select descriptor
    ];

    private static void Delay(List<int> sockets)
    {
        foreach (var socket in sockets)
        {
            Sockets.SetOption(socket, Sockets.LevelTcp, Sockets.OptionTcpQuickAck, 0);
            Assert.True(IsDelaying(socket));
        }
    }

    private static bool IsDelaying(int socket)
    {
        Assert.True(Sockets.GetOption(socket, Sockets.LevelTcp, Sockets.OptionTcpQuickAck, out var quick) >= 0);
        return quick == 0;
    }
}
