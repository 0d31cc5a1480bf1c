using Accelio.Reactive.Tests.Sessions;
using Xunit;
using static Accelio.Reactive.Tests.Resume.ResumeWorld;

namespace Accelio.Reactive.Tests.Resume;

/// <summary>A context whose user code is busy is not a dead context: its peers come back for as long as they may, and nothing is lost.</summary>
public class BusyServerRules
{
    private static readonly TimeSpan DetectWithin = Second * 10;

    public static TheoryData<SimulatedLinkKind> Kinds => [SimulatedLinkKind.Stream, SimulatedLinkKind.Slots];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_handler_that_blocks_its_context_for_three_times_DetectWithin_costs_no_request(SimulatedLinkKind kind)
    {
        using var world = new ResumeWorld(kind);
        var hasBlocked = false;
        world.Handler = request =>
        {
            if (!hasBlocked)
            {
                hasBlocked = true;
                KeepBusy(AccelioContext.Current!, DetectWithin * 3);
            }

            return world.AnswerLater(request);
        };
        var session = world.Connect(options =>
        {
            (options.DetectWithin, options.RequestTimeout) = (DetectWithin, DetectWithin * 10);
            options.Reconnect = new ReconnectPolicy(maxAttempts: 1);
        });

        Task<int>[] asked = [.. Enumerable.Range(0, 50).Select(i => AskAsync(session, (byte)i, 1 + (i * 400)))];
        var answers = world.Network.Run(() => Task.WhenAll(asked));

        Assert.Equal(Enumerable.Range(0, 50).Select(i => Answer((byte)i, 1 + (i * 400))), answers);
        Assert.Equal(Enumerable.Range(0, 50), world.Ran);
    }

    [Fact]
    public void A_server_that_takes_links_and_says_nothing_is_waited_for_until_ResumeWindow_is_over()
    {
        using var world = new ResumeWorld();
        var session = world.Connect(static options => (options.ResumeWindow, options.Reconnect) = (Second * 45, new ReconnectPolicy(maxAttempts: 1)));
        world.Network.Run(() => AskAsync(session, 1));
        KeepBusy(world.Server.HomeContext, Second * 300);
        world.Faults.CutLinks("client", "server");

        world.Advance(Second * 44);
        Assert.Equal(SessionState.Established, session.State);
        world.Advance(Second * 2);

        Assert.Equal(SessionState.Closed, session.State);
    }

    [Fact]
    public void A_client_that_blocks_its_context_finds_its_session_as_it_was()
    {
        using var world = new ResumeWorld();
        world.Handler = world.AnswerLater;
        var session = world.Connect(static options => options.RequestTimeout = DetectWithin * 10);
        Task<int>[] asked = [.. Enumerable.Range(0, 20).Select(i => AskAsync(session, (byte)i))];
        world.Advance(Latency);

        KeepBusy(world.Client, DetectWithin * 3);
        world.Network.Run(() => Task.WhenAll(asked));

        Assert.Equal(Enumerable.Range(0, 20), world.Ran);
        Assert.Equal(SessionState.Established, session.State);
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("portable tcp")]
    [InlineData("streams")]
    public async Task A_handler_that_blocks_a_real_thread_costs_no_request(string wire)
    {
        var (runs, hasBlocked, detectWithin) = (new int[32], 0, Second);
        await using var pair = await Pair.OpenAsync(
            server => server.Handle(request =>
            {
                Interlocked.Increment(ref runs[request.Payload.FirstSpan[0]]);
                if (Interlocked.Exchange(ref hasBlocked, 1) == 0)
                {
                    new ManualResetEventSlim().Wait(detectWithin * 3);
                }

                return request.RespondAsync(request.Payload);
            }),
            options => options.Resume = true,
            options =>
            {
                (options.Resume, options.DetectWithin, options.RequestTimeout) = (true, detectWithin, detectWithin * 10);
                options.ConnectTimeout = Second * 2;
            },
            wire: RealLinkRules.WireOf(wire));

        Task<int>[] asked = [.. Enumerable.Range(0, runs.Length).Select(i => AskAsync(pair.Session, (byte)i))];
        var answers = await Task.WhenAll(asked).WaitAsync(Pair.Limit);

        Assert.Equal(Enumerable.Range(0, runs.Length).Select(i => Answer((byte)i)), answers);
        Assert.All(runs, count => Assert.Equal(1, count));
    }
}
