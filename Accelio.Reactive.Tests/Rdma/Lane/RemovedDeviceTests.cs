using System.Diagnostics;
using System.Net;
using Accelio.Reactive.Tests.Contract;
using Accelio.Reactive.Tests.Support;
using Accelio.Transports;
using Accelio.Transports.Polling;
using Accelio.Transports.Rdma;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Rdma.Lane;

/// <summary>
/// A device is taken out of the machine while links are up, and comes back. The system waits until this process has given back everything of it. Only in the guest, which has an interface for one more device.
/// </summary>
[Trait("Place", "Guest")]
public sealed class RemovedDeviceTests : IDisposable
{
    private const string Device = "rxe2";
    private static readonly IPEndPoint Address = new(IPAddress.Parse("10.77.0.3"), 0);

    private readonly LinkPair _beside = Connect(new IPEndPoint(RdmaAddresses.Server, 0));

    public void Dispose() => _beside.Dispose();

    [Fact]
    public void Links_of_a_device_that_is_taken_out_end_with_its_name_others_live_on_and_it_is_as_good_as_before_when_it_is_back()
    {
        // The second time is the first time of a device that was there before.
        for (var time = 1; time <= 2; time++)
        {
            using var adding = Rdma("link", "add", Device, "type", "rxe", "netdev", "rdma3");
            Ends(adding, null);
            using var pair = Connect(Address);
            var said = "";
            pair.Listener!.OnRejected = (_, error, detail) => said = $"{error}: {detail}";
            pair.On(pair.Client, () => pair.Client.Send(FrameType.Request, 1, 1 << 20));
            pair.On(pair.Server, () => pair.Server.Send(FrameType.Request, 1, 1 << 20));
            pair.DriveUntil(() => pair.Server.Frames.Count == 1 && pair.Client.Frames.Count == 1, "bodies travel both ways");

            using var deleting = Rdma("link", "delete", Device);
            pair.DriveUntil(() => pair.Server.IsClosed, "the link ends");

            Assert.Equal((LinkError.TransportFailed, $"the RDMA device {Device} was removed"), (pair.Server.ClosedError, pair.Server.ClosedDetail));
            Assert.Equal($"TransportFailed: the listener at {pair.Listener.LocalEndPoint} was told DeviceRemoval: it takes no more connections", said);
            Ends(deleting, pair);
            pair.On(pair.Client, () => pair.Client.Send(FrameType.Request, 2, 1));
            pair.DriveUntil(() => pair.Client.IsClosed, "its peer finds out");
            var alive = _beside.Server.Frames.Count;
            _beside.On(_beside.Client, () => _beside.Client.Send(FrameType.Request, (ulong)time, 100_000));
            _beside.DriveUntil(() => _beside.Server.Frames.Count == alive + 1, "another device works");
            Assert.True(AccelioTransports.Rdma.Availability.IsAvailable);
            pair.On(pair.Server, () => Assert.Contains(
                "Listen on the address of a network interface that has an RDMA device",
                Assert.Throws<TransportException>(() => Listen(pair.ServerPoller)).Message,
                StringComparison.Ordinal));
        }
    }

    private static IListener Listen(Poller poller) => new RdmaTransport().Listen(poller, Address, new LinkOptions(), static _ => throw new InvalidOperationException("nobody can connect"));

    private static Process Rdma(params string[] arguments) => Process.Start("rdma", arguments);

    private static void Ends(Process process, LinkPair? pair)
    {
        var began = Stopwatch.GetTimestamp();
        while (!process.HasExited)
        {
            pair?.Turn();
            Thread.Sleep(1);
            Assert.True(Stopwatch.GetElapsedTime(began) < Patience.Seconds(30), "the device is still held");
        }

        Assert.Equal(0, process.ExitCode);
    }

    private static LinkPair Connect(IPEndPoint address)
    {
        var pair = new LinkPair(CreatePoller, onOnePoller: false, isInstant: false);
        pair.Connect(new RdmaTransport(), address, new LinkOptions(), new LinkOptions());
        return pair;
    }

    private static ManualPoller CreatePoller(TimeProvider time) =>
        new(new PollerOptions { TimeProvider = time, PoisonMemory = true, QuarantineOfMemory = 32 });
}
