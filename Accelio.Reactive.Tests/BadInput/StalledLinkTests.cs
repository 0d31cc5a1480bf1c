using System.Globalization;
using Accelio.Reactive.Tests.Support;
using Accelio.Transports;
using Xunit;
using Xunit.Abstractions;

namespace Accelio.Reactive.Tests.BadInput;

/// <summary>Looks at the memory of the whole process, so nothing else may run meanwhile.</summary>
[Collection(Alone.Name)]
public class StalledLinkTests(ITestOutputHelper output)
{
    private const int Links = 2000;
    private const int Announced = 64 << 20;
    private const long MemoryLimit = 200_000_000;

    [Theory]
    [InlineData(false, false, 0)]
    [InlineData(false, false, 32_000)]
    [InlineData(true, false, 32_000)]
    [InlineData(false, true, 0)]
    [InlineData(false, true, 32_000)]
    public void Links_that_announce_large_bodies_and_stall_cost_little_hold_nobody_up_and_are_cut_off(bool isDual, bool isOurs, int part)
    {
        AssertEnoughDescriptors(2 * Links * (isDual ? 2 : 1));
        using var world = new ServerWorld(poisons: false);
        var before = PrivateBytes();

        var peers = new RawPeer[Links];
        for (var i = 0; i < Links; i++)
        {
            peers[i] = world.Peer(isDual, isOurs).Reach(Stage.InSession);
            peers[i].Send(RawFrames.Announcement(isDual, peers[i].Next(FrameType.Request), Announced));
            peers[i].Send(new byte[part], socket: isDual ? 1 : 0);
        }

        world.Until(() => world.Memory.RentedBytes >= (long)Links * Announced);
        world.ServeTheGood();
        var grown = PrivateBytes() - before;
        output.WriteLine($"{Links} links stall, memory has grown by {grown / 1_000_000} MB");

        Assert.True(grown < MemoryLimit, $"{grown} bytes for {Links} links that stall");
        world.Pass(TimeSpan.FromSeconds(9.5));
        Assert.DoesNotContain(peers, peer => peer.IsOver);
        world.Pass(TimeSpan.FromSeconds(1));
        world.Until(() => peers.All(peer => peer.IsOver));
        Assert.Equal(Links, world.Log.LinkFailures.Count(failure => failure.Error == LinkError.BodyStalled));
        world.AssertUnharmed();
    }

    private static long PrivateBytes()
    {
        // Aggressive: what earlier tests left in the heap goes back to the system now, and not while this one measures.
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return File.ReadLines("/proc/self/smaps_rollup").Where(line => line.StartsWith("Private_", StringComparison.Ordinal))
            .Sum(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024);
    }

    private static void AssertEnoughDescriptors(int needed)
    {
        const string Name = "Max open files";
        var line = File.ReadLines("/proc/self/limits").First(line => line.StartsWith(Name, StringComparison.Ordinal));
        var limit = line[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        Assert.True(
            limit == "unlimited" || long.Parse(limit, CultureInfo.InvariantCulture) > needed + 500,
            $"the test opens {needed} sockets, but the process may have {limit} descriptors: raise the hard limit (ulimit -Hn)");
    }
}
