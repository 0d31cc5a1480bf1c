using Xunit;
using static Accelio.Reactive.Tests.Resume.ResumeWorld;

namespace Accelio.Reactive.Tests.Resume;

/// <summary>The server is gone, and with it all it knew: what it may have run is told the truth, and the rest goes to the next one.</summary>
public class LostServerRules
{
    public static TheoryData<SimulatedLinkKind> Kinds => [SimulatedLinkKind.Stream, SimulatedLinkKind.Slots];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_may_run_twice_and_what_never_left_goes_to_the_next_server_and_the_rest_fails_honestly(SimulatedLinkKind kind)
    {
        using var world = new ResumeWorld(kind);
        world.Handler = world.NeverAnswer;
        var session = world.Connect();
        var events = EventsOf(session);
        var asked = AskAsync(session, 1);
        var idempotent = session.RequestAsync(new OutboundMessage(new byte[] { 2 }.AsMemory()) { Idempotent = true }, static answer => answer.PayloadLength).AsTask();
        world.Advance(Latency * 2);
        Assert.Equal([1, 2], world.Ran);

        world.Faults.Crash("server");
        world.Advance(Latency * 3);
        var unsent = AskAsync(session, 3);
        world.Handler = static request => request.RespondAsync(request.Payload);
        world.Faults.Restart("server");
        world.Advance(Second * 3);

        var lost = Assert.IsType<ConnectionLostException>(asked.Exception?.InnerException);
        Assert.True(lost.MayHaveExecuted);
        Assert.Equal(1, world.Network.Run(() => idempotent));
        Assert.Equal(Answer(3), world.Network.Run(() => unsent));
        Assert.Equal([2, 3], world.Ran);
        Assert.Equal(SessionState.Established, session.State);
        Assert.Equal([typeof(SessionReconnecting), typeof(SessionFailedOver)], events);
        Assert.Equal(Answer(4), world.Network.Run(() => AskAsync(session, 4)));
    }

    [Fact]
    public void A_session_fails_over_as_often_as_its_server_is_started_again()
    {
        using var world = new ResumeWorld();
        var session = world.Connect();
        for (var i = 0; i < 5; i++)
        {
            world.Faults.Crash("server");
            world.Advance(Latency * 2);
            var asked = AskAsync(session, (byte)i);
            world.Advance(Second * 3);
            world.Faults.Restart("server");
            Assert.Equal(Answer((byte)i), world.Network.Run(() => asked));
        }

        Assert.Single(session.Connections);
        Assert.Single(world.Sessions);
    }

    [Fact]
    public void A_server_that_does_not_come_back_ends_the_session_in_time()
    {
        using var world = new ResumeWorld();
        var session = world.Connect(options => options.ResumeWindow = Second * 20);
        var events = EventsOf(session);
        world.Faults.Crash("server");
        world.Advance(Latency * 2);
        var asked = AskAsync(session, 1);

        world.Advance(Second * 21);

        Assert.Equal(SessionState.Closed, session.State);
        Assert.False(Assert.IsType<ConnectionLostException>(asked.Exception?.InnerException).MayHaveExecuted);
        Assert.Equal([typeof(SessionReconnecting), typeof(SessionClosed)], events);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_may_run_twice_and_fails_before_another_server_has_it_may_have_run_once(bool isAborted)
    {
        using var world = new ResumeWorld();
        world.Handler = world.NeverAnswer;
        var session = world.Connect();
        Task<int>[] asked = [.. new byte[] { 1, 2 }.Select(i => session.RequestAsync(
            new OutboundMessage(new[] { i }.AsMemory()) { Idempotent = true, Tag = i, Timeout = Second * 8 }, static answer => answer.PayloadLength).AsTask())];
        world.Advance(Latency * 2);
        Assert.Equal([1, 2], world.Ran);

        world.ConfigureServer = static options => options.WindowMessages = 1;
        world.Faults.Crash("server").Restart("server");
        world.Advance(Second * 3);
        Assert.Equal([1], world.Ran);
        if (isAborted)
        {
            Assert.Equal(1, world.Network.Run(async () => await session.AbortTagAsync(2)).Count(AbortOutcome.NotSupported));
        }

        world.Advance(Second * 8);

        Assert.Equal([1], world.Ran);
        var failure = Record.Exception(() => world.Network.Run(() => asked[1]));
        Assert.True(isAborted ? failure is AccelioCanceledException { Outcome: AbortOutcome.NotSupported } : failure is AccelioTimeoutException { MayHaveExecuted: true });
    }

    [Fact]
    public void A_crash_at_any_step_ends_every_request_once()
    {
        for (var step = 1; step < 120; step += 2)
        {
            using var world = new ResumeWorld(seed: step);
            world.Handler = world.AnswerLater;
            var session = world.Connect();
            world.Network.AtStep(world.Network.Steps + step).Crash("server").Restart("server");
            Task<int>[] asked = [.. Enumerable.Range(0, 40).Select(i => session.RequestAsync(
                new OutboundMessage(new[] { (byte)i }.AsMemory()) { Idempotent = i % 2 == 0 }, static answer => (int)answer.Payload.FirstSpan[0]).AsTask())];

            world.Advance(Second * 5);

            Assert.All(asked, one => Assert.True(one.IsCompleted));
            Assert.All(asked.Where((_, i) => i % 2 == 0), one => Assert.True(one.IsCompletedSuccessfully));
            Assert.All(asked.Where((one, i) => one.IsFaulted), one => Assert.IsType<ConnectionLostException>(one.Exception?.InnerException));
            Assert.Equal(world.Ran.Distinct().Count(), world.Ran.Count);
        }
    }
}
