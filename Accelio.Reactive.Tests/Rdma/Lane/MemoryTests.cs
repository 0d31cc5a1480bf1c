using System.Buffers;
using System.Net;
using System.Runtime.InteropServices;
using Accelio.Reactive.Tests.Contract;
using Accelio.Transports;
using Accelio.Transports.Memory;
using Accelio.Transports.Polling;
using Accelio.Transports.Rdma;
using Accelio.Transports.Slots;
using Xunit;

namespace Accelio.Reactive.Tests.Rdma.Lane;

/// <summary>Bodies in memory that the device knows are not copied, at neither end.</summary>
public sealed unsafe class MemoryTests : IDisposable
{
    private const int Length = 300_000;
    private const ulong Serial = 5;

    private readonly LinkPair _pair = new(CreatePoller, onOnePoller: false, isInstant: false);
    private readonly TestToken _token = new(Serial, []);

    public MemoryTests() =>
        _pair.Connect(new RdmaTransport(), new IPEndPoint(RdmaAddresses.Server, 0), new LinkOptions(), new LinkOptions());

    public void Dispose()
    {
        if (!_pair.ClientPoller.HasStopped)
        {
            _pair.Dispose();
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void A_body_in_rented_memory_is_read_where_it_lies(int parts)
    {
        Slab slab = null!;
        _pair.On(_pair.Client, () =>
        {
            slab = _pair.ClientPoller.Memory.Rent(Length);
            Assert.Equal(SendStatus.Referenced, Send(Cut(slab, parts)));
            Assert.Equal(1 + parts, slab.Holds);

            // After the call: a copy would not have it.
            Pattern.Fill(Serial, 0, slab.Span[..Length]);
        });

        _pair.DriveUntil(() => _pair.Server.Frames.Count == 1 && _pair.Client.Released == 1, "the body arrives as it is now, and is released");

        Assert.Equal(1, slab.Holds);
        Assert.Equal((0L, 0L), Copied);
        slab.Release();
    }

    [Fact]
    public void A_body_in_ordinary_memory_is_copied_once_at_either_end()
    {
        var destination = (byte*)NativeMemory.Alloc(Length);
        _pair.Server.OnArrivalDo = (ref InboundFrame frame) =>
        {
            frame.Placement = PlacementKind.Destination;
            frame.Destination = destination;
        };

        _pair.On(_pair.Client, () => _pair.Client.Send(FrameType.Request, Serial, Length));
        _pair.DriveUntil(() => _pair.Server.Frames.Count == 1 && _pair.Client.Released == 1, "the body arrives");

        Assert.True(_pair.Server.Frames[0].AtDestination);
        Assert.Equal((Length, Length), Copied);
        NativeMemory.Free(destination);
    }

    [Fact]
    public void A_body_in_more_parts_than_the_peer_takes_is_copied_and_released_at_once()
    {
        Slab slab = null!;
        _pair.On(_pair.Server, () => _pair.Server.Call(link => link.PauseReceive()));
        _pair.On(_pair.Client, () =>
        {
            slab = _pair.ClientPoller.Memory.Rent(Length);
            Pattern.Fill(Serial, 0, slab.Span[..Length]);
            Assert.Equal(SendStatus.Referenced, Send(Cut(slab, 5)));
            Assert.Equal(1, slab.Holds);
        });
        _pair.DriveUntil(() => _pair.Client.Released == 1, "the copy is enough");
        slab.Span.Clear();
        slab.Release();

        _pair.On(_pair.Server, () => _pair.Server.Call(link => link.ResumeReceive()));
        _pair.DriveUntil(() => _pair.Server.Frames.Count == 1, "the copy arrives");
    }

    [Fact]
    public void A_body_in_memory_of_a_user_is_read_where_it_lies_and_straight_into_that_of_another()
    {
        var source = GC.AllocateArray<byte>(Length, pinned: true);
        var target = GC.AllocateArray<byte>(Length, pinned: true);
        var from = RegionOf(source);
        var to = RegionOf(target);
        _pair.Server.OnArrivalDo = (ref InboundFrame frame) =>
        {
            frame.Placement = PlacementKind.Destination;
            frame.Destination = to.Region.Address;
            frame.DestinationRegion = to;
        };
        var rented = _pair.ServerPoller.Memory.Statistics.RentedBlocks;
        _pair.On(_pair.Client, () =>
        {
            var token = new TestToken(Serial, [], from);
            Assert.Equal(SendStatus.Referenced, Send(new ReadOnlySequence<byte>(source), token));

            // After the call: a copy would not have it.
            Pattern.Fill(Serial, 0, source);
        });

        var most = rented;
        _pair.DriveUntil(
            () =>
            {
                most = Math.Max(most, _pair.ServerPoller.Memory.Statistics.RentedBlocks);
                return _pair.Server.Frames.Count == 1 && _pair.Client.Released == 1;
            },
            "the body arrives as it is now, and is released");

        Assert.Equal(-1, Pattern.FindMismatch(Serial, target));
        Assert.True(most <= rented + 1, "memory was rented besides that for a message");
        from.Registration!.Dispose();
        to.Registration!.Dispose();
    }

    [Fact]
    public void A_body_is_read_straight_into_rented_memory()
    {
        Slab landing = null!;
        _pair.On(_pair.Server, () => landing = _pair.ServerPoller.Memory.Rent(Length));
        _pair.Server.OnArrivalDo = (ref InboundFrame frame) =>
        {
            frame.Placement = PlacementKind.Destination;
            frame.Destination = landing.Pointer;
        };
        var rented = _pair.ServerPoller.Memory.Statistics.RentedBlocks;

        _pair.On(_pair.Client, () => _pair.Client.Send(FrameType.Request, Serial, Length));
        var most = rented;
        _pair.DriveUntil(
            () =>
            {
                most = Math.Max(most, _pair.ServerPoller.Memory.Statistics.RentedBlocks);
                return _pair.Server.Frames.Count == 1;
            },
            "the body arrives");

        Assert.True(_pair.Server.Frames[0].AtDestination);
        Assert.Equal(-1, Pattern.FindMismatch(Serial, landing.Span[..Length]));
        Assert.True(most <= rented + 1, "memory was rented besides that for a message");
        Assert.Equal(0, Copied.Server);
        landing.Release();
    }

    [Fact]
    public void Memory_that_its_owner_lets_go_of_stays_registered_as_long_as_a_peer_may_read_it()
    {
        Slab slab = null!;
        RegionEntry region = null!;
        _pair.On(_pair.Server, () => _pair.Server.Call(link => link.PauseReceive()));
        _pair.On(_pair.Client, () =>
        {
            slab = _pair.ClientPoller.Memory.Rent(Length);
            region = MemoryRegions.Find(slab.Pointer, Length)!;
            Pattern.Fill(Serial, 0, slab.Span[..Length]);
            Assert.Equal(SendStatus.Referenced, Send(Cut(slab, 1)));
        });
        var registration = region.Registration;
        Assert.NotNull(registration);

        _pair.On(_pair.Client, slab.Release);
        _pair.On(_pair.Server, () => _pair.Server.Call(link => link.ResumeReceive()));
        _pair.DriveUntil(() => _pair.Server.Frames.Count == 1 && _pair.Client.Released == 1, "the body arrives, as it was");

        Assert.Equal(0, slab.Holds);
        Assert.Same(registration, region.Registration);
        _pair.Dispose();
        Assert.NotSame(registration, region.Registration);
    }

    private (long Client, long Server) Copied => (((SlotLink)_pair.Client.Link).BulkBytesCopied, ((SlotLink)_pair.Server.Link).BulkBytesCopied);

    private static ManualPoller CreatePoller(TimeProvider time) =>
        new(new PollerOptions { TimeProvider = time, PoisonMemory = true, QuarantineOfMemory = 32 });

    private static ReadOnlySequence<byte> Cut(Slab slab, int parts)
    {
        var whole = slab.Memory[..Length];
        var each = Length / parts;
        return BodySegment.Of([.. Enumerable.Range(0, parts).Select(i => (ReadOnlyMemory<byte>)whole[(i * each)..(i == parts - 1 ? Length : (i + 1) * each)])]);
    }

    private static RegionEntry RegionOf(byte[] pinned)
    {
        fixed (byte* p = pinned)
        {
            return new RegionEntry(new MemoryRegion(p, pinned.Length, isPortable: true));
        }
    }

    private SendStatus Send(ReadOnlySequence<byte> body, TestToken? token = null)
    {
        var status = default(SendStatus);
        token ??= _token;
        _pair.Client.Tokens.Add(token);
        _pair.Client.Call(link =>
        {
            var frame = new OutboundFrame { Header = TestFrame.HeaderOf(FrameType.Request, Serial), Body = body, Token = token };
            status = link.Send(ref frame);
        });
        return status;
    }
}
