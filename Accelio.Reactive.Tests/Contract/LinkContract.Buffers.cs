using Accelio.Transports;
using Xunit;

namespace Accelio.Reactive.Tests.Contract;

/// <content>Bytes in place stay until the link asks; the sink compares them with copies then, and under its holds until the end.</content>
public abstract partial class LinkContract
{
    [Theory]
    [InlineData(32)]
    [InlineData(2000)]
    [InlineData(20_000)]
    public void Delivered_bytes_stay_in_place_until_the_link_asks_for_its_buffers(int length)
    {
        const int Count = 1500;
        using var pair = Connect();

        SendInBatches(pair, Count, length);

        Assert.Equal(Count, pair.Server.Frames.Count);
        Assert.True(pair.Server.Reuses > 0, "the link never asked");
        Assert.True(length > 2000 || pair.Server.Reuses < Count / 2, "the link asked for almost every frame");
    }

    [Theory]
    [InlineData(32)]
    [InlineData(5000)]
    public void A_sink_that_cannot_move_what_is_in_place_holds_the_buffers_and_the_link_goes_on_with_others(int length)
    {
        const int Count = 600;
        using var pair = Connect();
        pair.Server.MovesInPlace = false;

        SendInBatches(pair, Count, length);

        Assert.Equal(Count, pair.Server.Frames.Count);
        Assert.True(pair.Server.Reuses > 0, "the link never asked");
        pair.Server.CheckInPlace();
        Assert.Empty(pair.Server.Violations);
    }

    [Fact]
    public void What_a_sink_holds_outlives_the_link()
    {
        using var pair = Connect();
        pair.Server.MovesInPlace = false;
        SendInBatches(pair, 20, 1000);

        pair.On(pair.Server, () => pair.Server.Call(link => link.Abort(LinkError.Aborted, "enough")));
        pair.DriveUntil(() => pair.Client.IsClosed && pair.Server.IsClosed, "both ends close");
        pair.Settle();

        Assert.True(pair.Server.Reuses > 0, "the link did not ask before it closed");
        pair.Server.CheckInPlace();
        Assert.Empty(pair.Server.Violations);
    }

    [Fact]
    public void Held_messages_of_one_kind_never_stop_other_frames()
    {
        const int Count = 3000;
        using var pair = Connect();
        pair.Server.MovesInPlace = false;
        SendInBatches(pair, 10, 4000);
        pair.Server.MovesInPlace = true;

        var answered = 0UL;
        pair.Server.OnFrameDo = frame => pair.Server.Send(FrameType.KeepAliveResponse, frame.Serial);
        for (var i = 0UL; i < Count; i += 50)
        {
            var first = 10_000 + i;
            pair.On(pair.Client, () =>
            {
                for (var serial = first; serial < first + 50; serial++)
                {
                    pair.Client.Send(FrameType.KeepAliveRequest, serial);
                    answered++;
                }
            });
            pair.DriveUntil(() => pair.Client.Frames.Count == (int)answered, "all are answered");
        }
    }

    private static void SendInBatches(LinkPair pair, int count, int length)
    {
        const int Batch = 20;
        for (var sent = 0; sent < count; sent += Batch)
        {
            var first = (ulong)sent;
            pair.On(pair.Client, () =>
            {
                for (var serial = first; serial < first + Batch; serial++)
                {
                    pair.Client.Send(new TestFrame { Header = TestFrame.HeaderOf(FrameType.OneWay, serial), Parts = [length], UserHeader = [(byte)serial, 1, 2] });
                }
            });
            pair.DriveUntil(() => pair.Server.Frames.Count == sent + Batch, "the batch arrives");
        }
    }
}
