using Accelio.Transports;
using Xunit;

namespace Accelio.Reactive.Tests.Tcp;

/// <summary>Keep-alives and credits need not wait for bulk that has not begun.</summary>
public class UrgentFrameTests
{
    private const uint Urgent = 9999;

    private static readonly FrameHeader KeepAlive = new() { Type = FrameType.KeepAliveRequest, LocalTask = Urgent };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_urgent_frame_goes_in_front_of_bulk_that_has_not_begun(bool isDual)
    {
        using var world = new ScriptedPair(isDual);
        Block(world, 0);
        SendBulk(world, 1);
        SendBulk(world, 2);
        world.Send(world.Client, KeepAlive, urgent: true);

        Assert.Equal([Urgent, 1, 2], Arrive(world));
    }

    [Fact]
    public void An_urgent_frame_waits_for_bulk_that_is_being_written()
    {
        using var world = new ScriptedPair();
        Block(world, 10_000);
        SendBulk(world, 1);
        SendBulk(world, 2);
        SendBulk(world, 3);
        world.Send(world.Client, KeepAlive, urgent: true);

        Assert.Equal([1, Urgent, 2, 3], Arrive(world));
    }

    [Fact]
    public void An_urgent_frame_waits_for_a_header_of_which_a_part_has_left()
    {
        using var world = new ScriptedPair();
        Block(world, 10);
        SendBulk(world, 1);
        SendBulk(world, 2);
        world.Send(world.Client, KeepAlive, urgent: true);

        Assert.Equal([1, Urgent, 2], Arrive(world));
    }

    [Fact]
    public void Urgent_frames_keep_their_order_and_small_frames_their_place()
    {
        using var world = new ScriptedPair();
        Block(world, 0);
        Small(world, 1);
        SendBulk(world, 2);
        Small(world, 3);
        world.Send(world.Client, KeepAlive with { LocalTask = 9998 }, urgent: true);
        world.Send(world.Client, KeepAlive, urgent: true);
        Small(world, 4);
        SendBulk(world, 5);

        Assert.Equal([1, 9998, Urgent, 2, 3, 4, 5], Arrive(world));
    }

    [Fact]
    public void With_a_payload_an_urgent_frame_of_a_pair_stays_in_line()
    {
        using var world = new ScriptedPair(isDual: true);
        Block(world, 0);
        SendBulk(world, 1);
        var grant = new FrameHeader { Type = FrameType.ExtensionRequest, LocalTask = Urgent };
        world.Send(world.Client, grant, userHeader: [1, 2, 3], urgent: true);

        Assert.Equal([1, Urgent], Arrive(world));
        Assert.Equal([1, 2, 3], world.ServerSink.Frames[1].UserHeader);
    }

    [Fact]
    public void Many_frames_between_bulk_and_urgent_ones_stay_whole()
    {
        using var world = new ScriptedPair();
        Block(world, 0);
        for (var i = 1u; i <= 300; i++)
        {
            if (i % 3 == 0)
            {
                SendBulk(world, i);
            }
            else
            {
                Small(world, i);
            }

            if (i % 7 == 0)
            {
                world.Send(world.Client, KeepAlive, urgent: true);
            }
        }

        var order = Arrive(world);

        Assert.Equal(Enumerable.Range(1, 300).Select(i => (uint)i), order.Where(task => task != Urgent));
        Assert.Equal(42, order.Count(task => task == Urgent));
    }

    private static void Block(ScriptedPair world, long room)
    {
        world.Client.Control.Room = room;
        if (world.Client.IsDual)
        {
            world.Client.Data.Room = room;
        }
    }

    private static void Small(ScriptedPair world, uint task) =>
        world.Send(world.Client, new FrameHeader { Type = FrameType.Request, LocalTask = task }, Bytes.Whole(Bytes.Pattern(20, (int)task)));

    private static void SendBulk(ScriptedPair world, uint task)
    {
        var header = new FrameHeader { Type = FrameType.Request, LocalTask = task };
        world.Send(world.Client, header, Bytes.Whole(Bytes.Pattern(20_000, (int)task)), token: new SendToken());
    }

    private static uint[] Arrive(ScriptedPair world)
    {
        Block(world, long.MaxValue);
        world.Carry();
        Assert.Null(world.ServerSink.Error);
        Assert.All(
            world.ServerSink.Frames.Where(frame => frame.BodyLength > 0),
            frame => Assert.Equal(Bytes.Pattern((int)frame.BodyLength, (int)frame.Header.LocalTask), frame.Body));
        return [.. world.ServerSink.Frames.Select(frame => frame.Header.LocalTask)];
    }
}
