using Accelio.Transports;
using Xunit;

namespace Accelio.Reactive.Tests.Contract;

/// <content>The end of a link; rules d and e.</content>
public abstract partial class LinkContract
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(30)]
    public void Close_lets_everything_queued_leave(int count)
    {
        using var pair = Connect();

        pair.On(pair.Client, () =>
        {
            SendMixed(pair.Client, count);
            pair.Client.Call(link => link.Close());
            Assert.Equal(SendStatus.Closed, pair.Client.Send(FrameType.OneWay, 999));
        });

        pair.DriveUntil(() => pair.Client.IsClosed && pair.Server.IsClosed, "both ends close");
        Assert.Equal(count, pair.Server.Frames.Count);
        Assert.Equal(LinkError.None, pair.Client.ClosedError);
        Assert.Equal(LinkError.PeerClosed, pair.Server.ClosedError);
    }

    [Fact]
    public void Close_does_not_wait_for_ever_for_a_peer_that_takes_nothing()
    {
        using var pair = Connect();
        pair.On(pair.Server, () => pair.Server.Call(link => link.PauseReceive()));
        pair.On(pair.Client, () =>
        {
            for (var i = 0UL; i < 40; i++)
            {
                pair.Client.Send(FrameType.OneWay, i, Bulk);
            }

            pair.Client.Call(link => link.Close());
        });
        pair.Settle();
        Assert.False(pair.Client.IsClosed);

        pair.Pass(TimeSpan.FromTicks(CreateOptions().SendProgressTimeout) + TimeSpan.FromSeconds(1));

        Assert.True(pair.Client.IsClosed);
        Assert.Equal(LinkError.SendStalled, pair.Client.ClosedError);
    }

    [Fact]
    public void Both_ends_may_close_at_once()
    {
        using var pair = Connect();

        pair.On(pair.Client, () => pair.Client.Call(link => link.Close()));
        pair.On(pair.Server, () => pair.Server.Call(link => link.Close()));

        pair.DriveUntil(() => pair.Client.IsClosed && pair.Server.IsClosed, "both ends close");
    }

    [Fact]
    public void Both_ends_may_close_at_once_with_bulk_on_the_way()
    {
        using var pair = Connect();

        pair.On(pair.Client, () => SendMixed(pair.Client, 20));
        pair.On(pair.Server, () => SendMixed(pair.Server, 20));
        pair.On(pair.Client, () => pair.Client.Call(link => link.Close()));
        pair.On(pair.Server, () => pair.Server.Call(link => link.Close()));

        pair.DriveUntil(() => pair.Client.IsClosed && pair.Server.IsClosed, "both ends close");
    }

    [Fact]
    public void Abort_drops_what_is_queued_and_tells_its_reason_here_and_an_end_there()
    {
        using var pair = Connect();
        pair.On(pair.Server, () => pair.Server.Call(link => link.PauseReceive()));

        pair.On(pair.Client, () =>
        {
            for (var i = 0UL; i < 40; i++)
            {
                pair.Client.Send(FrameType.OneWay, i, Bulk);
            }

            pair.Client.Call(link => link.Abort(LinkError.KeepAliveExpired, "silence"));
            Assert.Equal(SendStatus.Closed, pair.Client.Send(FrameType.OneWay, 999));
        });
        pair.DriveUntil(() => pair.Client.IsClosed, "the client closes");

        Assert.Equal(LinkError.KeepAliveExpired, pair.Client.ClosedError);
        Assert.Equal("silence", pair.Client.ClosedDetail);
        pair.On(pair.Server, () => pair.Server.Call(link => link.ResumeReceive()));
        pair.DriveUntil(() => pair.Server.IsClosed, "the server sees it");
        Assert.True(pair.Server.ClosedError is LinkError.PeerClosed or LinkError.TransportFailed, pair.Server.ClosedError.ToString());
    }

    [Fact]
    public void The_first_reason_stands()
    {
        using var pair = Connect();

        pair.On(pair.Client, () => pair.Client.Call(link =>
        {
            link.Abort(LinkError.SequenceError, "first");
            link.Abort(LinkError.BadMagic, "second");
            link.Close();
        }));

        pair.DriveUntil(() => pair.Client.IsClosed, "the client closes");
        Assert.Equal((LinkError.SequenceError, "first"), (pair.Client.ClosedError, pair.Client.ClosedDetail));
    }

    [Fact]
    public void An_abort_cuts_a_close_short()
    {
        using var pair = Connect();
        pair.On(pair.Server, () => pair.Server.Call(link => link.PauseReceive()));

        pair.On(pair.Client, () =>
        {
            for (var i = 0UL; i < 40; i++)
            {
                pair.Client.Send(FrameType.OneWay, i, Bulk);
            }

            pair.Client.Call(link => link.Close());
        });
        pair.Settle();
        Assert.False(pair.Client.IsClosed);
        pair.On(pair.Client, () => pair.Client.Call(link => link.Abort(LinkError.Aborted, "now")));

        pair.DriveUntil(() => pair.Client.IsClosed, "the client closes");
        Assert.Equal(LinkError.Aborted, pair.Client.ClosedError);
    }

    [Fact]
    public void A_link_may_be_aborted_before_it_is_open()
    {
        using var pair = CreatePair();
        pair.Listen(Transport, Address, CreateOptions());
        pair.On(pair.Client, () =>
        {
            pair.Client.Attach(Transport.Dial(pair.ClientPoller, pair.Listener!.LocalEndPoint, CreateOptions(), pair.Client));
            pair.Client.Call(link => link.Abort(LinkError.Aborted, "changed my mind"));
        });

        pair.DriveUntil(() => pair.Client.IsClosed, "the client closes");
        Assert.Equal(0, pair.Client.Opened);
        pair.DriveUntil(() => !pair.Server.HasLink || pair.Server.IsClosed, "the server closes what it had");
    }

    [Theory]
    [InlineData("opened")]
    [InlineData("setup")]
    [InlineData("arrival")]
    [InlineData("frame")]
    [InlineData("released")]
    [InlineData("writable")]
    public void A_link_may_be_aborted_in_every_callback(string callback)
    {
        using var pair = CreatePair();
        void AbortServer() => pair.Server.Call(link => link.Abort(LinkError.Aborted, callback));
        pair.Server.OnOpenedDo = callback == "opened" ? AbortServer : null;
        pair.Server.OnSetupDo = callback == "setup" ? AbortServer : null;
        pair.Server.OnArrivalDo = callback == "arrival" ? (ref InboundFrame _) => AbortServer() : null;
        pair.Server.OnFrameDo = callback == "frame" ? _ => AbortServer() : null;
        pair.Server.OnReleasedDo = callback == "released" ? AbortServer : null;
        pair.Server.OnWritableDo = callback == "writable" ? AbortServer : null;
        // Low enough that a few frames congest the link, before any of them has left.
        var options = CreateOptions(highWatermark: 16 << 10);
        pair.Listen(Transport, Address, options);
        pair.Dial(Transport, pair.Listener!.LocalEndPoint, options);
        pair.DriveUntil(() => pair.Server.IsClosed || (pair.Client.Configured && pair.Server.Configured), "the set-up, or its end");

        if (!pair.Server.IsClosed && !pair.Client.IsClosed)
        {
            pair.On(pair.Client, () => SendMixed(pair.Client, 10));
            pair.On(pair.Server, () => SendMixed(pair.Server, 40));
        }

        pair.DriveUntil(() => pair.Server.IsClosed && pair.Client.IsClosed, "both ends close");
        Assert.Equal((LinkError.Aborted, callback), (pair.Server.ClosedError, pair.Server.ClosedDetail));
        Assert.True(callback != "frame" || pair.Server.Frames.Count == 1);
        Assert.True(callback != "arrival" || pair.Server.Frames.Count == 0);
    }

    [Fact]
    public void A_closed_link_takes_every_call_and_does_nothing()
    {
        using var pair = Connect();
        pair.On(pair.Client, () => pair.Client.Call(link => link.Close()));
        pair.DriveUntil(() => pair.Client.IsClosed && pair.Server.IsClosed, "both ends close");

        pair.On(pair.Client, () => pair.Client.Call(link =>
        {
            link.PauseReceive();
            link.ResumeReceive();
            link.Close();
            link.Abort(LinkError.Aborted, "again");
            link.SendSetup(pair.Client.OwnSetup(isResponse: false), []);
            link.Configure(pair.Client.OwnSetup(isResponse: false), 9216);
        }));
        pair.On(pair.Client, () => Assert.Equal(SendStatus.Closed, pair.Client.Send(FrameType.Request, 1, Bulk)));
        pair.Settle();

        Assert.Equal(0, pair.Client.Link.QueuedBytes);
    }
}
