using System.Net;
using Accelio.Reactive.Tests.Contract;
using Accelio.Transports;
using Accelio.Transports.Polling;
using Accelio.Transports.Rdma;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Rdma.Lane;

/// <summary>The network between the devices goes away. Only in the guest: the network of a real machine is not ours to break.</summary>
[Trait("Place", "Guest")]
public sealed class PulledWireTests : IDisposable
{
    // Devices give a peer up within that.
    private readonly LinkOptions _impatient = new() { DetectWithin = TimeSpan.FromSeconds(4).Ticks };
    private readonly LinkPair _pair = new(CreatePoller, onOnePoller: false, isInstant: false);

    public void Dispose()
    {
        GuestWire.Plug();
        _pair.Dispose();
    }

    [Fact]
    public void Who_sends_into_a_wire_that_was_pulled_hears_that_the_peer_does_not_answer()
    {
        Connect(_impatient);
        GuestWire.Pull();

        _pair.On(_pair.Client, () => _pair.Client.Send(FrameType.Request, 1, 100));
        _pair.On(_pair.Server, () => _pair.Server.Send(FrameType.Request, 1, 100_000));

        _pair.DriveUntil(() => _pair.Client.IsClosed && _pair.Server.IsClosed, "both ends find out");
        Assert.Equal((LinkError.TransportFailed, LinkError.TransportFailed), (_pair.Client.ClosedError, _pair.Server.ClosedError));
        Assert.Equal("the peer does not answer", _pair.Client.ClosedDetail);
    }

    [Fact]
    public void A_body_that_is_being_fetched_when_the_wire_is_pulled_is_released_by_both()
    {
        Connect(_impatient);
        _pair.On(_pair.Client, () => _pair.Client.Send(FrameType.Request, 1, 32 << 20));
        _pair.DriveUntil(() => _pair.Server.Arrivals.Count == 1, "the body is announced");
        _pair.Turn();

        GuestWire.Pull();

        _pair.DriveUntil(() => _pair.Server.IsClosed, "the reader finds out");
        Assert.Equal((LinkError.TransportFailed, "the peer does not answer"), (_pair.Server.ClosedError, _pair.Server.ClosedDetail));
        Assert.Empty(_pair.Server.Frames);

        // The sender waits for an acknowledgement, and has nothing under way that would tell it: its time limit does.
        _pair.Pass(TimeSpan.FromTicks(_pair.Client.Link.Options.SendProgressTimeout));
        _pair.DriveUntil(() => _pair.Client.IsClosed && _pair.Client.Released == 1, "the sender's body is released");
        Assert.Equal(LinkError.SendStalled, _pair.Client.ClosedError);
    }

    [Fact]
    public void A_wire_that_is_back_in_time_costs_nothing_but_time()
    {
        Connect(new LinkOptions());
        GuestWire.Pull();
        _pair.On(_pair.Client, () => _pair.Client.Send(FrameType.Request, 1, 100));
        _pair.Turn();

        GuestWire.Plug();

        _pair.DriveUntil(() => _pair.Server.Frames.Count == 1, "the device sends it again");
        Assert.False(_pair.Client.IsClosed || _pair.Server.IsClosed);
    }

    private void Connect(LinkOptions options) => _pair.Connect(new RdmaTransport(), new IPEndPoint(RdmaAddresses.Server, 0), options, options);

    private static ManualPoller CreatePoller(TimeProvider time) =>
        new(new PollerOptions { TimeProvider = time, PoisonMemory = true, QuarantineOfMemory = 32 });
}
