using Accelio.Transports;
using Xunit;

namespace Accelio.Reactive.Tests.BadInput;

/// <summary>Servers that break the protocol, towards a real client over TCP that has another session with a server that behaves.</summary>
public class BadServerTests
{
    public static TheoryData<string> Violations => [.. BadServers.Violations.Keys];

    public static TheoryData<string> Stalling => [.. BadServers.Stalling.Keys];

    [Theory]
    [MemberData(nameof(Violations))]
    public void A_server_that_breaks_the_protocol_is_left_by_name_and_other_sessions_go_on(string name)
    {
        var bad = BadServers.Violations[name];
        using var world = new ClientWorld();
        var (server, outcome) = Play(world, bad);

        bad.Misbehave(server);

        var failure = AssertLeft(world, server, outcome, bad);
        Assert.IsType<ProtocolViolationException>(failure);
        world.AssertUnharmed();
    }

    [Theory]
    [MemberData(nameof(Stalling))]
    public void A_server_that_is_silent_or_stops_half_way_is_left_in_time(string name)
    {
        var bad = BadServers.Stalling[name];
        using var world = new ClientWorld();
        var (server, outcome) = Play(world, bad);
        bad.Misbehave(server);

        world.Pass(bad.Limit - TimeSpan.FromSeconds(0.5));
        Assert.False(outcome.IsCompleted);
        world.Pass(TimeSpan.FromSeconds(1));

        server.IsListening = true;
        var failure = AssertLeft(world, server, outcome, bad);
        Assert.IsType<AccelioTimeoutException>(failure);
        world.AssertUnharmed();
    }

    /// <summary>Goes on by the rules until the server has come so far; the task is what the client waits for then.</summary>
    private static (RawServer Server, Task Outcome) Play(ClientWorld world, BadServer bad)
    {
        var connecting = world.ConnectAsync(bad.Options);
        var server = world.Accept(bad.IsOurs);
        if (bad.From <= Stage.Linked)
        {
            _ = bad.From == Stage.Linked ? server.OpenLink() : server.TakeIntroduction();
            return (server, connecting);
        }

        server.OpenSession();
        var session = world.Await(connecting);
        session.Handle(request => request.RespondAsync(new OutboundMessage(request.Payload)));
        if (bad.From == Stage.InSession)
        {
            return (server, FailureOf(session));
        }

        var request = session.RequestAsync(new byte[3], answer => answer.PayloadLength).AsTask();
        server.TakeRequest(FrameType.Request);
        return (server, FirstFailureOf(request, FailureOf(session)));
    }

    private static async Task FirstFailureOf(Task request, Task session)
    {
        await request;
        await session;
    }

    /// <summary>A task that fails as the streams of the session do.</summary>
    private static Task FailureOf(AccelioSession session)
    {
        var failed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        session.Messages.Subscribe(_ => { }, failed.SetException, failed.SetResult);
        return failed.Task;
    }

    private static Exception AssertLeft(ClientWorld world, RawServer server, Task outcome, BadServer bad)
    {
        world.Until(() => server.IsOver && outcome.IsCompleted, () => $"link over: {server.IsOver}, outcome: {outcome.Status}");
        var failure = outcome.Exception?.InnerException;
        Assert.NotNull(failure);
        Assert.Contains($"{bad.Error}: ", failure.Message, StringComparison.Ordinal);
        Assert.Contains(bad.Field, failure.Message, StringComparison.Ordinal);
        return failure;
    }
}
