using Accelio.Transports;
using Xunit;

namespace Accelio.Reactive.Tests.Contract;

/// <content>Readers that stop, and writers that notice.</content>
public abstract partial class LinkContract
{
    [Fact]
    public void Nothing_is_delivered_while_receiving_is_paused_and_everything_when_it_is_resumed()
    {
        const int Count = 300;
        using var pair = Connect();
        pair.On(pair.Server, () => pair.Server.Call(link => link.PauseReceive()));
        pair.On(pair.Client, () => SendMixed(pair.Client, Count));

        pair.Settle();
        Assert.Empty(pair.Server.Frames);
        Assert.Empty(pair.Server.Arrivals);

        pair.On(pair.Server, () => pair.Server.Call(link => link.ResumeReceive()));
        pair.DriveUntil(() => pair.Server.Frames.Count == Count, "everything arrives");
        AssertInOrder(pair.Server.Frames);
    }

    [Fact]
    public void A_pause_inside_a_delivery_lets_nothing_more_through()
    {
        const int Count = 50;
        using var pair = Connect();
        pair.Server.OnFrameDo = _ => pair.Server.Call(link => link.PauseReceive());
        pair.On(pair.Client, () => SendMixed(pair.Client, Count));

        for (var delivered = 1; delivered <= Count; delivered++)
        {
            pair.DriveUntil(() => pair.Server.Frames.Count >= delivered, "the next frame arrives");
            pair.Turn();
            pair.Turn();
            Assert.Equal(delivered, pair.Server.Frames.Count);
            pair.On(pair.Server, () => pair.Server.Call(link => link.ResumeReceive()));
        }
    }

    [Fact]
    public void A_pause_inside_an_arrival_lets_at_most_that_frame_through()
    {
        using var pair = Connect();
        pair.Server.OnArrivalDo = (ref InboundFrame frame) =>
        {
            if (frame.Header.Serial == 2)
            {
                pair.Server.Call(link => link.PauseReceive());
            }
        };
        pair.On(pair.Client, () => SendMixed(pair.Client, 6));

        pair.DriveUntil(() => pair.Server.Frames.Count >= 2, "the frame arrives");
        pair.Settle();
        Assert.InRange(pair.Server.Frames.Count, 2, 3);

        pair.On(pair.Server, () => pair.Server.Call(link => link.ResumeReceive()));
        pair.DriveUntil(() => pair.Server.Frames.Count == 6, "everything arrives");
        Assert.Equal(6, pair.Server.Arrivals.Count);
    }

    [Fact]
    public void A_sender_is_congested_behind_a_paused_reader_and_writable_when_it_reads_again()
    {
        using var pair = Connect();
        pair.On(pair.Server, () => pair.Server.Call(link => link.PauseReceive()));
        var sent = 0UL;

        for (var rounds = 0; rounds < 200 && !pair.Client.Link.IsCongested; rounds++)
        {
            pair.On(pair.Client, () => pair.Client.Send(FrameType.OneWay, sent++, Bulk / 2));
            pair.Settle();
        }

        Assert.True(pair.Client.Link.IsCongested);
        Assert.True(pair.Client.Link.QueuedBytes > pair.Client.Link.Options.SendHighWatermark / 2);
        Assert.Equal(0, pair.Client.Writables);
        pair.On(pair.Client, () => Assert.True(pair.Client.Send(FrameType.OneWay, sent++, 100) <= SendStatus.Referenced));

        pair.On(pair.Server, () => pair.Server.Call(link => link.ResumeReceive()));
        pair.DriveUntil(() => pair.Server.Frames.Count == (int)sent && pair.Client.Link.QueuedBytes == 0, "everything arrives");
        pair.Settle();
        Assert.Equal(1, pair.Client.Writables);
        Assert.False(pair.Client.Link.IsCongested);
    }

    [Fact]
    public void A_peer_that_takes_nothing_for_too_long_ends_the_link()
    {
        using var pair = Connect();
        pair.On(pair.Server, () => pair.Server.Call(link => link.PauseReceive()));
        pair.On(pair.Client, () =>
        {
            for (var i = 0UL; i < 40; i++)
            {
                pair.Client.Send(FrameType.OneWay, i, Bulk);
            }
        });
        pair.Settle();

        pair.Pass(TimeSpan.FromTicks(CreateOptions().SendProgressTimeout) - TimeSpan.FromSeconds(1));
        Assert.False(pair.Client.IsClosed);
        pair.Pass(TimeSpan.FromSeconds(2));

        Assert.True(pair.Client.IsClosed);
        Assert.Equal(LinkError.SendStalled, pair.Client.ClosedError);
    }

    [Fact]
    public void Urgent_frames_overtake_bulk_that_has_not_begun()
    {
        const int Count = 40;
        using var pair = Connect();
        pair.On(pair.Server, () => pair.Server.Call(link => link.PauseReceive()));
        pair.On(pair.Client, () =>
        {
            for (var i = 0UL; i < Count; i++)
            {
                pair.Client.Send(FrameType.OneWay, i, Bulk);
            }
        });
        pair.Settle();

        pair.On(pair.Client, () =>
        {
            pair.Client.Send(new TestFrame { Header = TestFrame.HeaderOf(FrameType.KeepAliveRequest, 1000), Urgent = true });
            pair.Client.Send(new TestFrame { Header = TestFrame.HeaderOf(FrameType.ExtensionRequest, 1001), Urgent = true, UserHeader = [1, 2, 3] });
        });
        pair.On(pair.Server, () => pair.Server.Call(link => link.ResumeReceive()));

        pair.DriveUntil(() => pair.Server.Frames.Count == Count + 2, "everything arrives");
        var serials = pair.Server.Frames.Select(frame => frame.Serial).ToList();

        // With two sockets the headers of all bulk leave at once, and with them it has begun.
        Assert.True(DualSocket || serials.IndexOf(1000) < Count - 1, "the keep-alive came after all bulk");
        Assert.True(DualSocket || serials.IndexOf(1001) < Count, "the extension frame came after all bulk");
        AssertInOrder(pair.Server.Frames.Where(frame => frame.Serial < 1000));
    }

    [Fact]
    public void What_the_peer_has_got_is_released_while_receiving_is_paused()
    {
        using var pair = Connect();
        pair.On(pair.Server, () =>
        {
            pair.Server.Call(link => link.PauseReceive());
            pair.Server.Send(FrameType.OneWay, 1, Large);
        });
        pair.On(pair.Client, () => SendMixed(pair.Client, 5));

        pair.DriveUntil(() => pair.Server.Released == 1, "the body is released");

        Assert.Empty(pair.Server.Frames);
        pair.On(pair.Server, () => pair.Server.Call(link => link.ResumeReceive()));
        pair.DriveUntil(() => pair.Server.Frames.Count == 5, "everything arrives");
        AssertInOrder(pair.Server.Frames);
    }

    [Fact]
    public void What_rides_on_messages_that_wait_lets_the_reader_send_on_while_it_is_paused()
    {
        const int Count = 1000;
        using var pair = Connect();
        var replies = 0UL;
        pair.Client.OnFrameDo = _ =>
        {
            if (replies < 20)
            {
                pair.Client.Send(FrameType.OneWay, replies++, 10);
            }
        };

        pair.On(pair.Server, () =>
        {
            pair.Server.Call(link => link.PauseReceive());
            for (var i = 0UL; i < Count; i++)
            {
                pair.Server.Send(FrameType.OneWay, i, 10);
            }
        });

        pair.DriveUntil(() => pair.Client.Frames.Count == Count, "everything arrives");
        AssertInOrder(pair.Client.Frames);
        Assert.Empty(pair.Server.Frames);
        pair.On(pair.Server, () => pair.Server.Call(link => link.ResumeReceive()));
        pair.DriveUntil(() => pair.Server.Frames.Count == 20, "the replies arrive");
        AssertInOrder(pair.Server.Frames);
    }

    private static void SendMixed(RecordingSink from, int count, ulong first = 0)
    {
        int[] sizes = [10, 0, Large, 300, 9000, 2, Bulk / 4];
        for (var i = 0; i < count; i++)
        {
            from.Send(FrameType.OneWay, first + (ulong)i, sizes[i % sizes.Length]);
        }
    }
}
