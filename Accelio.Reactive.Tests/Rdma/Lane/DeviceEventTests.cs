using System.Net;
using Accelio.Native.Verbs;
using Accelio.Reactive.Tests.Contract;
using Accelio.Transports;
using Accelio.Transports.Polling;
using Accelio.Transports.Rdma;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Rdma.Lane;

/// <summary>What the connection manager says of devices and addresses. Some of it is told to a link here as it tells it: that an address moves to another device takes two that are bonded.</summary>
public sealed class DeviceEventTests : IDisposable
{
    private readonly LinkPair _pair = new(CreatePoller, onOnePoller: false, isInstant: false);

    public DeviceEventTests() =>
        _pair.Connect(new RdmaTransport(), new IPEndPoint(RdmaAddresses.Server, 0), new LinkOptions(), new LinkOptions());

    public void Dispose() => _pair.Dispose();

    [Fact]
    public void Links_of_a_device_that_is_removed_end_and_give_back_what_they_have_of_it()
    {
        Tell(_pair.Server, ConnectionEventKind.DeviceRemoval);

        Assert.Matches("^the RDMA device .* was removed$", _pair.Server.ClosedDetail);
    }

    [Fact]
    public void Links_whose_address_moves_to_another_device_end()
    {
        Tell(_pair.Client, ConnectionEventKind.AddressChange);

        Assert.Matches("^the address .* moved to another device$", _pair.Client.ClosedDetail);
    }

    [Fact]
    [Trait("Place", "Guest")]
    public void Links_whose_peer_s_address_moves_to_another_machine_end()
    {
        const string Elsewhere = "02:00:0a:4d:00:77";
        var neighbour = GuestWire.NeighbourOf(RdmaAddresses.Server);
        try
        {
            GuestWire.Move(RdmaAddresses.Server, Elsewhere);
            _pair.DriveUntil(() => _pair.Client.IsClosed, "the link ends");
        }
        finally
        {
            GuestWire.Move(RdmaAddresses.Server, neighbour);
        }

        Assert.Equal(LinkError.TransportFailed, _pair.Client.ClosedError);
        Assert.Equal($"the address {_pair.Listener!.LocalEndPoint} is that of another machine now", _pair.Client.ClosedDetail);
        _pair.DriveUntil(() => _pair.Server.IsClosed, "the peer hears of it");
    }

    [Fact]
    public void A_listener_whose_device_is_removed_says_that_it_takes_no_more()
    {
        var said = "";
        _pair.On(_pair.Server, () =>
        {
            _pair.Listener!.OnRejected = (_, error, detail) => said = $"{error}: {detail}";
            ((IRdmaEventTarget)_pair.Listener).OnEvent(new ConnectionEvent(ConnectionEventKind.DeviceRemoval));
        });

        Assert.StartsWith("TransportFailed: the listener at ", said, StringComparison.Ordinal);
        Assert.EndsWith(" was told DeviceRemoval: it takes no more connections", said, StringComparison.Ordinal);
    }

    private void Tell(RecordingSink end, ConnectionEventKind kind)
    {
        // With a body under way in either direction.
        _pair.On(_pair.Client, () => _pair.Client.Send(FrameType.Request, 1, 1 << 20));
        _pair.On(_pair.Server, () => _pair.Server.Send(FrameType.Request, 1, 1 << 20));

        _pair.On(end, () => ((IRdmaEventTarget)end.Link).OnEvent(new ConnectionEvent(kind)));

        _pair.DriveUntil(() => _pair.Client.IsClosed && _pair.Server.IsClosed, "both ends close");
        Assert.Equal(LinkError.TransportFailed, end.ClosedError);
    }

    private static ManualPoller CreatePoller(TimeProvider time) =>
        new(new PollerOptions { TimeProvider = time, PoisonMemory = true, QuarantineOfMemory = 32 });
}
