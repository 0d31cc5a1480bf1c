using System.Runtime.InteropServices;
using Accelio.Transports;
using Accelio.Transports.Memory;
using Xunit;

namespace Accelio.Reactive.Tests.Tcp;

/// <summary>Where bodies go that are too long to wait in the receive buffer, and what lies in the buffer meanwhile.</summary>
public unsafe class PlacementTests
{
    private const int Long = 300_000;

    private static readonly FrameHeader Request = new() { Type = FrameType.Request };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_body_that_is_complete_in_the_buffer_is_delivered_there(bool isDual)
    {
        using var world = new ScriptedPair(isDual);
        var body = Bytes.Pattern(50_000);

        world.Send(world.Client, Request, Bytes.Whole(body));
        world.Carry();

        var frame = Assert.Single(world.ServerSink.Frames);
        Assert.Equal(body, frame.Body);
        Assert.True(frame.InPlace);
        Assert.False(frame.HadSlab);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_long_body_comes_in_a_slab_that_the_sink_may_keep(bool isDual)
    {
        using var world = new ScriptedPair(isDual);
        var body = Bytes.Pattern(Long);
        Slab? kept = null;
        world.ServerSink.Frame = (Link link, ref InboundFrame frame) =>
        {
            if (frame.BodyLength > 0)
            {
                (kept, frame.Slab) = (frame.Slab, null);
            }
        };

        world.Send(world.Client, Request, Bytes.Whole(body), [1, 2, 3]);
        world.Send(world.Client, Request, userHeader: [4]);
        world.Carry();

        Assert.Equal(2, world.ServerSink.Frames.Count);
        Assert.True(world.ServerSink.Frames[0].HadSlab);
        Assert.Equal([1, 2, 3], world.ServerSink.Frames[0].UserHeader);
        Assert.Equal([4], world.ServerSink.Frames[1].UserHeader);
        Assert.Equal(body, kept!.Span[..Long].ToArray());
        kept.Release();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_long_body_goes_where_the_sink_says_and_brings_back_its_tag(bool isDual)
    {
        using var world = new ScriptedPair(isDual);
        var body = Bytes.Pattern(Long);
        var destination = (byte*)NativeMemory.Alloc(Long);
        var tag = new object();
        world.ServerSink.Arrival = (Link link, ref InboundFrame frame) =>
        {
            Assert.Equal(0, (nint)frame.Body);
            frame.Placement = PlacementKind.Destination;
            frame.Destination = destination;
            frame.Tag = tag;
        };

        world.Send(world.Client, Request, Bytes.Whole(body));
        world.Carry();

        var frame = Assert.Single(world.ServerSink.Frames);
        Assert.Same(tag, frame.Tag);
        Assert.False(frame.HadSlab);
        Assert.Equal(body, frame.Body);
        Assert.Equal(body, new Span<byte>(destination, Long).ToArray());
        NativeMemory.Free(destination);
    }

    [Theory]
    [InlineData(false, Long)]
    [InlineData(true, Long)]
    [InlineData(false, 100)]
    public void A_discarded_body_is_read_off_and_what_follows_is_untouched(bool isDual, int length)
    {
        using var world = new ScriptedPair(isDual);
        world.ServerSink.Arrival = (Link link, ref InboundFrame frame) =>
            frame.Placement = frame.BodyLength == length ? PlacementKind.Discard : PlacementKind.Pool;

        world.Send(world.Client, Request, Bytes.Whole(Bytes.Pattern(length)));
        world.Send(world.Client, Request, Bytes.Whole(Bytes.Pattern(20)));
        world.Carry();

        Assert.Equal(2, world.ServerSink.Frames.Count);
        Assert.True(world.ServerSink.Frames[0].Discarded);
        Assert.Equal(length, world.ServerSink.Frames[0].BodyLength);
        Assert.Empty(world.ServerSink.Frames[0].Body);
        Assert.Equal(Bytes.Pattern(20), world.ServerSink.Frames[1].Body);
    }

    [Theory]
    [InlineData(false, Long)]
    [InlineData(true, Long)]
    [InlineData(false, 100)]
    [InlineData(true, 100)]
    public void Not_now_stops_the_link_until_it_is_resumed_and_then_asks_again(bool isDual, int length)
    {
        using var world = new ScriptedPair(isDual);
        var body = Bytes.Pattern(length);
        world.ServerSink.Arrival = (Link link, ref InboundFrame frame) => frame.Placement = PlacementKind.NotNow;
        world.Send(world.Client, Request, Bytes.Whole(body));
        world.Send(world.Client, Request);
        world.Carry();
        Assert.Empty(world.ServerSink.Frames);
        Assert.Equal(1, world.ServerSink.Arrivals);
        Assert.False(world.Server.Control.WantsRead);

        world.ServerSink.Arrival = null;
        world.Do(world.Server.ResumeReceive);
        Assert.Empty(world.ServerSink.Frames);
        world.Carry();

        Assert.Equal(2, world.ServerSink.Frames.Count);
        Assert.Equal(3, world.ServerSink.Arrivals);
        Assert.Equal(body, world.ServerSink.Frames[0].Body);
        Assert.True(world.Server.Control.WantsRead);
    }

    [Fact]
    public void A_pause_lets_at_most_the_frame_in_hand_through()
    {
        using var world = new ScriptedPair();
        world.ServerSink.Frame = (Link link, ref InboundFrame frame) => link.PauseReceive();
        for (var i = 0; i < 3; i++)
        {
            world.Send(world.Client, Request);
        }

        world.Carry();
        Assert.Single(world.ServerSink.Frames);

        world.Do(world.Server.ResumeReceive);
        world.Carry();
        Assert.Equal(2, world.ServerSink.Frames.Count);
    }

    [Fact]
    public void Memory_that_the_sink_holds_is_never_overwritten()
    {
        using var world = new ScriptedPair();
        var held = new List<(Slab Slab, nint Address, byte[] Content)>();
        world.ServerSink.Frame = (Link link, ref InboundFrame frame) =>
        {
            if (held.Count < 5 && world.ServerSink.Count % 40 == 1)
            {
                var content = new Span<byte>(frame.Body, (int)frame.BodyLength).ToArray();
                held.Add((link.ReceiveBuffers[0], (nint)frame.Body, content));
                link.ReceiveBuffers[0].Hold();
            }
        };
        world.ServerSink.Reuse = link => false;

        for (var i = 0; i < 200; i++)
        {
            world.Send(world.Client, Request, Bytes.Whole(Bytes.Pattern(5000, i)));
            world.Carry();
        }

        Assert.Equal(5, held.Count);
        Assert.True(world.ServerSink.ReuseAsked > 5);
        foreach (var (slab, address, content) in held)
        {
            Assert.Equal(content, new Span<byte>((byte*)address, content.Length).ToArray());
            slab.Release();
        }

        for (var i = 0; i < 200; i++)
        {
            Assert.Equal(Bytes.Pattern(5000, i), world.ServerSink.Frames[i].Body);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Buffers_grow_while_busy_and_an_idle_link_has_none(bool dual)
    {
        using var world = new ScriptedPair(dual);
        Assert.Equal(16 * 1024, world.Server.ReceiveBuffers[0].Length);

        for (var i = 0; i < 400; i++)
        {
            world.Send(world.Client, Request, Bytes.Whole(Bytes.Pattern(8000)));
        }

        world.Carry();
        world.Send(world.Client, Request);
        world.Carry();
        Assert.Equal(512 * 1024, world.Server.ReceiveBuffers[dual ? 1 : 0].Length);

        world.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal(0, world.Server.ReceiveBuffers.Length);
        Assert.Equal(0, world.Client.ReceiveBuffers.Length);
        world.Send(world.Client, Request, Bytes.Whole(Bytes.Pattern(3000)));
        world.Carry();
        Assert.Equal(402, world.ServerSink.Frames.Count);
        Assert.Equal(Bytes.Pattern(3000), world.ServerSink.Frames[^1].Body);
        Assert.Equal(16 * 1024, world.Server.ReceiveBuffers[0].Length);
    }

    [Fact]
    public void A_link_in_the_middle_of_a_frame_is_not_idle()
    {
        using var world = new ScriptedPair();
        world.Send(world.Client, Request, Bytes.Whole(Bytes.Pattern(3000)));
        var bytes = world.Client.Control.Outgoing.TakeAll();

        world.Do(() =>
        {
            world.Server.Control.Incoming.Append(bytes.AsSpan(0, 1000));
            world.Server.Turn();
        });
        world.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal(1, world.Server.ReceiveBuffers.Length);
        world.Do(() =>
        {
            world.Server.Control.Incoming.Append(bytes.AsSpan(1000));
            world.Server.Turn();
        });

        Assert.Equal(Bytes.Pattern(3000), world.ServerSink.Frames[^1].Body);
        world.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal(0, world.Server.ReceiveBuffers.Length);
    }

    [Fact]
    public void One_turn_delivers_no_more_frames_than_allowed()
    {
        using var world = new ScriptedPair(options: new LinkOptions { MaxFramesPerCycle = 10 });
        for (var i = 0; i < 25; i++)
        {
            world.Send(world.Client, Request);
        }

        world.Do(() =>
        {
            world.Server.Control.Incoming.Append(world.Client.Control.Outgoing.TakeAll());
            world.Server.Turn();
            Assert.Equal(10, world.ServerSink.Frames.Count);
            Assert.True(world.Server.Control.IsMarked);
            world.Server.Turn();
            Assert.Equal(20, world.ServerSink.Frames.Count);
            world.Server.Take();
        });

        Assert.Equal(25, world.ServerSink.Frames.Count);
    }
}
