using System.Net;
using Accelio.Reactive.Tests.Support;
using Accelio.Transports;
using Xunit;

namespace Accelio.Reactive.Tests.Tcp;

/// <summary>Counts what the whole process has open, so nothing else may run meanwhile.</summary>
[Collection(Alone.Name)]
public class TcpDescriptorTests
{
    [Fact]
    public void No_descriptor_is_left_behind()
    {
        using (var warm = new TcpWorld())
        {
            warm.Connect(dual: true);
        }

        var before = TcpWorld.OpenDescriptors;
        using (var world = new TcpWorld())
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
}
