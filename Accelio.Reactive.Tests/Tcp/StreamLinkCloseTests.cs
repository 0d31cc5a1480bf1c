using Accelio.Native.Linux;
using Accelio.Transports;
using Xunit;

namespace Accelio.Reactive.Tests.Tcp;

/// <summary>The end comes once, last, and from nobody's call.</summary>
public class StreamLinkCloseTests
{
    private static readonly FrameHeader Request = new() { Type = FrameType.Request };

    [Theory]
    [InlineData(0, LinkError.PeerClosed)]
    [InlineData(-Errno.ConnectionReset, LinkError.TransportFailed)]
    internal void The_end_of_the_stream_comes_behind_what_had_arrived(int result, LinkError expected)
    {
        using var world = new ScriptedPair();
        world.Send(world.Client, Request);
        world.Do(() =>
        {
            world.Server.Control.End = result;
            world.Server.Feed(world.Client.Control.Outgoing.TakeAll());
        });

        Assert.Single(world.ServerSink.Frames);
        Assert.Equal(expected, Assert.Single(world.ServerSink.Closed).Error);
        Assert.Equal("closed", world.ServerSink.Calls[^1]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void The_end_of_either_stream_of_a_pair_is_the_end_behind_what_had_arrived_on_both(int ended)
    {
        using var world = new ScriptedPair(isDual: true);
        world.Send(world.Client, Request, Bytes.Whole(Bytes.Pattern(30_000)));
        world.Do(() =>
        {
            (ended == 0 ? world.Server.Control : world.Server.Data).End = 0;
            world.Server.Control.Incoming.Append(world.Client.Control.Outgoing.TakeAll());
            world.Server.Data.Incoming.Append(world.Client.Data.Outgoing.TakeAll());
            world.Server.Data.Piece = 1000;
            world.Server.Take();
        });

        Assert.Equal(Bytes.Pattern(30_000), Assert.Single(world.ServerSink.Frames).Body);
        Assert.Equal(LinkError.PeerClosed, Assert.Single(world.ServerSink.Closed).Error);
        Assert.Contains(ended == 0 ? "control" : "data", world.ServerSink.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void An_end_in_the_middle_of_a_frame_is_called_that()
    {
        using var world = new ScriptedPair();
        world.Send(world.Client, Request, Bytes.Whole(new byte[1000]));
        world.Do(() =>
        {
            world.Server.Control.End = 0;
            world.Server.Feed(world.Client.Control.Outgoing.Span[..500]);
        });

        Assert.Contains("in the middle of a frame", world.ServerSink.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void When_sending_fails_what_the_peer_sent_before_is_still_delivered()
    {
        using var world = new ScriptedPair();
        world.Send(world.Server, Request, Bytes.Whole(Bytes.Pattern(20)));
        world.Do(() =>
        {
            world.Client.Control.Incoming.Append(world.Server.Control.Outgoing.TakeAll());
            world.Client.Control.SendError = -Errno.BrokenPipe;
            var frame = new OutboundFrame { Header = Request };
            world.Client.Send(ref frame);
        });
        world.Do(world.Client.Take);

        Assert.Single(world.ClientSink.Frames);
        Assert.Equal(LinkError.TransportFailed, Assert.Single(world.ClientSink.Closed).Error);
        Assert.Contains("send", world.ClientSink.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_reference_is_released_once_before_the_end_is_told()
    {
        using var world = new ScriptedPair();
        world.Client.Control.Room = 150_000;
        for (var i = 0; i < 5; i++)
        {
            world.Send(world.Client, Request, Bytes.InParts(new byte[100_000], 3), token: new SendToken());
        }

        Assert.Single(world.ClientSink.Released);
        world.Do(() =>
        {
            world.Client.Abort(LinkError.Aborted, "first");
            Assert.Single(world.ClientSink.Released);
        });
        world.Do(() => world.Client.Abort(LinkError.None, "second"));

        Assert.Equal(5, world.ClientSink.Released.Distinct().Count());
        Assert.Equal(5, world.ClientSink.Released.Count);
        Assert.Equal((LinkError.Aborted, "first"), Assert.Single(world.ClientSink.Closed));
        Assert.Equal(1, world.Client.TimesClosed);
    }

    [Theory]
    [InlineData("arrival")]
    [InlineData("frame")]
    [InlineData("reuse")]
    [InlineData("released")]
    public void A_link_may_be_aborted_inside_every_callback(string callback)
    {
        using var world = new ScriptedPair();
        var sink = callback == "released" ? world.ClientSink : world.ServerSink;
        void Abort(Link link)
        {
            link.Abort(LinkError.SequenceError, callback);
            Assert.Empty(sink.Closed);
        }

        world.ServerSink.Arrival = (Link link, ref InboundFrame frame) =>
        {
            if (callback == "arrival")
            {
                Abort(link);
            }
        };
        world.ServerSink.Frame = (Link link, ref InboundFrame frame) =>
        {
            if (callback == "frame")
            {
                Abort(link);
            }
        };
        world.ServerSink.Reuse = link =>
        {
            if (callback == "reuse" && sink.Error is null)
            {
                Abort(link);
            }

            return true;
        };
        world.ClientSink.WhenReleased = link =>
        {
            if (callback == "released")
            {
                Abort(link);
            }
        };

        for (var i = 0; i < 20; i++)
        {
            world.Send(world.Client, Request, Bytes.Whole(new byte[200_000]), token: new SendToken());
            world.Carry();
        }

        Assert.Equal((LinkError.SequenceError, callback), Assert.Single(sink.Closed));
    }

    [Fact]
    public void Frames_that_come_while_closing_are_thrown_away()
    {
        using var world = new ScriptedPair();
        world.Send(world.Server, Request);
        world.Do(world.Client.Close);
        world.Do(() => world.Client.Feed(world.Server.Control.Outgoing.TakeAll()));
        Assert.Empty(world.ClientSink.Frames);
        Assert.Empty(world.ClientSink.Closed);

        world.Do(() =>
        {
            world.Client.Control.End = 0;
            world.Client.Take();
        });

        Assert.Equal(LinkError.None, Assert.Single(world.ClientSink.Closed).Error);
    }

    [Fact]
    public void The_sink_keeps_what_lies_in_the_buffers_when_the_link_ends()
    {
        using var world = new ScriptedPair();
        world.Send(world.Client, Request, Bytes.Whole(Bytes.Pattern(100)));
        world.Carry();
        var held = world.Server.ReceiveBuffers[0];
        var content = held.Span[..1000].ToArray();
        world.ServerSink.Reuse = link =>
        {
            held.Hold();
            return false;
        };

        world.Do(() => world.Server.Abort(LinkError.Aborted, "over"));

        Assert.Single(world.ServerSink.Closed);
        Assert.Equal(content, held.Span[..1000].ToArray());
        held.Release();
    }

    [Fact]
    public void A_destination_is_not_touched_after_the_end()
    {
        using var world = new ScriptedPair();
        var destination = GC.AllocateArray<byte>(200_000, pinned: true);
        world.ServerSink.Arrival = SetDestination;
        world.Send(world.Client, Request, Bytes.Whole(Bytes.Pattern(200_000)));
        var bytes = world.Client.Control.Outgoing.TakeAll();
        world.Do(() => world.Server.Feed(bytes.AsSpan(0, 100_000)));
        world.Do(() => world.Server.Abort(LinkError.Aborted, "over"));
        Array.Clear(destination);

        world.Do(() => world.Server.Feed(bytes.AsSpan(100_000)));

        Assert.Equal(-1, destination.AsSpan().IndexOfAnyExcept((byte)0));
        Assert.Empty(world.ServerSink.Frames);

        unsafe void SetDestination(Link link, ref InboundFrame frame)
        {
            frame.Placement = PlacementKind.Destination;
            fixed (byte* p = destination)
            {
                frame.Destination = p;
            }
        }
    }
}
