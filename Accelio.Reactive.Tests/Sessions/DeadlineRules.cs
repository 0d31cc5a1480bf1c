using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>The time of a request at its peer (docs/abort-and-deadlines.md).</summary>
public abstract class DeadlineRules(Wire wire) : SessionTests(wire)
{
    [Fact]
    public async Task A_handler_sees_how_much_of_the_requesters_time_is_left()
    {
        var seen = new List<TimeSpan?>();
        await using var pair = await OpenAsync(
            server => server.Handle(request =>
            {
                seen.Add(request.Remaining);
                return request.RespondAsync(request.Payload);
            }),
            server: options => options.ResponseTimeout = TimeSpan.FromHours(2),
            client: options => options.RequestTimeout = TimeSpan.FromMinutes(20));

        await pair.Session.RequestAsync(new byte[1], _ => 0);
        await pair.Session.RequestAsync(new OutboundMessage(new byte[1]) { Timeout = TimeSpan.FromHours(1), Header = new byte[100] }, _ => 0);
        await pair.Session.RequestAsync(new OutboundMessage(new byte[1]) { Timeout = Timeout.InfiniteTimeSpan }, _ => 0);

        Assert.InRange(seen[0]!.Value, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(20));
        Assert.InRange(seen[1]!.Value, TimeSpan.FromMinutes(50), TimeSpan.FromHours(1));
        Assert.InRange(seen[2]!.Value, TimeSpan.FromMinutes(110), TimeSpan.FromHours(2));
    }

    [Fact]
    public async Task A_request_whose_time_was_over_while_it_waited_at_the_peer_is_not_run()
    {
        await using var world = await ColdWorld.OpenAsync(Over, window: 8, server: options => options.MaxConcurrentHandlers = 1);
        var running = world.Pair.Session.RequestAsync("slow"u8.ToArray(), ColdWorld.Read).AsTask();
        await world.ArrivedAsync();

        var message = new OutboundMessage("never"u8.ToArray()) { Timeout = TimeSpan.FromMilliseconds(30) };
        await Assert.ThrowsAsync<AccelioTimeoutException>(() => world.Pair.Session.RequestAsync(message, ColdWorld.Read).AsTask().WaitAsync(Pair.Limit));
        world.AnswerAll();

        Assert.Equal("slow", await running.WaitAsync(Pair.Limit));
        await world.AssertGivenUpAsync(0);
        Assert.DoesNotContain("never", world.Seen);
    }

    [Fact]
    public async Task A_handler_whose_requester_waits_no_longer_is_told()
    {
        await using var world = await ColdWorld.OpenAsync(Over);
        var message = new OutboundMessage("slow"u8.ToArray()) { Timeout = TimeSpan.FromMilliseconds(30) };

        var timedOut = await Assert.ThrowsAsync<AccelioTimeoutException>(() => world.Pair.Session.RequestAsync(message, ColdWorld.Read).AsTask().WaitAsync(Pair.Limit));

        Assert.True(timedOut.MayHaveExecuted);
        await world.AssertGivenUpAsync(1);
    }

    [Fact]
    public async Task A_header_of_the_greatest_length_leaves_no_room_for_the_time_and_arrives_as_it_was()
    {
        var header = Pair.Bytes(256);
        var seen = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pair = await OpenAsync(server => server.Handle(request =>
        {
            seen.TrySetResult(request.Header.ToArray());
            return request.RespondAsync(request.Payload);
        }));

        await pair.Session.RequestAsync(new OutboundMessage(new byte[1]) { Header = header, Timeout = TimeSpan.FromSeconds(40) }, _ => 0);

        Assert.Equal(header, await seen.Task.WaitAsync(Pair.Limit));
    }
}
