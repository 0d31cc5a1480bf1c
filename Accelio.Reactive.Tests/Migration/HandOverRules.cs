using System.Reactive.Linq;
using System.Security.Cryptography;
using Accelio.Reactive.Engine;
using Accelio.Transports.Wire;
using Xunit;
using static Accelio.Reactive.Tests.Migration.MigrationWorld;

namespace Accelio.Reactive.Tests.Migration;

/// <summary>What goes from one server to the other with a session, and who may hand one over.</summary>
public class HandOverRules
{
    [Fact]
    public void The_state_of_a_service_goes_with_its_session()
    {
        var service = new Counters();
        using var world = new MigrationWorld(configure: (_, options) => options.HandOver = service);
        world.Handler = async request =>
        {
            await Task.Delay(Latency, world.Network.TimeProvider);
            await request.RespondAsync(new[] { ++service.Of[request.Session!] });
        };
        var session = world.Connect();
        service.Of[world.Sessions["old"][0]] = 40;

        Assert.Equal(41, world.Network.Run(() => CountAsync(session)));
        Assert.True(world.Network.Run(() => world.MoveAsync()).IsComplete);
        Assert.Equal(42, world.Network.Run(() => CountAsync(session)));
        Assert.Equal([0], world.Ran["new"]);
    }

    [Fact]
    public void A_service_that_does_not_take_the_state_leaves_the_session_where_it_was()
    {
        var service = new Counters { Fault = "no room for it" };
        using var world = new MigrationWorld(configure: (_, options) => options.HandOver = service);
        var session = world.Connect();
        service.Of[world.Sessions["old"][0]] = 1;

        var stayed = world.Network.Run(() => world.MoveAsync()).Sessions[0];

        Assert.Equal(MigrationOutcome.Stayed, stayed.Outcome);
        Assert.Contains("no room for it", stayed.Detail, StringComparison.Ordinal);
        Assert.Equal(Answer(7), world.Network.Run(() => AskAsync(session, 7)));
        Assert.Equal([7], world.Ran["old"]);
        Assert.Empty(world.Sessions["new"]);
    }

    [Fact]
    public void More_state_than_the_limit_stays()
    {
        var service = new Counters();
        using var world = new MigrationWorld(configure: (_, options) => (options.HandOver, options.MaxHandOverLength) = (service, 0));
        world.Connect();
        service.Of[world.Sessions["old"][0]] = 1;

        Assert.Contains("MaxHandOverLength is 0", world.Network.Run(() => world.MoveAsync()).Sessions[0].Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("another key")]
    [InlineData("no key")]
    public void A_server_that_does_not_know_the_key_gets_nothing(string what)
    {
        using var world = new MigrationWorld(configure: (host, options) =>
            options.MigrationKey = host == "old" ? Key : what == "no key" ? default : SHA256.HashData("another"u8));
        var session = world.Connect();

        Assert.ThrowsAny<AccelioException>(() => world.Network.Run(() => world.MoveAsync()));

        Assert.Equal(Answer(7), world.Network.Run(() => AskAsync(session, 7)));
        Assert.Equal([7], world.Ran["old"]);
        Assert.Empty(world.Sessions["new"]);
    }

    [Fact]
    public void Who_does_not_know_the_key_hands_nothing_over()
    {
        using var world = new MigrationWorld();
        var session = world.Network.Run(() => AccelioSession.ConnectAsync(
            new Uri("sim://new:1" + HandOverDesk.Resource), new AccelioSessionOptions { Context = world.Client, Resume = true }).AsTask());
        var state = Example().ToBytes();

        Assert.Equal(AccelioStatus.MessageInvalid, Ask(world, session, [], state));
        Assert.Equal(AccelioStatus.MessageInvalid, Ask(world, session, [2, .. new byte[8 + HandOverProof.Size]], state));
        Assert.Equal(AccelioStatus.Success, Ask(world, session, [1], new byte[HandOverProof.NonceSize]));
        Assert.Equal(AccelioStatus.MessageInvalid, Ask(world, session, [1], new byte[HandOverProof.NonceSize]));
        Assert.Equal(AccelioStatus.SessionRefused, Ask(world, session, [2, 0, 0, 0, 0, 0, 0, 0, 1, .. new byte[HandOverProof.Size]], state));
        Assert.Empty(world.Sessions["new"]);
    }

    [Fact]
    public void A_session_is_read_as_it_was_written_and_no_shorter_or_longer()
    {
        var bytes = Example().ToBytes();

        var read = HandOverState.TryParse(bytes, out var field);
        Assert.Null(field);
        Assert.Equal(bytes, read!.ToBytes());
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Null(HandOverState.TryParse(bytes.AsSpan(0, length), out field));
            Assert.NotNull(field);
        }

        Assert.Null(HandOverState.TryParse([.. bytes, 0], out field));
        Assert.Equal("length", field);
    }

    [Fact]
    public void Garbled_sessions_are_refused_or_read_but_never_believed_beyond_their_length()
    {
        var bytes = Example().ToBytes();
        var random = new Random(5);
        for (var i = 0; i < 20_000; i++)
        {
            var garbled = bytes.ToArray();
            for (var n = random.Next(1, 4); n > 0; n--)
            {
                garbled[random.Next(garbled.Length)] = (byte)random.Next(256);
            }

            var read = HandOverState.TryParse(garbled, out var field);
            Assert.Equal(read is null, field is not null);
            Assert.True(read is null || (read.Connections.Length == 2 && read.State.Length + read.Uri.Length <= bytes.Length));
        }
    }

    [Fact]
    public void Bad_arguments_are_named()
    {
        using var world = new MigrationWorld(configure: (host, options) => options.MigrationKey = host == "old" ? default(ReadOnlyMemory<byte>) : Key);
        var session = world.Connect();
        var (old, other) = (world.Old, world.New);

        Assert.Equal("target", Assert.Throws<ArgumentException>(() => _ = other.MigrateAsync(static _ => true, new Uri("/x", UriKind.Relative))).ParamName);
        Assert.Equal("target", Assert.Throws<ArgumentException>(() => _ = other.MigrateAsync(static _ => true, new Uri("sim://" + new string('a', 60) + "/" + new string('b', 200)))).ParamName);
        Assert.Equal("target", Assert.Throws<ArgumentException>(() => _ = other.MigrateAsync(static _ => true, Target)).ParamName);
        Assert.Equal("session", Assert.Throws<ArgumentException>(() => _ = other.MigrateAsync(session, new Uri("sim://old:1"))).ParamName);
        Assert.Equal("Limit", Assert.Throws<ArgumentOutOfRangeException>(
            () => _ = other.MigrateAsync(static _ => true, new Uri("sim://old:1"), new MigrationOptions { Limit = TimeSpan.Zero })).ParamName);
        Assert.Contains("MigrationKey", Assert.Throws<InvalidOperationException>(() => _ = old.MigrateAsync(static _ => true, Target)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_hand_over_the_client_begins_anew_at_the_other_server_and_in_order()
    {
        using var world = new MigrationWorld(configure: (_, options) => (options.HandOver, options.MigrationKey) = (null, default));
        var session = world.Connect();
        var events = EventsOf(session);
        List<Task<int>> asked = [];
        Task<MigrationReport>? moving = null;
        for (byte i = 0; i < 60; i++)
        {
            asked.Add(AskAsync(session, i));
            moving ??= i == 20 ? world.MoveAsync() : null;
            world.Advance(TimeSpan.FromMilliseconds(1));
        }

        world.Advance(Second);

        Assert.Equal(MigrationOutcome.BegunAnew, Assert.Single(world.Network.Run(() => moving!).Sessions).Outcome);
        Assert.All(asked, (task, i) => Assert.Equal(Answer((byte)i), task.Result));
        Assert.Equal(Enumerable.Range(0, 60), world.RanAnywhere);
        Assert.NotEmpty(world.Ran["new"]);
        Assert.Contains(new SessionMigrated("sim://new:1", true), events);
        Assert.Equal(SessionState.Established, session.State);
    }

    private static Task<int> CountAsync(AccelioSession session) => session.RequestAsync(new byte[1], static answer => (int)answer.Payload.FirstSpan[0]).AsTask();

    private static AccelioStatus Ask(MigrationWorld world, AccelioSession session, byte[] header, byte[] body)
    {
        try
        {
            world.Network.Run(() => session.RequestAsync(new OutboundMessage(body.AsMemory()) { Header = header }, static answer => answer.PayloadLength).AsTask());
            return AccelioStatus.Success;
        }
        catch (RequestFailedException exception)
        {
            return exception.Status;
        }
    }

    private static HandOverState Example() => new()
    {
        Id = 7,
        Key = 8,
        PeerId = 9,
        Depths = new QueueDepths(1, 2, 3, 4),
        AnswerRoom = 5,
        Uri = "sim://old:1/a",
        Connections =
        [
            new ConnectionHandOver { Id = 7, Epoch = 2, NextSerial = 6, LastSerial = 9, ReceivedMessages = 10, SentMessages = 6, RequestTime = 11, AckEvery = 64 },
            new ConnectionHandOver { Id = 12, HasOwnId = true, ReceivedAnswers = 3, NextSerial = 3, SentMessages = 3, SentAnswers = 0, AckEvery = 1 },
        ],
        State = new byte[] { 1, 2, 3 },
    };

    /// <summary>A service that counts for each session.</summary>
    private sealed class Counters : SessionHandOver
    {
        public Dictionary<AccelioSession, byte> Of { get; } = [];

        public string? Fault { get; init; }

        public override ValueTask<ReadOnlyMemory<byte>> ExportAsync(AccelioSession session, CancellationToken cancellationToken) => new(new[] { Of[session] });

        public override ValueTask ImportAsync(AccelioSession session, ReadOnlyMemory<byte> state, CancellationToken cancellationToken)
        {
            if (Fault is not null)
            {
                throw new InvalidOperationException(Fault);
            }

            Of[session] = state.Span[0];
            return default;
        }
    }
}
