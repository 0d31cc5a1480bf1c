using System.Runtime.InteropServices;
using Accelio.Transports;
using Xunit;

namespace Accelio.Reactive.Tests.Contract;

/// <content>Where bodies go: rules a and b.</content>
public abstract partial class LinkContract
{
    [Fact]
    public void A_bulk_body_comes_in_a_slab_that_the_sink_takes_over()
    {
        using var pair = Connect();

        pair.On(pair.Client, () => pair.Client.Send(FrameType.Request, 1, 3 * Bulk));

        pair.DriveUntil(() => pair.Server.Frames.Count == 1, "the body arrives");
        Assert.True(pair.Server.Frames[0].InSlab);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(Large)]
    [InlineData(Bulk)]
    public unsafe void A_body_goes_where_the_sink_wants_it(int length)
    {
        using var pair = Connect();
        var memory = (byte*)NativeMemory.Alloc(Bulk);
        var tag = new object();
        pair.Server.OnArrivalDo = (ref InboundFrame frame) =>
        {
            frame.Placement = PlacementKind.Destination;
            frame.Destination = memory;
            frame.Tag = tag;
        };

        pair.On(pair.Client, () =>
        {
            pair.Client.Send(FrameType.Request, 1, length);
            pair.Client.Send(FrameType.Request, 2, length);
        });

        pair.DriveUntil(() => pair.Server.Frames.Count == 2, "the bodies arrive");
        Assert.All(pair.Server.Frames, frame => Assert.True(frame.AtDestination && !frame.InSlab && frame.Tag == tag));
        Assert.Equal(-1, Pattern.FindMismatch(2, new ReadOnlySpan<byte>(memory, length)));
        NativeMemory.Free(memory);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(Large)]
    [InlineData(3 * Bulk)]
    public void A_body_that_the_sink_does_not_want_is_thrown_away_and_the_next_frame_comes(int length)
    {
        using var pair = Connect();
        pair.Server.OnArrivalDo = (ref InboundFrame frame) =>
            frame.Placement = frame.Header.Serial == 1 ? PlacementKind.Discard : PlacementKind.Pool;

        pair.On(pair.Client, () =>
        {
            pair.Client.Send(FrameType.Request, 1, length);
            pair.Client.Send(FrameType.Request, 2, length);
        });

        pair.DriveUntil(() => pair.Server.Frames.Count == 2, "both frames arrive");
        Assert.True(pair.Server.Frames[0].Discarded);
        Assert.Equal(length, pair.Server.Frames[0].BodyLength);
        Assert.False(pair.Server.Frames[1].Discarded);
        pair.DriveUntil(() => pair.Client.Released == pair.Client.Tokens.Count, "the discarded body is released too");
    }

    [Fact]
    public void A_body_that_is_not_wanted_now_waits_until_receiving_is_resumed_and_is_asked_for_again()
    {
        using var pair = Connect();
        var refusals = 3;
        pair.Server.OnArrivalDo = (ref InboundFrame frame) =>
        {
            if (frame.Header.Serial == 1 && refusals > 0)
            {
                refusals--;
                frame.Placement = PlacementKind.NotNow;
            }
        };
        pair.On(pair.Client, () =>
        {
            pair.Client.Send(FrameType.Request, 1, Bulk);
            pair.Client.Send(FrameType.Request, 2, 100);
            pair.Client.Send(FrameType.Request, 3, Bulk);
        });

        for (var asked = 1; asked <= 3; asked++)
        {
            pair.DriveUntil(() => pair.Server.Arrivals.Count(serial => serial == 1) == asked, "the sink is asked");
            pair.Settle();
            Assert.Empty(pair.Server.Frames);
            pair.On(pair.Server, () => pair.Server.Call(link => link.ResumeReceive()));
        }

        pair.DriveUntil(() => pair.Server.Frames.Count == 3, "everything arrives");
        Assert.Equal([1UL, 2, 3], pair.Server.Frames.Select(frame => frame.Serial));
        Assert.Equal(4, pair.Server.Arrivals.Count(serial => serial == 1));
        Assert.Equal(1, pair.Server.Arrivals.Count(serial => serial == 2));
        Assert.Equal(1, pair.Server.Arrivals.Count(serial => serial == 3));
    }

    [Fact]
    public void A_body_that_is_not_wanted_now_does_not_stop_what_the_other_direction_sends()
    {
        using var pair = Connect();
        pair.Server.OnArrivalDo = (ref InboundFrame frame) => frame.Placement = PlacementKind.NotNow;
        pair.On(pair.Client, () => pair.Client.Send(FrameType.Request, 1, 16 * Bulk));
        pair.DriveUntil(() => pair.Server.Arrivals.Count == 1, "the sink is asked");

        pair.On(pair.Server, () => pair.Server.Send(FrameType.Request, 2, 3 * Bulk));

        pair.DriveUntil(() => pair.Client.Frames.Count == 1, "the other direction goes on");
        pair.Server.OnArrivalDo = null;
        pair.On(pair.Server, () => pair.Server.Call(link => link.ResumeReceive()));
        pair.DriveUntil(() => pair.Server.Frames.Count == 1, "the body arrives");
    }

    [Fact]
    public unsafe void A_destination_is_not_touched_after_the_link_has_closed()
    {
        const byte Mark = 0x5A;
        using var pair = Connect();
        var memory = (byte*)NativeMemory.AllocZeroed(32 * Bulk);
        pair.Server.OnArrivalDo = (ref InboundFrame frame) =>
        {
            frame.Placement = PlacementKind.Destination;
            frame.Destination = memory;
        };
        pair.On(pair.Client, () => pair.Client.Send(FrameType.Request, 1, 32 * Bulk));
        pair.DriveUntil(() => pair.Server.Arrivals.Count == 1, "the body begins to arrive");

        pair.On(pair.Server, () => pair.Server.Call(link => link.Abort(LinkError.Aborted, "enough")));
        pair.DriveUntil(() => pair.Server.IsClosed, "the link closes");
        new Span<byte>(memory, 32 * Bulk).Fill(Mark);
        pair.Settle();

        Assert.Empty(pair.Server.Frames);
        Assert.Equal(-1, new ReadOnlySpan<byte>(memory, 32 * Bulk).IndexOfAnyExcept(Mark));
        NativeMemory.Free(memory);
    }
}
