using Accelio.Reactive.Engine;
using Accelio.Transports;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Engine;

/// <summary>The frames by which a connection is moved, and what a peer may not do with them (docs/wire-protocol.md, 19.11).</summary>
public class MoveFrameRules
{
    private static readonly byte[] Go = [0x22, 1, .. new byte[ResumeToken.Size], .. "sim://b:1"u8];

    [Fact]
    public void A_client_that_is_asked_sends_nothing_new_until_it_is_told_to_stay()
    {
        var world = Client();
        world.Send(new RecordedMessage("before"));
        world.TakeSent();

        PeerSays(world, [0x20]);
        Assert.Equal([0x21, 0, 0, 0, 0, 0, 0, 0, 0], world.TakeOne().UserHeader);
        world.Send(new RecordedMessage("waits"));
        PeerSays(world, [1, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 9]);
        Assert.Empty(world.TakeSent());
        PeerSays(world, [0x23]);

        Assert.Equal(FrameType.Request, world.TakeOne().Type);
        Assert.Null(world.Link.Aborted);
    }

    [Fact]
    public void A_client_that_is_told_to_go_leaves_the_connection_and_not_the_link()
    {
        var world = Client();
        PeerSays(world, [0x20]);

        PeerSays(world, Go);

        Assert.True(world.Connection.IsMoved);
        Assert.Equal(ConnectionState.Suspended, world.Connection.State);
        Assert.Contains("moved sim://b:1", world.Events.Log);
        Assert.Null(world.Link.Aborted);
    }

    [Fact]
    public void A_client_that_closes_takes_its_word_back_and_sends_what_is_queued_when_it_hears_so()
    {
        var world = Client();
        PeerSays(world, [0x20]);
        world.TakeSent();
        world.Send(new RecordedMessage("waits"));

        world.On(() => world.Connection.Close());
        Assert.Equal([0x24], world.TakeOne().UserHeader);
        PeerSays(world, [0x23]);

        Assert.Equal([FrameType.Request, FrameType.FinRequest], world.TakeSent().Select(static frame => frame.Type));
        Assert.Null(world.Link.Aborted);
    }

    [Fact]
    public void A_client_may_take_its_word_back_once_for_each_time_that_it_is_asked()
    {
        var world = Server();
        var mover = new Mover();
        world.On(() => world.Connection.Prepare(mover));
        PeerSays(world, [0x21, 255, 255, 255, 255, 255, 255, 255, 255]);

        PeerSays(world, [0x24]);
        Assert.Equal("unwilling: the client closes it", mover.State);
        Assert.Null(world.Link.Aborted);
        world.On(() => world.Connection.Stay(mover));
        PeerSays(world, [0x24]);

        Assert.Equal(LinkError.UnexpectedFrame, world.Link.Aborted?.Error);
    }

    [Fact]
    public void A_server_is_quiet_when_all_is_answered_released_and_acknowledged()
    {
        var world = Server();
        var mover = new Mover();
        world.Events.Keep = true;
        world.PeerRequest("one", 1);
        world.TakeSent();

        world.On(() => world.Connection.Prepare(mover));
        Assert.Equal([0x20], world.TakeOne().UserHeader);
        PeerSays(world, [0x21, 0, 0, 0, 0, 0, 0, 0, 0]);
        var request = world.Events.Kept[0];
        world.On(() => Assert.True(request.TryClaimAnswer(request.Version)));
        world.On(() => world.Connection.Respond(request, new byte[1], token: null, out _));
        world.On(() => request.Release(request.Version));
        Assert.Equal("waits", mover.State);
        var ack = new byte[AckPayload.Size];
        new AckPayload(0, 1).Write(ack);
        PeerSays(world, ack);

        Assert.Equal("quiet", mover.State);
        Assert.Equal((1UL, 0UL, 1UL), (world.Connection.Export().ReceivedMessages, world.Connection.Export().LastSerial!.Value, world.Connection.Export().SentAnswers));
        world.On(() => world.Connection.Close());
        Assert.Equal("stayed: it is closed", mover.State);
    }

    [Fact]
    public void A_message_behind_the_word_that_it_was_the_last_ends_the_link()
    {
        var world = Server();
        var mover = new Mover();
        world.On(() => world.Connection.Prepare(mover));
        PeerSays(world, [0x21, 255, 255, 255, 255, 255, 255, 255, 255]);
        Assert.Equal("quiet", mover.State);

        world.PeerRequest("late", 0);

        Assert.Equal(LinkError.UnexpectedFrame, world.Link.Aborted?.Error);
    }

    [Theory]
    [InlineData("23", nameof(LinkError.UnexpectedFrame))]
    [InlineData("24", nameof(LinkError.UnexpectedFrame))]
    [InlineData("2201" + "0000000000000000000000000000000000000000000000000000000000000000" + "61", nameof(LinkError.UnexpectedFrame))]
    [InlineData("20" + "00", nameof(LinkError.MalformedControl))]
    [InlineData("210000000000000000", nameof(LinkError.UnexpectedFrame))]
    public void A_client_is_not_moved_by_frames_out_of_turn(string payload, string error)
    {
        var world = Client();

        PeerSays(world, Convert.FromHexString(payload));

        Assert.Equal(error, world.Link.Aborted?.Error.ToString());
        Assert.DoesNotContain(world.Events.Log, static line => line.StartsWith("moved", StringComparison.Ordinal));
    }

    [Fact]
    public void A_target_that_is_cut_off_too_long_or_of_another_kind_is_no_target()
    {
        byte[][] wrong = [.. Enumerable.Range(1, 2 + ResumeToken.Size).Select(static length => Go[..length]), [.. Go, .. new byte[200]], [0x22, 3, .. Go[2..]], [0x22, 2], [0x23, 0]];
        foreach (var payload in wrong)
        {
            var world = Client();
            PeerSays(world, [0x20]);

            PeerSays(world, payload);

            Assert.Equal(LinkError.MalformedControl, world.Link.Aborted?.Error);
            Assert.False(world.Connection.IsMoved);
        }
    }

    [Theory]
    [InlineData("20", nameof(LinkError.UnexpectedFrame))]
    [InlineData("23", nameof(LinkError.UnexpectedFrame))]
    [InlineData("24", nameof(LinkError.UnexpectedFrame))]
    [InlineData("2400", nameof(LinkError.MalformedControl))]
    [InlineData("210000000000000000", nameof(LinkError.UnexpectedFrame))]
    [InlineData("2100", nameof(LinkError.MalformedControl))]
    public void A_server_is_not_moved_by_its_client(string payload, string error)
    {
        var world = Server();

        PeerSays(world, Convert.FromHexString(payload));

        Assert.Equal(error, world.Link.Aborted?.Error.ToString());
    }

    private static EngineWorld Client() =>
        new EngineWorld(options: new AccelioSessionOptions { Resume = true }, more: LinkFeatures.Resume | LinkFeatures.Migration).Established();

    private static EngineWorld Server() =>
        new EngineWorld(isClient: false, new AccelioServerOptions { Resume = true }, LinkFeatures.Resume | LinkFeatures.Migration).Established();

    private static void PeerSays(EngineWorld world, byte[] payload) =>
        world.Peer(new FrameHeader { Type = FrameType.ExtensionRequest, Destination = world.Connection.LocalId }, payload);

    private sealed class Mover : IMigrationListener
    {
        public string State { get; private set; } = "waits";

        public void OnQuiet(ConnectionMachine connection) => State = "quiet";

        public void OnUnwilling(ConnectionMachine connection, string reason) => State = $"unwilling: {reason}";

        public void OnStayed(ConnectionMachine connection, string reason) => State = $"stayed: {reason}";
    }
}
