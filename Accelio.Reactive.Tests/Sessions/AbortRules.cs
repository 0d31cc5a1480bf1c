using System.Collections.Concurrent;
using System.Text;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>Messages given up at the peer: one outcome for each, and what the peer's handlers see of it (docs/abort-and-deadlines.md).</summary>
public abstract class AbortRules(Wire wire) : SessionTests(wire)
{
    [Fact]
    public async Task What_has_not_started_at_the_peer_is_dropped_and_what_runs_is_told()
    {
        await using var world = await ColdWorld.OpenAsync(Over, window: 64, server: options => options.MaxConcurrentHandlers = 1);
        var session = world.Pair.Session;
        using (await session.RequestAsync("quick"u8.ToArray(), out var answered))
        {
            var running = session.RequestAsync("slow"u8.ToArray(), out var first).AsTask();
            await world.ArrivedAsync();
            Task<InboundMessage>[] waiting = [.. Enumerable.Range(0, 20).Select(_ => session.RequestAsync("never"u8.ToArray()).AsTask())];
            var last = session.RequestAsync("never"u8.ToArray(), out var lastId).AsTask();
            await session.DeliveredAsync(world.Pair.Accepted);

            var report = await session.AbortAsync(new MessageRange(answered, lastId));

            Assert.Equal(
                [
                    new AbortRun(answered, AbortOutcome.Unknown),
                    new AbortRun(first, AbortOutcome.CanceledWhileRunning),
                    new AbortRun(new MessageRange(new MessageId(first.Value + 2), lastId), AbortOutcome.DroppedByPeer),
                ],
                report.Runs);
            foreach (var task in (Task[])[running, .. waiting, last])
            {
                Assert.Equal(AbortOutcome.Requested, (await Assert.ThrowsAsync<AccelioCanceledException>(() => task.WaitAsync(Pair.Limit))).Outcome);
            }
        }

        await world.AssertGivenUpAsync(1);
        Assert.DoesNotContain("never", world.Seen);
    }

    [Fact]
    public async Task A_handler_that_does_not_want_to_stop_answers_for_nobody()
    {
        await using var world = await ColdWorld.OpenAsync(Over, client: options => options.AbortTimeout = Pair.Limit);
        var request = world.Pair.Session.RequestAsync("deaf"u8.ToArray(), out var id).AsTask();
        await world.ArrivedAsync();

        var aborting = world.Pair.Session.AbortAsync(id).AsTask();
        await Assert.ThrowsAsync<AccelioCanceledException>(() => request.WaitAsync(Pair.Limit));
        Assert.False(aborting.IsCompleted);
        world.AnswerAll();

        Assert.Equal([new AbortRun(id, AbortOutcome.NotAborted)], (await aborting.WaitAsync(Pair.Limit)).Runs);
        await world.AssertGivenUpAsync(0);
    }

    [Fact]
    public async Task A_report_does_not_wait_longer_than_AbortTimeout_for_handlers_to_decide()
    {
        await using var world = await ColdWorld.OpenAsync(Over, client: options => options.AbortTimeout = TimeSpan.FromMilliseconds(20));
        var request = world.Pair.Session.RequestAsync("deaf"u8.ToArray(), out var id).AsTask();
        await world.ArrivedAsync();

        var report = await world.Pair.Session.AbortAsync(id).AsTask().WaitAsync(Pair.Limit);

        Assert.Equal([new AbortRun(id, AbortOutcome.Requested)], report.Runs);
        await Assert.ThrowsAsync<AccelioCanceledException>(() => request);
        await world.AssertGivenUpAsync(0);
    }

    [Fact]
    public async Task Requests_that_nobody_serves_yet_are_dropped_too()
    {
        await using var pair = await OpenAsync();
        var request = pair.Session.RequestAsync("never"u8.ToArray(), out var id).AsTask();
        await pair.Session.DeliveredAsync(pair.Accepted);

        var report = await pair.Session.AbortAsync(id);

        Assert.Equal([new AbortRun(id, AbortOutcome.DroppedByPeer)], report.Runs);
        await Assert.ThrowsAsync<AccelioCanceledException>(() => request);
        var seen = new ConcurrentQueue<string>();
        using var handling = pair.Server.Handle(served =>
        {
            seen.Enqueue(Encoding.ASCII.GetString(served.Payload));
            return served.RespondAsync(served.Payload);
        });
        Assert.Equal(3, await pair.Session.RequestAsync("yes"u8.ToArray(), answer => answer.PayloadLength));
        Assert.Equal(["yes"], seen);
    }

    [Fact]
    public async Task An_observer_that_keeps_a_request_is_told_and_its_answer_is_dropped()
    {
        var arrived = new TaskCompletionSource<InboundRequest>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pair = await OpenAsync(server => server.Requests.Subscribe(request => arrived.TrySetResult(request.Retain())));
        var asking = pair.Session.RequestAsync("kept"u8.ToArray(), out var id).AsTask();
        using var request = await arrived.Task.WaitAsync(Pair.Limit);
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = request.Canceled.Register(told.SetResult);

        var aborting = pair.Session.AbortAsync(id).AsTask();
        await told.Task.WaitAsync(Pair.Limit);
        await request.RespondAsync("too late"u8.ToArray());

        Assert.Equal([new AbortRun(id, AbortOutcome.NotAborted)], (await aborting.WaitAsync(Pair.Limit)).Runs);
        await Assert.ThrowsAsync<AccelioCanceledException>(() => asking);
    }

    [Fact]
    public async Task The_server_gives_requests_up_as_the_client_does()
    {
        await using var pair = await OpenAsync();
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var handling = pair.Session.Handle(async request =>
        {
            arrived.SetResult();
            await Task.Delay(Timeout.Infinite, request.Canceled);
        });
        var asking = pair.Accepted.RequestAsync("x"u8.ToArray(), out var id).AsTask();
        await arrived.Task.WaitAsync(Pair.Limit);

        var report = await pair.Accepted.AbortAsync(id);

        Assert.Equal([new AbortRun(id, AbortOutcome.CanceledWhileRunning)], report.Runs);
        await Assert.ThrowsAsync<AccelioCanceledException>(() => asking);
    }

    [Fact]
    public async Task Ranges_of_ids_that_are_unknown_answered_of_another_session_or_without_end_do_no_harm()
    {
        await using var world = await ColdWorld.OpenAsync(Over);
        await using var other = await world.Pair.ConnectAsync();
        for (var i = 0; i < 5; i++)
        {
            using (await other.RequestAsync("x"u8.ToArray(), out _))
            {
            }
        }

        var request = world.Pair.Session.RequestAsync("slow"u8.ToArray(), out var id).AsTask();
        await world.ArrivedAsync();
        var foreign = await world.Pair.Session.AbortAsync(new MessageRange(new MessageId(id.Value + 2), new MessageId(id.Value + 8)));
        var everything = await world.Pair.Session.AbortAsync(new MessageRange(id, new MessageId(long.MaxValue)));

        Assert.Equal(AbortOutcome.Unknown, Assert.Single(foreign.Runs).Outcome);
        Assert.Equal([AbortOutcome.CanceledWhileRunning, AbortOutcome.Unknown], everything.Runs.Select(run => run.Outcome));
        Assert.Equal((long.MaxValue - id.Value) / 2, everything.Count(AbortOutcome.Unknown));
        await Assert.ThrowsAsync<AccelioCanceledException>(() => request);
        await world.AssertGivenUpAsync(1);
    }

    [Fact]
    public async Task Messages_with_a_tag_are_given_up_together_whoever_sent_them()
    {
        await using var world = await ColdWorld.OpenAsync(Over, window: 8);
        var session = world.Pair.Session;
        var message = new OutboundMessage("slow"u8.ToArray()) { Tag = 7 };
        var there = world.Pair.ClientContext.RunAsync(_ => session.RequestAsync(message, ColdWorld.Read)).AsTask();
        var here = session.RequestAsync(message, out var id).AsTask();
        using var cold = session.Request(message, ColdWorld.Read).Subscribe(_ => { }, _ => { });
        var other = session.RequestAsync(message with { Tag = 8 }, ColdWorld.Read).AsTask();
        for (var i = 0; i < 4; i++)
        {
            await world.ArrivedAsync();
        }

        var report = await session.AbortTagAsync(7);

        Assert.Equal((3, AbortOutcome.CanceledWhileRunning), (report.Count(AbortOutcome.CanceledWhileRunning), report[id]));
        Assert.Equal(3, report.Runs.Sum(run => run.Range.Count));
        await Assert.ThrowsAsync<AccelioCanceledException>(() => there.WaitAsync(Pair.Limit));
        await Assert.ThrowsAsync<AccelioCanceledException>(() => here.WaitAsync(Pair.Limit));
        Assert.Empty((await session.AbortTagAsync(7)).Runs);
        Assert.False(other.IsCompleted);
        world.AnswerAll();
        Assert.Equal("slow", await other.WaitAsync(Pair.Limit));
        Assert.Equal("tag", (await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await session.AbortTagAsync(0))).ParamName);
        await world.AssertGivenUpAsync(3);
    }

    [Fact]
    public async Task A_session_cut_off_while_others_share_its_link_takes_its_requests_with_it()
    {
        const string group = "shared";
        await using var world = await ColdWorld.OpenAsync(Over, client: options => options.LinkGroup = group);
        await using var other = await world.Pair.ConnectAsync(options => options.LinkGroup = group);
        var request = other.RequestAsync("slow"u8.ToArray(), ColdWorld.Read).AsTask();
        await world.ArrivedAsync();

        other.Dispose();

        await Assert.ThrowsAsync<ConnectionLostException>(() => request.WaitAsync(Pair.Limit));
        await world.AssertGivenUpAsync(1);
    }

    /// <summary>Ranges, batches and tokens at random, from two threads and the context, against handlers that wait, run, decline and answer: every request ends once, and nothing is left of any.</summary>
    [Fact]
    public async Task Aborts_at_random_leave_every_request_with_one_end_and_the_connection_as_it_was()
    {
        int started = 0, ended = 0;
        await using var pair = await OpenAsync(
            server => server.Handle(async request =>
            {
                Interlocked.Increment(ref started);
                var choice = request.Payload.FirstSpan[0] % 4;
                var canceled = request.Canceled;
                if (choice != 0)
                {
                    await Task.Yield();
                }

                if (choice == 1)
                {
                    canceled.ThrowIfCancellationRequested();
                }

                if (choice != 2 || !canceled.IsCancellationRequested)
                {
                    await request.RespondAsync(request.Payload);
                }
            }),
            options =>
            {
                options.WindowMessages = 32;
                options.MaxConcurrentHandlers = 3;
            });

        var workers = Enumerable.Range(0, 3).Select(worker => worker == 0
            ? pair.ClientContext.RunAsync(_ => new ValueTask(WorkAsync(worker))).AsTask()
            : Task.Run(() => WorkAsync(worker))).ToArray();
        await Task.WhenAll(workers).WaitAsync(Patience.Seconds(120));

        Assert.Equal(3 * 40 * 40, ended);
        Assert.InRange(started, 1, ended);
        var client = (SessionCore)pair.Session;
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(1, await pair.Session.RequestAsync(new byte[1], answer => answer.PayloadLength).AsTask().WaitAsync(Pair.Limit));
        }

        Assert.Equal(0, await pair.ClientContext.RunAsync(_ => ValueTask.FromResult(client.Usable!.Machine.Tasks.Count)));

        async Task WorkAsync(int worker)
        {
            var random = new Random(worker);
            for (var round = 0; round < 40; round++)
            {
                using var source = new CancellationTokenSource();
                var batch = pair.Session.BeginBatch();
                var requests = new List<Task<int>>();
                MessageId first = default, last = default;
                for (var i = 0; i < 40; i++)
                {
                    ReadOnlyMemory<byte> body = new[] { (byte)random.Next(256) };
                    requests.Add(round % 3 == 0 ? batch.RequestAsync(body, answer => answer.PayloadLength).AsTask()
                        : LengthAsync(pair.Session.RequestAsync(body, out last, round % 3 == 1 ? source.Token : CancellationToken.None)));
                    first = i == 0 ? last : first;
                }

                var report = round % 3 == 0 ? await batch.AbortAsync() : round % 3 == 1 ? null : await pair.Session.AbortAsync(new MessageRange(first, last));
                await source.CancelAsync();
                if (round % 3 == 0)
                {
                    Assert.Equal(40, report!.Runs.Sum(run => run.Range.Count));
                }

                foreach (var request in requests)
                {
                    try
                    {
                        Assert.Equal(1, await request.WaitAsync(Pair.Limit));
                    }
                    catch (AccelioCanceledException)
                    {
                    }

                    Interlocked.Increment(ref ended);
                }
            }
        }

        static async Task<int> LengthAsync(ValueTask<InboundMessage> request)
        {
            using var answer = await request;
            return answer.PayloadLength;
        }
    }
}
