using System.Globalization;
using Accelio.Transports;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.BadInput;

/// <summary>
/// Thousands of links that announce a large body each and stall, in a process that has nothing else to do: what it grows by is the server's memory for them, and that of the peers, which are few
/// bytes each.
/// </summary>
internal static class StalledLinks
{
    /// <summary>How many there are.</summary>
    public const int Count = 2000;

    private const int Announced = 64 << 20;

    /// <summary>Plays it, and checks that they hold nobody up and are cut off in time.</summary>
    /// <param name="isDual">Whether each has two sockets.</param>
    /// <param name="isOurs">Whether they speak as our own clients do.</param>
    /// <param name="part">How much of the body they send.</param>
    /// <returns>Bytes by which the private memory of the process has grown while all of them stalled.</returns>
    public static long Play(bool isDual, bool isOurs, int part)
    {
        AssertEnoughDescriptors(2 * Count * (isDual ? 2 : 1));
        using var world = new ServerWorld(poisons: false);
        var before = PrivateBytes();

        var peers = new RawPeer[Count];
        for (var i = 0; i < Count; i++)
        {
            peers[i] = world.Peer(isDual, isOurs).Reach(Stage.InSession);
            peers[i].Send(RawFrames.Announcement(isDual, peers[i].Next(FrameType.Request), Announced));
            peers[i].Send(new byte[part], socket: isDual ? 1 : 0);
        }

        world.Until(() => world.Memory.RentedBytes >= (long)Count * Announced);
        world.ServeTheGood();
        var grown = PrivateBytes() - before;

        world.Pass(TimeSpan.FromSeconds(9.5));
        Assert.DoesNotContain(peers, peer => peer.IsOver);
        world.Pass(TimeSpan.FromSeconds(1));
        world.Until(() => peers.All(peer => peer.IsOver));
        Assert.Equal(Count, world.Log.LinkFailures.Count(failure => failure.Error == LinkError.BodyStalled));
        world.AssertUnharmed();
        return grown;
    }

    private static long PrivateBytes()
    {
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
