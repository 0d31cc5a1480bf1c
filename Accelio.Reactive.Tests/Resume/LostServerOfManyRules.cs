using System.Reactive.Threading.Tasks;
using Xunit;
using static Accelio.Reactive.Tests.Resume.ResumeWorld;

namespace Accelio.Reactive.Tests.Resume;

/// <summary>Sessions over several contexts, or with several connections, whose server is gone: all of them come to a new session.</summary>
public class LostServerOfManyRules
{
    public static TheoryData<SimulatedLinkKind, int> Worlds => new()
    {
        { SimulatedLinkKind.Stream, 1 }, { SimulatedLinkKind.Stream, 3 }, { SimulatedLinkKind.Slots, 1 }, { SimulatedLinkKind.Slots, 3 },
    };

    [Theory]
    [MemberData(nameof(Worlds))]
    public void All_connections_come_to_one_new_session_with_what_may_run_twice_and_what_never_left(SimulatedLinkKind kind, int contexts)
    {
        using var world = new ResumeWorld(kind, contexts: contexts);
        world.Handler = world.NeverAnswer;
        var session = Connect(world);
        var events = EventsOf(session);
        Task<int>[] asked = [.. Enumerable.Range(0, 12).Select(i => AskAsync(session, (byte)i))];
        Task<int>[] idempotent = [.. Enumerable.Range(12, 12).Select(i => AskAgainAsync(session, (byte)i))];
        world.Advance(Latency * 2);
        Assert.Equal(24, world.Ran.Count);

        world.Faults.Crash("server");
        world.Advance(Latency * 3);
        Task<int>[] unsent = [.. Enumerable.Range(24, 12).Select(i => AskAsync(session, (byte)i))];
        world.Handler = static request => request.RespondAsync(request.Payload);
        world.Faults.Restart("server");
        world.Advance(Second * 5);

        Assert.All(asked, static one => Assert.True(Assert.IsType<ConnectionLostException>(one.Exception?.InnerException).MayHaveExecuted));
        Assert.Equal(Enumerable.Range(12, 12).Select(static i => Answer((byte)i)), world.Network.Run(() => Task.WhenAll(idempotent)));
        Assert.Equal(Enumerable.Range(24, 12).Select(static i => Answer((byte)i)), world.Network.Run(() => Task.WhenAll(unsent)));
        Assert.Equal(Enumerable.Range(12, 24), world.Ran.Order());
        Assert.Equal(3, session.Connections.Count);
        Assert.Equal(3, Assert.Single(world.Sessions).Connections.Count);
        Assert.Single(events, static what => what == typeof(SessionFailedOver));
        Assert.DoesNotContain(typeof(ConnectionEnded), events);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_first_connection_that_is_there_tells_so_whatever_becomes_of_the_one_that_set_the_session_up(bool ends)
    {
        var without = 0;
        for (var moment = 0; moment < 60; moment++)
        {
            using var world = new ResumeWorld(contexts: 3);
            world.Handler = world.NeverAnswer;
            AccelioContext[] contexts = [world.Client, world.Network.CreateContext("client"), world.Network.CreateContext("client")];
            var session = Connect(world, options => options.Contexts = contexts);
            var events = EventsOf(session);
            for (var i = 0; i < 9; i++)
            {
                _ = AskAgainAsync(session, (byte)i);
            }

            world.Advance(Latency * 2);
            var untold = new List<int>();
            world.Handler = request =>
            {
                untold.AddRange(events.Contains(typeof(SessionFailedOver)) ? [] : [request.Payload.FirstSpan[0]]);
                return request.RespondAsync(request.Payload);
            };

            // The second one is the first to ask. At any moment from then on its context has no time for what comes back, or is gone.
            world.Faults.Crash("server").Restart("server");
            world.Advance(11 * Latency);
            KeepBusy(contexts[0], 3 * Latency);
            KeepBusy(contexts[2], 3 * Latency);
            world.Advance(moment * Latency / 2);
            if (ends)
            {
                contexts[1].Dispose();
            }
            else
            {
                KeepBusy(contexts[1], Second);
            }

            world.Advance(Second / 2);
            without += world.Ran.Count is > 0 and < 9 ? 1 : 0;
            world.Advance(Second * 5);

            Assert.Empty(untold);
            Assert.NotEmpty(world.Ran);
            Assert.Single(events, static what => what == typeof(SessionFailedOver));
        }

        Assert.NotEqual(0, without);
    }

    [Theory]
    [InlineData("awaited", 1)]
    [InlineData("awaited", 200_000)]
    [InlineData("cold", 1)]
    [InlineData("cold", 200_000)]
    [InlineData("each", 1)]
    [InlineData("each", 200_000)]
    public void What_may_run_twice_comes_whole_to_the_next_server(string how, int length)
    {
        using var world = new ResumeWorld(contexts: 2);
        world.Handler = world.NeverAnswer;
        var session = Connect(world);
        Task<int>[] asked = [.. Enumerable.Range(0, 9).Select(i => AskAgainAsync(session, (byte)i, how, length))];
        world.Advance(Second);
        Assert.Equal(9, world.Ran.Count);

        world.Handler = static request => request.RespondAsync(request.Payload);
        world.Faults.Crash("server").Restart("server");

        Assert.Equal(Enumerable.Range(0, 9).Select(i => Answer((byte)i, length)), world.Network.Run(() => Task.WhenAll(asked)));
    }

    [Theory]
    [InlineData("awaited")]
    [InlineData("cold")]
    [InlineData("each")]
    public void What_a_lost_server_has_executed_is_not_denied_when_it_went_to_another_connection_and_never_left_there(string how)
    {
        using var world = new ResumeWorld(contexts: 2);
        world.Handler = world.NeverAnswer;
        var session = Connect(world);
        Task<int>[] asked = [.. Enumerable.Range(0, 9).Select(i => AskAgainAsync(session, (byte)i, how))];
        world.Advance(Latency * 2);
        Assert.Equal(9, world.Ran.Count);

        // The next server takes one at a time from each connection.
        world.ConfigureServer = static options => options.WindowMessages = 1;
        world.Faults.Crash("server").Restart("server");
        world.Advance(Second);
        Assert.Equal(3, world.Ran.Count);

        _ = Assert.Single(world.Sessions).Connections[0].DrainAsync();
        world.Advance(Latency * 10);
        world.Faults.Crash("server");
        world.Advance(Second * 60);

        Assert.Equal(3, world.Ran.Count);
        Assert.All(asked, static one => Assert.True(Assert.IsAssignableFrom<AccelioException>(one.Exception?.InnerException).MayHaveExecuted));
    }

    [Fact]
    public void They_do_so_as_often_as_the_server_is_started_again()
    {
        using var world = new ResumeWorld(contexts: 2);
        var session = Connect(world);
        for (var i = 0; i < 5; i++)
        {
            world.Faults.Crash("server").Restart("server");
            world.Advance(Second * 5);
            Assert.Equal(Enumerable.Range(0, 9).Select(static i => Answer((byte)i)), world.Network.Run(() => Task.WhenAll(Enumerable.Range(0, 9).Select(i => AskAsync(session, (byte)i)))));
            Assert.Equal(3, session.Connections.Count);
            Assert.Single(world.Sessions);
        }
    }

    [Fact]
    public void A_connection_that_the_server_has_given_up_alone_comes_back_to_the_session_that_the_others_have()
    {
        using var world = new ResumeWorld(configure: static options => options.MaxSuspendedConnections = 2);
        var session = Connect(world);
        var events = EventsOf(session);

        world.Faults.CutLinks("client", "server");
        world.Advance(Second * 5);
        world.Network.Run(() => Task.WhenAll(Enumerable.Range(0, 9).Select(i => AskAsync(session, (byte)i))));

        Assert.Equal(3, session.Connections.Count);
        Assert.Equal(9, world.Ran.Count);
        Assert.DoesNotContain(typeof(SessionClosed), events);
    }

    [Fact]
    public void A_server_that_does_not_come_back_ends_the_session_in_time()
    {
        using var world = new ResumeWorld(contexts: 2);
        var session = Connect(world, static options => options.ConnectTimeout = Second * 3);
        var asked = AskAgainAsync(session, 1);
        world.Network.Run(() => asked);

        world.Faults.Crash("server");
        world.Advance(Second * 300);

        Assert.Equal(SessionState.Closed, session.State);
        Assert.All(session.Connections, static _ => Assert.Fail("a connection is left"));
    }

    [Fact]
    public void A_crash_at_any_step_ends_every_request_once()
    {
        for (var step = 1; step < 160; step += 3)
        {
            using var world = new ResumeWorld(seed: step, contexts: 2);
            world.Handler = world.AnswerLater;
            var session = Connect(world);
            world.Network.AtStep(world.Network.Steps + step).Crash("server").Restart("server");
            Task<int>[] asked = [.. Enumerable.Range(0, 40).Select(i => i % 2 == 0 ? AskAgainAsync(session, (byte)i) : AskAsync(session, (byte)i))];

            world.Advance(Second * 20);

            Assert.All(asked, static one => Assert.True(one.IsCompleted));
            Assert.All(asked.Where((_, i) => i % 2 == 0), static one => Assert.True(one.IsCompletedSuccessfully, one.Exception?.ToString()));
            Assert.All(asked.Where((one, i) => one.IsFaulted), static one => Assert.IsType<ConnectionLostException>(one.Exception?.InnerException));
            Assert.Equal(world.Ran.Distinct().Count(), world.Ran.Count);
            Assert.Equal(3, session.Connections.Count);
        }
    }

    private static AccelioSession Connect(ResumeWorld world, Action<AccelioSessionOptions>? configure = null) => world.Connect(options =>
    {
        options.Context = null;
        options.Contexts = [world.Client, world.Network.CreateContext("client"), world.Network.CreateContext("client")];
        (options.OwnLink, options.Selection) = (true, ConnectionSelection.RoundRobin);
        configure?.Invoke(options);
    });

    private static Task<int> AskAgainAsync(AccelioSession session, byte first, string how = "awaited", int length = 1)
    {
        var body = new byte[length];
        body[0] = first;
        var message = new OutboundMessage(body) { Idempotent = true };
        return how switch
        {
            "cold" => session.Request(message, Read).ToTask(),
            "each" => session.RequestEach([first], 1, _ => message, static (_, answer) => Read(answer)).ToTask(),
            _ => session.RequestAsync(message, Read).AsTask(),
        };

        static int Read(InboundMessage answer) => Answer(answer.Payload.FirstSpan[0], answer.PayloadLength);
    }
}
