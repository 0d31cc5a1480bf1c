using Accelio.Transports;
using Accelio.Transports.Polling;
using Xunit;

namespace Accelio.Reactive.Tests.Tcp;

/// <summary>However the bytes are cut on their way, the frames are the same.</summary>
public class FramesAcrossCutsTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Small_frames_are_the_same_at_every_cut(bool isDual)
    {
        using var world = new ScriptedPair(isDual);
        var traffic = Record(world, SmallFrames);
        var expected = Receive(traffic, isDual, int.MaxValue, int.MaxValue);
        Assert.Equal(SmallFrameCount, expected.Length);

        for (var cut = 1; cut < traffic.Control.Length; cut++)
        {
            Assert.Equal(expected, Receive(traffic, isDual, cut, cut));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Bulk_frames_are_the_same_in_pieces_of_any_length(bool isDual)
    {
        using var world = new ScriptedPair(isDual);
        var traffic = Record(world, BulkFrames);
        var expected = Receive(traffic, isDual, int.MaxValue, int.MaxValue);
        Assert.Equal(BulkFrameCount, expected.Length);

        foreach (var piece in new[] { 1, 7, 95, 96, 97, 4096, 16_383, 16_384, 65_537, 131_072, 262_145 })
        {
            Assert.Equal(expected, ReceiveInPieces(traffic, isDual, piece));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Either_stream_of_a_pair_may_be_far_ahead_of_the_other(bool dataFirst)
    {
        using var world = new ScriptedPair(isDual: true);
        var traffic = Record(world, BulkFrames);
        var expected = Receive(traffic, isDual: true, int.MaxValue, int.MaxValue);

        Assert.Equal(expected, ReceiveOneAfterTheOther(traffic, dataFirst));
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(false, 13)]
    [InlineData(false, 70_000)]
    [InlineData(true, 1)]
    [InlineData(true, 70_000)]
    public void What_leaves_is_the_same_however_little_is_taken_at_once(bool isDual, int piece)
    {
        using var whole = new ScriptedPair(isDual);
        var expected = Record(whole, BulkFrames);
        using var cut = new ScriptedPair(isDual);
        cut.Client.Control.SendPiece = piece;
        if (isDual)
        {
            cut.Client.Data.SendPiece = piece;
        }

        var actual = Record(cut, BulkFrames);

        Assert.Equal(expected.Control, actual.Control);
        Assert.Equal(expected.Data, actual.Data);
        Assert.Equal(0, cut.Client.QueuedBytes);
        Assert.Equal(ReferencedCount, cut.ClientSink.Released.Distinct().Count());
        Assert.Equal(ReferencedCount, cut.ClientSink.Released.Count);
    }

    private const int SmallFrameCount = 7;
    private const int BulkFrameCount = 6;
    private const int ReferencedCount = 4;

    private static void SmallFrames(ScriptedLink link)
    {
        SendOne(link, new FrameHeader { Type = FrameType.SessionRequest, LocalTask = 1 }, Bytes.Pattern(300, 1), 0);
        SendOne(link, Request(2), [], 100);
        SendOne(link, Request(3), Bytes.Pattern(17, 2), 0, room: 100_000);
        SendOne(link, new FrameHeader { Type = FrameType.KeepAliveRequest, LocalTask = 4 }, [], 0);
        SendOne(link, new FrameHeader { Type = FrameType.Response, RemoteTask = 9, Flags = 0x1000, Status = 5 }, Bytes.Pattern(3, 3), 50);
        SendOne(link, new FrameHeader { Type = FrameType.OneWay, LocalTask = 5, Serial = 1 }, [], 1);
        SendOne(link, new FrameHeader { Type = FrameType.FinRequest, LocalTask = 6 }, [], 0);
    }

    private static void BulkFrames(ScriptedLink link)
    {
        SendOne(link, Request(1), Bytes.Pattern(20, 4), 20_000);
        SendOne(link, Request(2), Bytes.Pattern(20, 5), 300_000);
        SendOne(link, Request(3), [], 64);
        SendOne(link, new FrameHeader { Type = FrameType.OneWay, LocalTask = 4, Serial = 7 }, Bytes.Pattern(200, 6), 131_073);
        SendOne(link, Request(5), [], 131_072);
        SendOne(link, new FrameHeader { Type = FrameType.KeepAliveRequest, LocalTask = 6 }, [], 0);
    }

    private static FrameHeader Request(uint task) =>
        new() { Type = FrameType.Request, LocalTask = task, Serial = task, SequenceNumber = (ushort)task };

    private static void SendOne(ScriptedLink link, FrameHeader header, byte[] userHeader, int bodyLength, uint room = 0)
    {
        var frame = new OutboundFrame
        {
            Header = header,
            UserHeader = userHeader,
            Body = Bytes.InParts(Bytes.Pattern(bodyLength, (int)header.LocalTask), 3),
            OfferedRoom = room,
            Token = new SendToken(),
        };
        Assert.NotEqual(SendStatus.DoesNotFit, link.Send(ref frame));
    }

    private static Traffic Record(ScriptedPair world, Action<ScriptedLink> send)
    {
        world.Do(() => send(world.Client));
        while (world.Client.QueuedBytes > 0)
        {
            world.Do(world.Client.Take);
        }

        return new Traffic(world.Client.Control.Outgoing.TakeAll(), world.Client.IsDual ? world.Client.Data.Outgoing.TakeAll() : []);
    }

    // Both streams in two pieces each.
    private static string[] Receive(Traffic traffic, bool isDual, int controlCut, int dataCut)
    {
        using var world = new ScriptedPair(isDual);
        var control = Math.Min(controlCut, traffic.Control.Length);
        var data = Math.Min(dataCut, traffic.Data.Length);
        world.Do(() =>
        {
            world.Server.Feed(traffic.Control.AsSpan(0, control));
            FeedData(world, traffic.Data.AsSpan(0, data));
            world.Server.Feed(traffic.Control.AsSpan(control));
            FeedData(world, traffic.Data.AsSpan(data));
        });
        return Summaries(world);
    }

    private static string[] ReceiveInPieces(Traffic traffic, bool isDual, int piece)
    {
        using var world = new ScriptedPair(isDual);
        world.Do(() =>
        {
            for (var at = 0; at < Math.Max(traffic.Control.Length, traffic.Data.Length); at += piece)
            {
                world.Server.Feed(Part(traffic.Control, at, piece));
                FeedData(world, Part(traffic.Data, at, piece));
            }
        });
        return Summaries(world);
    }

    private static string[] ReceiveOneAfterTheOther(Traffic traffic, bool dataFirst)
    {
        using var world = new ScriptedPair(isDual: true);
        world.Do(() =>
        {
            if (dataFirst)
            {
                FeedData(world, traffic.Data);
            }

            world.Server.Feed(traffic.Control);
            if (!dataFirst)
            {
                FeedData(world, traffic.Data);
            }
        });
        return Summaries(world);
    }

    private static void FeedData(ScriptedPair world, ReadOnlySpan<byte> bytes)
    {
        if (world.Server.IsDual && bytes.Length > 0)
        {
            world.Server.Feed(bytes, stream: 1);
        }
    }

    private static ReadOnlySpan<byte> Part(byte[] bytes, int at, int length) =>
        at >= bytes.Length ? default : bytes.AsSpan(at, Math.Min(length, bytes.Length - at));

    private static string[] Summaries(ScriptedPair world)
    {
        Assert.True(world.ServerSink.Error is null, world.ServerSink.Detail);
        Assert.Equal(world.ServerSink.Frames.Count, world.ServerSink.Arrivals);
        return [.. world.ServerSink.Frames.Select(frame => frame.Summary)];
    }

    private sealed record Traffic(byte[] Control, byte[] Data);
}
