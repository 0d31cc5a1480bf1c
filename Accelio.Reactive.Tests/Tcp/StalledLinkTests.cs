using System.Globalization;
using Accelio.Reactive.Tests.Support;
using Accelio.Transports;
using Xunit;

namespace Accelio.Reactive.Tests.Tcp;

/// <summary>Looks at the memory of the whole process, so nothing else may run meanwhile.</summary>
[Collection(Alone.Name)]
public class StalledLinkTests
{
    [Fact]
    public void An_announcement_commits_no_memory()
    {
        const int Announced = 64 << 20;
        const int Links = 40;
        using var world = new ScriptedPair();
        world.Send(world.Client, new FrameHeader { Type = FrameType.Request }, Bytes.Whole(new byte[Announced]), token: new SendToken());
        var beginning = world.Client.Control.Outgoing.TakeAll().AsSpan(0, 200).ToArray();
        var links = new List<ScriptedLink>();
        var before = ResidentBytes();

        world.Do(() =>
        {
            for (var i = 0; i < Links; i++)
            {
                var link = new ScriptedLink(world.Poller, world.Client.Options, new LinkRecorder(), isClient: false);
                link.Open();
                link.Feed(TcpListenerTests.NexusRequest());
                link.Feed(beginning);
                links.Add(link);
            }
        });
        var committed = ResidentBytes() - before;

        Assert.True(world.Poller.Memory.Statistics.RentedBytes >= (long)Announced * Links, "the bodies have no memory");
        Assert.True(committed < 8 << 20, $"{committed} bytes for {Links} links that stall");
        world.Do(() => links.ForEach(link => link.Abort(LinkError.Aborted, "the test is over")));
    }

    private static long ResidentBytes()
    {
        var status = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(status.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}
