using Xunit;

namespace Accelio.Reactive.Tests.VirtualTime;

/// <summary>Answers to requests for sessions that come at the last moment, too late, or when the client has gone.</summary>
public class SessionAnswerTests
{
    private static readonly TimeSpan AcceptTimeout = TimeSpan.FromSeconds(3);

    public static TheoryData<string> Answers { get; } = ["accept", "reject", "redirect"];

    [Theory]
    [MemberData(nameof(Answers))]
    public void An_answer_at_the_last_moment_counts(string kind)
    {
        using var world = new World(server: options => options.AcceptTimeout = AcceptTimeout);
        var asked = Keep(world);
        var connecting = world.BeginConnect();

        world.Pass(AcceptTimeout - TimeSpan.FromTicks(1));
        world.At(world.Scheduler.Clock, () => Give(asked.Single(), kind));
        world.Pass(TimeSpan.FromSeconds(1));

        Assert.True(connecting.IsCompleted);
        Assert.Equal(kind == "accept", connecting.IsCompletedSuccessfully);
        Assert.NotEqual(AccelioStatus.Timeout, (connecting.Exception?.InnerException as AccelioException)?.Status);
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public void An_answer_that_comes_too_late_is_refused_and_the_client_was_told(string kind)
    {
        using var world = new World(server: options => options.AcceptTimeout = AcceptTimeout);
        var asked = Keep(world);
        var connecting = world.BeginConnect();

        world.Pass(AcceptTimeout + TimeSpan.FromSeconds(1));

        Assert.Equal(AccelioStatus.Timeout, Assert.IsType<SessionRejectedException>(connecting.Exception?.InnerException).Status);
        var refusal = Assert.Throws<InvalidOperationException>(() => Give(asked.Single(), kind));
        Assert.Contains("AcceptTimeout", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public void An_answer_to_a_client_that_has_gone_harms_nothing_however_late(string kind)
    {
        using var world = new World(server: options => options.AcceptTimeout = Timeout.InfiniteTimeSpan);
        var asked = Keep(world);
        var connecting = world.BeginConnect(options => options.ConnectTimeout = TimeSpan.FromSeconds(1));
        world.Pass(TimeSpan.FromHours(1));
        Assert.IsType<AccelioTimeoutException>(connecting.Exception?.InnerException);

        var accepted = Give(asked.Single(), kind);
        world.Tick();

        Assert.Equal(kind == "accept", accepted is not null);
        if (accepted is not null)
        {
            Assert.Equal(SessionState.Closed, accepted.State);
            var events = new List<AccelioSessionEvent>();
            accepted.Events.Subscribe(events.Add);
            world.Tick();
            Assert.Equal(CloseReason.ConnectionLost, Assert.IsType<SessionClosed>(Assert.Single(events)).Reason);
        }

        Assert.Null(world.Accepted);
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public void An_answer_to_a_client_that_waits_no_longer_on_a_link_that_others_use_ends_with_the_handshake(string kind)
    {
        using var world = new World(server: options => options.AcceptTimeout = Timeout.InfiniteTimeSpan);
        var asked = Keep(world);
        var (staying, leaving) = (Connect(), Connect());
        world.Tick();
        Give(asked[0], "accept");
        world.Pass(TimeSpan.FromHours(1));
        Assert.IsType<AccelioTimeoutException>(leaving.Exception?.InnerException);

        var accepted = Give(asked[1], kind);
        var events = new List<AccelioSessionEvent>();
        accepted?.Events.Subscribe(events.Add);
        world.Pass(TimeSpan.FromSeconds(1));

        Assert.Equal(kind == "accept" ? [CloseReason.ClosedByPeer] : [], events.OfType<SessionClosed>().Select(static closed => closed.Reason));
        Assert.Equal(SessionState.Established, world.Result(new ValueTask<AccelioSession>(staying)).State);

        Task<AccelioSession> Connect() => world.BeginConnect(options => options.ConnectTimeout = TimeSpan.FromSeconds(1));
    }

    private static List<SessionRequest> Keep(World world)
    {
        var asked = new List<SessionRequest>();
        world.Server.SessionRequests.Subscribe(asked.Add);
        return asked;
    }

    private static AccelioSession? Give(SessionRequest request, string kind)
    {
        switch (kind)
        {
            case "accept":
                return request.Accept();
            case "reject":
                request.Reject(AccelioStatus.NoBuffers);
                return null;
            default:
                request.Redirect(new Uri("sim://nowhere:1"));
                return null;
        }
    }
}
