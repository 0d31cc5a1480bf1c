using System.Net;
using Accelio.Reactive.Tests.Contract;
using Accelio.Transports;
using Accelio.Transports.Polling;
using Accelio.Transports.Rdma;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Rdma.Lane;

/// <summary>What comes of it when the system lets the process lock no more memory: a link ends, or there is none, and the text names the limit. Others go on. Only in the guest:
/// root is exempt elsewhere.</summary>
[Trait("Place", "Guest")]
public sealed class LockedMemoryTests : IDisposable
{
    // Too long for any region that is registered by then.
    private const int Long = 24 << 20;

    private readonly LinkPair _pair = Connect();
    private readonly LinkPair _other = Connect();

    public void Dispose()
    {
        // Whoever has what it needs goes on, and it needs nothing more.
        _other.On(_other.Client, () => _other.Client.Send(FrameType.Request, 1, 100));
        _other.DriveUntil(() => _other.Server.Frames.Count == 1, "the other link works");
        _other.Dispose();
        _pair.Dispose();
    }

    [Fact]
    public void A_body_that_cannot_be_registered_ends_the_sender_s_link()
    {
        using (new LockedMemory())
        {
            var status = default(SendStatus);
            _pair.On(_pair.Client, () => status = _pair.Client.Send(FrameType.Request, 1, Long));
            Assert.Equal(SendStatus.Closed, status);
            _pair.DriveUntil(() => _pair.Client.IsClosed && _pair.Server.IsClosed, "the link ends");
        }

        Names(LinkError.TransportFailed, _pair.Client);
        Assert.Equal(LinkError.PeerClosed, _pair.Server.ClosedError);
    }

    [Fact]
    public void A_body_whose_destination_cannot_be_registered_ends_the_reader_s_link()
    {
        _pair.On(_pair.Server, () => _pair.Server.Call(link => link.PauseReceive()));
        _pair.On(_pair.Client, () => Assert.Equal(SendStatus.Referenced, _pair.Client.Send(FrameType.Request, 1, Long)));
        _pair.Settle();
        using (new LockedMemory())
        {
            _pair.On(_pair.Server, () => _pair.Server.Call(link => link.ResumeReceive()));
            _pair.DriveUntil(() => _pair.Client.IsClosed && _pair.Server.IsClosed, "the link ends");
        }

        Names(LinkError.TransportFailed, _pair.Server);
        Assert.Equal(LinkError.PeerClosed, _pair.Client.ClosedError);
    }

    [Fact]
    public void A_link_that_cannot_have_its_slots_does_not_come_to_be()
    {
        using var none = new LinkPair(CreatePoller, onOnePoller: false, isInstant: false);
        none.Listen(new RdmaTransport(), new IPEndPoint(RdmaAddresses.Server, 0), new LinkOptions());
        using (new LockedMemory())
        {
            none.Dial(new RdmaTransport(), none.Listener!.LocalEndPoint, new LinkOptions());
            none.DriveUntil(() => none.Client.IsClosed, "the attempt ends");
        }

        Names(LinkError.ConnectFailed, none.Client);
        Assert.Equal(0, none.Server.Opened);
    }

    private static LinkPair Connect()
    {
        var pair = new LinkPair(CreatePoller, onOnePoller: false, isInstant: false);
        pair.Connect(new RdmaTransport(), new IPEndPoint(RdmaAddresses.Server, 0), new LinkOptions(), new LinkOptions());
        return pair;
    }

    private static ManualPoller CreatePoller(TimeProvider time) =>
        new(new PollerOptions { TimeProvider = time, PoisonMemory = true, QuarantineOfMemory = 32 });

    private static void Names(LinkError error, RecordingSink end)
    {
        Assert.Equal(error, end.ClosedError);
        Assert.Contains("could not be registered", end.ClosedDetail, StringComparison.Ordinal);
        Assert.Contains("The process may lock 4096 bytes: raise the limit", end.ClosedDetail, StringComparison.Ordinal);
    }
}
