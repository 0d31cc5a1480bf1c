using Accelio.Transports;
using Xunit;

namespace Accelio.Reactive.Tests.Tcp;

/// <summary>Nothing is waited for without limit, and nothing is cut off that moves.</summary>
public class StreamLinkTimeTests
{
    private static readonly FrameHeader Request = new() { Type = FrameType.Request };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_link_must_be_set_up_in_time(bool halfWay)
    {
        using var world = new ScriptedPair(configured: false);
        world.Do(() => world.Server.Feed(TcpListenerTests.NexusRequest().AsSpan(0, halfWay ? 48 : 20)));

        world.Pass(TimeSpan.FromSeconds(9));
        Assert.Null(world.ServerSink.Error);
        world.Pass(TimeSpan.FromSeconds(1.1));

        Assert.Equal(LinkError.SetupTimeout, world.ServerSink.Error);
    }

    [Theory]
    [InlineData(20, 5)]
    [InlineData(50_000, 200)]
    [InlineData(1 << 20, 200)]
    [InlineData(64 << 20, 200_000)]
    public void A_frame_that_has_begun_must_go_on(int bodyLength, int arrived)
    {
        using var world = new ScriptedPair();
        var bytes = Encode(world, bodyLength).AsMemory(0, arrived);
        world.Do(() => world.Server.Feed(bytes.Span));

        world.Pass(TimeSpan.FromSeconds(9.9));
        Assert.Null(world.ServerSink.Error);
        world.Pass(TimeSpan.FromSeconds(0.2));

        Assert.Equal(LinkError.BodyStalled, world.ServerSink.Error);
    }

    [Theory]
    [InlineData(50_000)]
    [InlineData(1 << 20)]
    public void A_frame_that_goes_on_slowly_is_not_cut_off(int bodyLength)
    {
        using var world = new ScriptedPair();
        var bytes = Encode(world, bodyLength);
        var piece = bytes.Length / 10;
        for (var i = 0; i < 10; i++)
        {
            world.Do(() => world.Server.Feed(bytes.AsSpan(i * piece, i == 9 ? bytes.Length - (9 * piece) : piece)));
            world.Pass(TimeSpan.FromSeconds(9));
        }

        Assert.Null(world.ServerSink.Error);
        Assert.Single(world.ServerSink.Frames);
        world.Pass(TimeSpan.FromMinutes(10));
        Assert.Null(world.ServerSink.Error);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(1 << 20)]
    public void A_byte_now_and_then_is_no_progress(int bodyLength)
    {
        using var world = new ScriptedPair();
        var bytes = Encode(world, bodyLength);
        world.Do(() => world.Server.Feed(bytes.AsSpan(0, 100)));
        for (var i = 100; i < 109; i++)
        {
            world.Pass(TimeSpan.FromSeconds(1));
            world.Do(() => world.Server.Feed(bytes.AsSpan(i, 1)));
        }

        Assert.Null(world.ServerSink.Error);
        world.Pass(TimeSpan.FromSeconds(1.1));

        Assert.Equal(LinkError.BodyStalled, world.ServerSink.Error);
        Assert.Contains("9 more", world.ServerSink.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_frame_has_its_own_time()
    {
        using var world = new ScriptedPair();
        var bytes = Encode(world, 20);
        world.Do(() => world.Server.Feed(bytes.AsSpan(0, 100)));
        world.Pass(TimeSpan.FromSeconds(9));
        world.Do(() => world.Server.Feed([.. bytes.AsSpan(100), .. bytes.AsSpan(0, 10)]));
        world.Pass(TimeSpan.FromSeconds(9));
        world.Do(() => world.Server.Feed(bytes.AsSpan(10)));
        world.Pass(TimeSpan.FromSeconds(100));

        Assert.Null(world.ServerSink.Error);
        Assert.Equal(2, world.ServerSink.Frames.Count);
    }

    [Fact]
    public void A_peer_that_asks_and_takes_no_answers_is_not_listened_to_until_it_does()
    {
        using var world = new ScriptedPair(options: new LinkOptions { MaxBacklog = 2 << 20 });
        var question = Encode(world, 20);
        world.Server.Control.Room = 0;
        world.ServerSink.Frame = (Link link, ref InboundFrame _) =>
        {
            var answer = new OutboundFrame { Header = new FrameHeader { Type = FrameType.OneWay }, Body = Bytes.Whole(new byte[8192]) };
            link.Send(ref answer);
        };
        for (var i = 0; i < 1000; i++)
        {
            world.Do(() => world.Server.Feed(question));
        }

        Assert.InRange(world.ServerSink.Frames.Count, 250, 260);
        world.Server.Control.Room = int.MaxValue;
        world.Do(world.Server.Take);
        world.Do(() => world.Server.Turn());

        Assert.Equal(1000, world.ServerSink.Frames.Count);
        Assert.Null(world.ServerSink.Error);
    }

    [Fact]
    public void Time_in_which_this_side_does_not_read_does_not_count()
    {
        using var world = new ScriptedPair();
        var bytes = Encode(world, 50_000);
        world.Do(() => world.Server.Feed(bytes.AsSpan(0, 1000)));
        world.Do(world.Server.PauseReceive);
        world.Pass(TimeSpan.FromMinutes(5));
        Assert.Null(world.ServerSink.Error);

        world.Do(world.Server.ResumeReceive);
        world.Do(world.Server.Take);
        world.Pass(TimeSpan.FromSeconds(9));
        Assert.Null(world.ServerSink.Error);
        world.Pass(TimeSpan.FromSeconds(2));

        Assert.Equal(LinkError.BodyStalled, world.ServerSink.Error);
    }

    [Fact]
    public void A_peer_that_takes_no_bytes_is_cut_off_and_one_that_takes_few_is_not()
    {
        using var world = new ScriptedPair();
        world.Client.Control.Room = 0;
        world.Send(world.Client, Request, Bytes.Whole(new byte[100_000]), token: new SendToken());
        for (var i = 0; i < 5; i++)
        {
            world.Pass(TimeSpan.FromSeconds(29));
            world.Do(() =>
            {
                world.Client.Control.Room = 100;
                world.Client.Take();
            });
        }

        Assert.Null(world.ClientSink.Error);
        world.Pass(TimeSpan.FromSeconds(31));

        Assert.Equal(LinkError.SendStalled, world.ClientSink.Error);
        Assert.Single(world.ClientSink.Released);
    }

    [Fact]
    public void Silence_between_frames_is_nobodys_fault()
    {
        using var world = new ScriptedPair();
        world.Send(world.Client, Request, Bytes.Whole(new byte[1 << 20]));
        world.Carry();

        world.Pass(TimeSpan.FromHours(1));
        world.Pass(TimeSpan.FromHours(1));

        Assert.Null(world.ClientSink.Error);
        Assert.Null(world.ServerSink.Error);
    }

    [Fact]
    public void An_orderly_close_waits_for_the_peers_end_but_not_for_ever()
    {
        using var world = new ScriptedPair();
        world.Send(world.Client, Request);
        world.Do(world.Client.Close);

        Assert.True(world.Client.HasShutDown);
        Assert.Empty(world.ClientSink.Closed);
        world.Pass(TimeSpan.FromSeconds(1.1));

        Assert.Equal(LinkError.None, Assert.Single(world.ClientSink.Closed).Error);
    }

    [Fact]
    public void An_orderly_close_towards_a_peer_that_takes_nothing_is_limited_in_time()
    {
        using var world = new ScriptedPair();
        world.Client.Control.Room = 0;
        world.Send(world.Client, Request);
        world.Do(world.Client.Close);
        Assert.False(world.Client.HasShutDown);

        world.Pass(TimeSpan.FromSeconds(31));

        Assert.Equal(LinkError.SendStalled, Assert.Single(world.ClientSink.Closed).Error);
    }

    private static byte[] Encode(ScriptedPair world, int bodyLength)
    {
        world.Send(world.Client, Request, Bytes.Whole(new byte[bodyLength]), token: new SendToken());
        return world.Client.Control.Outgoing.TakeAll();
    }
}
