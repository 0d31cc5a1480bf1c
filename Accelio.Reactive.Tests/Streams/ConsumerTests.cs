using System.Reactive.Linq;
using System.Text;
using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Streams;

/// <summary>Late, absent and second consumers.</summary>
public class ConsumerTests
{
    [Fact]
    public async Task Messages_wait_for_a_late_consumer_and_come_before_those_that_follow()
    {
        using var checks = new StreamChecks();
        var seen = new List<int>();
        await using var pair = await Pair.OpenAsync();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        for (var i = 0; i < 100; i++)
        {
            await pair.Session.SendAsync(BitConverter.GetBytes(i));
        }

        // The consumer comes in the middle of what arrives.
        var sending = Task.Run(async () =>
        {
            for (var i = 100; i < 1000; i++)
            {
                await pair.Session.SendAsync(BitConverter.GetBytes(i));
            }
        });
        pair.Accepted.Messages.CheckedOn(pair.ServerContext, checks).Read(m => BitConverter.ToInt32(m.Payload.FirstSpan)).Subscribe(value =>
        {
            seen.Add(value);
            if (value == 999)
            {
                all.SetResult();
            }
        });
        await sending;
        await all.Task.WaitAsync(Pair.Limit);

        Assert.Equal(Enumerable.Range(0, 1000), seen);
    }

    [Fact]
    public async Task Requests_wait_for_a_late_handler_and_come_before_those_that_follow()
    {
        var seen = new List<int>();
        await using var pair = await Pair.OpenAsync();
        var requests = Enumerable.Range(0, 100).Select(i => pair.Session.RequestAsync(BitConverter.GetBytes(i), _ => 0).AsTask()).ToList();
        pair.Server.Handle(request =>
        {
            seen.Add(BitConverter.ToInt32(request.Payload.FirstSpan));
            return request.RespondAsync(new byte[1]);
        });
        requests.AddRange(Enumerable.Range(100, 100).Select(i => pair.Session.RequestAsync(BitConverter.GetBytes(i), _ => 0).AsTask()));

        await Task.WhenAll(requests).WaitAsync(Pair.Limit);

        Assert.Equal(Enumerable.Range(0, 200), seen);
    }

    [Fact]
    public async Task Without_any_consumer_the_sender_learns_it_after_UnclaimedTimeout()
    {
        using var checks = new StreamChecks();
        var logger = new RecordingLogger();
        await using var pair = await Pair.OpenAsync(server: options => options.UnclaimedTimeout = TimeSpan.FromMilliseconds(20), contexts: options => options.LoggerFactory = logger);
        var errors = new List<AccelioError>();
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        pair.Accepted.Errors.CheckedOn(pair.ServerContext, checks).Subscribe(error =>
        {
            errors.Add(error);
            told.TrySetResult();
        });

        var request = await Assert.ThrowsAsync<RequestFailedException>(() => pair.Session.RequestAsync(new byte[1], _ => 0).AsTask().WaitAsync(Pair.Limit));
        var receipt = await pair.Session.DeliverAsync(new byte[1]).AsTask().WaitAsync(Pair.Limit);
        await told.Task.WaitAsync(Pair.Limit);

        Assert.Equal(AccelioStatus.NotSupported, request.Status);
        Assert.False(receipt.Accepted);
        Assert.Contains("subscribe to Messages, and serve Requests", errors[0].Message, StringComparison.Ordinal);
        Assert.Contains(logger.Lines, line => line.Id.Id == 5);
    }

    [Fact]
    public async Task What_waits_withholds_its_credit_so_that_the_sender_waits_too()
    {
        await using var pair = await Pair.OpenAsync(server: options =>
        {
            options.WindowMessages = 8;
            options.UnclaimedTimeout = TimeSpan.FromMinutes(10);
        });
        var sends = await pair.ClientContext.RunAsync(_ =>
            new ValueTask<Task[]>(Enumerable.Range(0, 10).Select(_ => (Task)pair.Session.SendAsync(new byte[1]).AsTask()).ToArray()));

        Assert.Equal(8, sends.Count(send => send.IsCompleted));
        pair.Server.Messages.Subscribe(_ => { });

        await Task.WhenAll(sends).WaitAsync(Pair.Limit);
    }

    [Fact]
    public async Task What_still_waits_when_the_session_ends_is_reported_and_not_lost_in_silence()
    {
        var logger = new RecordingLogger();
        await using var pair = await Pair.OpenAsync(contexts: options => options.LoggerFactory = logger);
        var error = new TaskCompletionSource<AccelioError>(TaskCreationOptions.RunContinuationsAsynchronously);
        pair.Accepted.Errors.Subscribe(error.SetResult);
        await pair.Session.SendAsync(new byte[1]);

        await pair.Session.DisposeAsync();

        Assert.Contains("1 messages found no consumer before the connection ended", (await error.Task.WaitAsync(Pair.Limit)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_take_one_kind_of_consumer_and_a_second_throws_with_the_remedy()
    {
        await using var pair = await Pair.OpenAsync();
        foreach (var (requests, handle) in new (IObservable<InboundRequest>, Func<IDisposable>)[]
        {
            (pair.Server.Requests, () => pair.Server.Handle(_ => default)),
            (pair.Accepted.Requests, () => pair.Accepted.Handle(_ => default)),
            (pair.Accepted.Connections[0].Requests, () => pair.Accepted.Connections[0].Handle(_ => default)),
        })
        {
            using (requests.Subscribe(_ => { }))
            {
                Assert.Contains("Dispose the first one, or share it", Assert.Throws<InvalidOperationException>(() => requests.Subscribe(_ => { })).Message, StringComparison.Ordinal);
                Assert.Throws<InvalidOperationException>(handle);
            }

            using (handle())
            {
                Assert.Throws<InvalidOperationException>(handle);
                Assert.Throws<InvalidOperationException>(() => requests.Subscribe(_ => { }));
            }

            handle().Dispose();
        }
    }

    [Fact]
    public async Task Publish_serves_several_observers_of_requests()
    {
        using var checks = new StreamChecks();
        await using var pair = await Pair.OpenAsync();
        var seen = 0;
        var shared = pair.Server.Requests.CheckedOn(pair.ServerContext, checks).Publish();
        shared.Subscribe(_ => seen++);
        shared.Where(request => request.PayloadLength == 1).Subscribe(request => _ = request.RespondAsync("one"u8.ToArray()).AsTask());
        shared.Where(request => request.PayloadLength == 2).Subscribe(request => _ = request.RespondAsync("two"u8.ToArray()).AsTask());
        using var connection = shared.Connect();

        var one = await pair.Session.RequestAsync(new byte[1], answer => Encoding.ASCII.GetString(answer.Payload));
        var two = await pair.Session.RequestAsync(new byte[2], answer => Encoding.ASCII.GetString(answer.Payload));

        Assert.Equal(("one", "two", 2), (one, two, seen));
    }

    [Fact]
    public async Task An_observer_of_requests_that_throws_fails_that_request_and_leaves_room_for_the_next_consumer()
    {
        var unhandled = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pair = await Pair.OpenAsync();
        pair.ServerContext.UnhandledExceptions.Subscribe(unhandled.SetResult);
        pair.Server.Requests.Subscribe(_ => throw new FormatException("secret"));

        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => pair.Session.RequestAsync(new byte[1], _ => 0).AsTask().WaitAsync(Pair.Limit));
        Pair.Echo(pair.Server);

        Assert.Equal(AccelioStatus.Unsuccessful, failure.Status);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
        Assert.IsType<FormatException>(await unhandled.Task.WaitAsync(Pair.Limit));
        Assert.Equal(3, await pair.Session.RequestAsync(new byte[3], answer => answer.PayloadLength));
    }

    [Fact]
    public async Task A_consumer_that_comes_after_the_end_is_told_so()
    {
        await using var pair = await Pair.OpenAsync();
        await pair.Session.DisposeAsync();

        Assert.Contains("has ended", Assert.Throws<ObjectDisposedException>(() => pair.Session.Handle(_ => default)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Null_is_named()
    {
        await using var pair = await Pair.OpenAsync();

        Assert.Throws<ArgumentNullException>("observer", () => pair.Session.Messages.Subscribe((IObserver<InboundMessage>)null!));
        Assert.Throws<ArgumentNullException>("observer", () => pair.Session.Requests.Subscribe((IObserver<InboundRequest>)null!));
        Assert.Throws<ArgumentNullException>("observer", () => pair.Session.Events.Subscribe((IObserver<AccelioSessionEvent>)null!));
        Assert.Throws<ArgumentNullException>("handler", () => pair.Session.Handle(null!));
        Assert.Throws<ArgumentNullException>("read", () => pair.Session.Messages.Read((Func<InboundMessage, int>)null!));
    }
}
