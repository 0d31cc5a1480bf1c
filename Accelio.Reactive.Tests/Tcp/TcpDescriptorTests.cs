using System.Net;
using System.Net.Sockets;
using Accelio.Reactive.Tests.Support;
using Accelio.Transports;
using Accelio.Transports.Polling;
using Xunit;

namespace Accelio.Reactive.Tests.Tcp;

/// <summary>Counts what the whole process has open, so nothing else may run meanwhile.</summary>
[Collection(Alone.Name)]
public class TcpDescriptorTests
{
    private protected virtual ReactorKind Engine => ReactorKind.Epoll;

    [Fact]
    public void No_descriptor_is_left_behind()
    {
        using (var warm = World())
        {
            warm.Connect(dual: true);
        }

        var before = TcpWorld.OpenDescriptors;
        using (var world = World())
        {
            for (var i = 0; i < 20; i++)
            {
                var (client, clientSink, server, serverSink) = world.Connect(dual: i % 2 == 0);
                world.Do(() =>
                {
                    if (i % 3 == 0)
                    {
                        client.Close();
                    }
                    else
                    {
                        server.Abort(LinkError.Aborted, "half of them");
                    }
                });
                world.Until(() => clientSink.Closed.Count > 0 && serverSink.Closed.Count > 0);
                world.Dial(address: new IPEndPoint(IPAddress.Loopback, 1));
                world.Raw([0, 0, 0, 9, 0, 0, 0, 0]);
                world.Raw([0, 0, 0, 2, 1, 1, 0, 0]);
            }

            Assert.Equal(0, world.Listener.LinkCount);
            Assert.True(world.Listener.PendingCount > 0);
        }

        // Other tests of the process may have closed some of theirs meanwhile.
        Assert.InRange(TcpWorld.OpenDescriptors, 0, before);
    }

    [Fact]
    public void A_listener_without_descriptors_tries_again_after_a_while_instead_of_at_once()
    {
        var time = new SteppedTime();
        using var world = World(time: time);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        DescriptorLimit.Without(() =>
        {
            socket.Connect(world.Address);
            world.For(TimeSpan.FromMilliseconds(20));
            Assert.Equal(0, world.Poller.Poll(TimeSpan.FromMilliseconds(5)));
        });
        socket.Send(TcpListenerTests.Connect(1, 0));
        world.For(TimeSpan.FromMilliseconds(20));
        Assert.Empty(world.Accepted);

        time.Advance(TimeSpan.FromMilliseconds(101));
        world.Until(() => world.Accepted.Count == 1);
    }

    private TcpWorld World(SteppedTime? time = null) => new(time: time, engine: Engine);
}
