using System.Buffers;
using Accelio.Reactive.Tests.Support;
using Accelio.Transports;
using Accelio.Transports.Polling;
using Xunit;

namespace Accelio.Reactive.Tests.Tcp;

/// <summary>In steady state a frame costs no managed memory, on either end.</summary>
public class StreamLinkAllocationTests
{
    private const int FramesPerTurn = 16;

    [Theory]
    [InlineData(false, 32)]
    [InlineData(true, 32)]
    [InlineData(false, 20_000)]
    [InlineData(true, 20_000)]
    [InlineData(false, 300_000)]
    public void Frames_allocate_nothing(bool isDual, int bodyLength)
    {
        using var world = new ScriptedPair(isDual, new LinkOptions { SendHighWatermark = 1000 });
        world.ClientSink.KeepsFrames = world.ServerSink.KeepsFrames = false;
        var exchange = new Exchange(world, bodyLength);
        world.Do(() => world.Poller.Register(exchange));
        exchange.IsOn = true;
        Turn(world, 200);

        var allocated = Allocated.By(() => Turn(world, 100));

        exchange.IsOn = false;
        world.Do(() => world.Poller.Unregister(exchange));
        Assert.True(world.ServerSink.Count >= 499 * FramesPerTurn, $"{world.ServerSink.Count} frames");
        Assert.Equal(0, allocated);
    }

    private static void Turn(ScriptedPair world, int times)
    {
        for (var i = 0; i < times; i++)
        {
            world.Poller.Poll(TimeSpan.Zero);
        }
    }

    private sealed class Exchange(ScriptedPair world, int bodyLength) : IPollable
    {
        private readonly ReadOnlySequence<byte> _body = Bytes.Whole(new byte[bodyLength]);
        private readonly SendToken[] _tokens = [.. Enumerable.Range(0, FramesPerTurn).Select(_ => new SendToken())];

        // While it is on, the poller never comes to rest.
        public bool IsOn { get; set; }

        public int Poll(long now)
        {
            if (!IsOn)
            {
                return 0;
            }

            Pass(world.Client.Control, world.Server.Control);
            if (world.Client.IsDual)
            {
                Pass(world.Client.Data, world.Server.Data);
            }

            world.Server.Take();
            foreach (var token in _tokens)
            {
                var frame = new OutboundFrame { Header = new FrameHeader { Type = FrameType.Request }, Body = _body, Token = token };
                world.Client.Send(ref frame);
            }

            return 1;
        }

        private static void Pass(ScriptedStream from, ScriptedStream to)
        {
            to.Incoming.Append(from.Outgoing.Span);
            from.Outgoing.Drop(from.Outgoing.Length);
        }
    }
}
