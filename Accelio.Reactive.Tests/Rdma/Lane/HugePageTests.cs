using System.Globalization;
using System.Net;
using Accelio.Reactive.Tests.Contract;
using Accelio.Transports;
using Accelio.Transports.Polling;
using Accelio.Transports.Rdma;
using Xunit;

namespace Accelio.Reactive.Tests.Rdma.Lane;

/// <summary>Memory of links in huge pages. Only in the guest, whose system this test may change.</summary>
[Trait("Place", "Guest")]
public sealed class HugePageTests
{
    private const string SetAside = "/proc/sys/vm/nr_hugepages";
    private const int Length = 3_000_000;
    private const ulong Serial = 4;

    [Fact]
    public void Links_work_without_huge_pages_and_in_them_when_there_are_some()
    {
        // In this order: the process keeps those that it has.
        Use(pages: 0);
        Use(pages: 64);
    }

    private static void Use(int pages)
    {
        File.WriteAllText(SetAside, pages.ToString(CultureInfo.InvariantCulture));
        try
        {
            using var pair = new LinkPair(time => new ManualPoller(new PollerOptions { TimeProvider = time, PoisonMemory = true }), onOnePoller: false, isInstant: false);
            pair.Connect(new RdmaTransport(), new IPEndPoint(RdmaAddresses.Server, 0), new LinkOptions(), new LinkOptions());

            // Without a token: copied into memory of the pool here, and read into such there.
            pair.On(pair.Client, () => pair.Client.Send(FrameType.Request, Serial, Length, withToken: false));
            pair.DriveUntil(() => pair.Server.Frames.Count == 1, "the body arrives, every byte as it should be");

            var statistics = pair.ServerPoller.Memory.Statistics;
            Assert.Equal(pages > 0, statistics.HugePageBytes >= Length);
            Assert.InRange(statistics.HugePageBytes, 0, statistics.ReservedBytes);
        }
        finally
        {
            File.WriteAllText(SetAside, "0");
        }
    }
}
