using Accelio.Transports;
using Xunit;

namespace Accelio.Reactive.Tests.Contract;

/// <content>Rule c. Every test checks it too: a token overwrites its body when it is released, and every body is compared with its pattern on arrival.</content>
public abstract partial class LinkContract
{
    [Fact]
    public void Every_referenced_body_is_released_once_and_what_the_sender_writes_then_is_not_seen()
    {
        const int Count = 60;
        using var pair = Connect();
        var referenced = 0;
        pair.On(pair.Client, () =>
        {
            for (var i = 0; i < Count; i++)
            {
                referenced += pair.Client.Send(FrameType.OneWay, (ulong)i, i % 5 == 0 ? Bulk / 2 : Large + i) == SendStatus.Referenced ? 1 : 0;
            }
        });

        pair.DriveUntil(() => pair.Server.Frames.Count == Count && pair.Client.Released == referenced, "all bodies arrive and are released");

        Assert.Equal(Count, referenced);
        Assert.Equal(Enumerable.Range(0, Count).Select(i => (ulong)i), pair.Server.Frames.Select(frame => frame.Serial));
    }

    [Fact]
    public void Bodies_of_responses_are_released_too()
    {
        using var pair = Connect();
        pair.Client.Link.AgreedRoom = Bulk;
        pair.On(pair.Server, () =>
        {
            for (var i = 0UL; i < 10; i++)
            {
                var frame = new TestFrame { Header = TestFrame.HeaderOf(FrameType.Response, i), Parts = [Large], AgreedRoom = Bulk };
                Assert.Equal(SendStatus.Referenced, pair.Server.Send(frame));
            }
        });

        pair.DriveUntil(() => pair.Client.Frames.Count == 10 && pair.Server.Released == 10, "all bodies arrive and are released");
    }

    [Fact]
    public void A_release_may_send_the_next_body()
    {
        using var pair = Connect();
        var sent = 1UL;
        pair.Client.OnReleasedDo = () =>
        {
            if (sent < 20)
            {
                pair.Client.Send(FrameType.OneWay, ++sent, Large);
            }
        };

        pair.On(pair.Client, () => pair.Client.Send(FrameType.OneWay, 1, Large));

        pair.DriveUntil(() => pair.Server.Frames.Count == 20, "every release sends the next body");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(40)]
    public void An_aborted_link_releases_what_it_refers_to_and_what_was_delivered_stays_right(int turns)
    {
        using var pair = Connect();
        pair.On(pair.Client, () =>
        {
            for (var i = 0; i < 20; i++)
            {
                pair.Client.Send(FrameType.OneWay, (ulong)i, Bulk);
            }
        });
        for (var i = 0; i < turns; i++)
        {
            pair.Turn();
        }

        pair.On(pair.Client, () => pair.Client.Call(link => link.Abort(LinkError.Aborted, "enough")));

        pair.DriveUntil(() => pair.Client.IsClosed && pair.Server.IsClosed, "both ends close");
        pair.DriveUntil(() => pair.Client.Released == 20, "everything is released");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(20)]
    public void A_link_that_its_peer_aborts_releases_what_it_refers_to(int turns)
    {
        using var pair = Connect();
        pair.On(pair.Client, () =>
        {
            for (var i = 0; i < 20; i++)
            {
                pair.Client.Send(FrameType.OneWay, (ulong)i, Bulk);
            }
        });
        for (var i = 0; i < turns; i++)
        {
            pair.Turn();
        }

        pair.On(pair.Server, () => pair.Server.Call(link => link.Abort(LinkError.Aborted, "enough")));

        pair.DriveUntil(() => pair.Client.IsClosed && pair.Server.IsClosed, "both ends close");
        pair.DriveUntil(() => pair.Client.Released == 20, "everything is released");
    }
}
