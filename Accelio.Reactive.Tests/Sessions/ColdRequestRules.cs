using System.Reactive;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Reactive.Threading.Tasks;
using System.Text;
using Microsoft.Reactive.Testing;
using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>
/// Cold requests under Rx's operators: each does what it says, and to dispose is to give the request up: its handler at the peer is told, and the credit comes back
/// (docs/requests-and-handlers.md).
/// </summary>
public abstract class ColdRequestRules(Wire wire) : SessionTests(wire)
{
    [Fact]
    public async Task Timeout_gives_the_request_up()
    {
        await using var world = await ColdWorld.OpenAsync(Over);
        var time = new TestScheduler();
        var result = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var subscription = world.Request("slow").Timeout(TimeSpan.FromSeconds(1), time).Subscribe(_ => { }, result.SetResult);
        await world.ArrivedAsync();

        time.AdvanceBy(TimeSpan.FromSeconds(1).Ticks);

        Assert.IsType<TimeoutException>(await result.Task.WaitAsync(Pair.Limit));
        await world.AssertGivenUpAsync(1);
    }

    [Fact]
    public async Task TakeUntil_gives_the_request_up()
    {
        await using var world = await ColdWorld.OpenAsync(Over);
        using var stop = new Subject<Unit>();
        var result = world.Request("slow").TakeUntil(stop).ToList().ToTask();
        await world.ArrivedAsync();

        stop.OnNext(Unit.Default);

        Assert.Empty(await result.WaitAsync(Pair.Limit));
        await world.AssertGivenUpAsync(1);
    }

    [Fact]
    public async Task Switch_gives_the_former_request_up()
    {
        await using var world = await ColdWorld.OpenAsync(Over, window: 2);
        using var keys = new Subject<string>();
        var result = keys.Select(key => world.Request(key)).Switch().ToList().ToTask();
        keys.OnNext("slow");
        await world.ArrivedAsync();

        keys.OnNext("quick");
        keys.OnCompleted();

        Assert.Equal(["quick"], await result.WaitAsync(Pair.Limit));
        await world.AssertGivenUpAsync(1);
    }

    [Fact]
    public async Task Amb_gives_the_slower_request_up()
    {
        await using var world = await ColdWorld.OpenAsync(Over);
        await using var other = await world.Pair.ConnectAsync();

        var result = await world.Request("slow").Amb(other.Request("quick"u8.ToArray(), ColdWorld.Read)).ToTask().WaitAsync(Pair.Limit);

        Assert.Equal("quick", result);
        await world.AssertGivenUpAsync(1);
    }

    [Fact]
    public async Task Retry_asks_again()
    {
        await using var world = await ColdWorld.OpenAsync(Over);

        var result = await world.Request("fails twice").Retry(3).ToTask().WaitAsync(Pair.Limit);

        Assert.Equal("fails twice", result);
        Assert.Equal(["fails twice", "fails twice", "fails twice"], world.Seen);
        await Assert.ThrowsAsync<RequestFailedException>(() => world.Request("fails").Retry(2).ToTask().WaitAsync(Pair.Limit));
        await world.AssertGivenUpAsync(0);
    }

    [Fact]
    public async Task FirstAsync_and_await_give_the_answer()
    {
        await using var world = await ColdWorld.OpenAsync(Over);

        Assert.Equal("one", await world.Request("one").FirstAsync());
        Assert.Equal("two", await world.Request("two"));
        Assert.Equal("three", await world.Pair.Session.Request("three"u8.ToArray()).Select(message => Encoding.ASCII.GetString(message.Payload.Span)));
        await world.AssertGivenUpAsync(0);
    }

    [Fact]
    public async Task An_await_of_a_cold_request_goes_on_on_the_context_that_pushes()
    {
        await using var world = await ColdWorld.OpenAsync(Over);

        var place = await Task.Factory.StartNew(AwaitAsync, CancellationToken.None, TaskCreationOptions.None, TaskScheduler.Default);
        world.AnswerAll();

        Assert.Same(world.Pair.ClientContext, await place.WaitAsync(Pair.Limit));

        async Task<AccelioContext?> AwaitAsync()
        {
            await world.Request("slow");
            return AccelioContext.Current;
        }
    }

    [Fact]
    public async Task Every_subscription_asks_once_and_none_asks_nothing()
    {
        await using var world = await ColdWorld.OpenAsync(Over);
        var cold = world.Request("x");
        Assert.Empty(world.Seen);

        await Task.WhenAll(cold.ToTask(), cold.ToTask()).WaitAsync(Pair.Limit);

        Assert.Equal(["x", "x"], world.Seen);
    }

    [Fact]
    public async Task A_subscription_disposed_while_its_request_waits_for_the_window_never_sends_it()
    {
        await using var world = await ColdWorld.OpenAsync(Over);
        using var first = world.Request("slow").Subscribe();
        await world.ArrivedAsync();
        var second = world.Request("never").Subscribe();
        await world.Pair.ClientContext.RunAsync(_ => default);

        second.Dispose();
        first.Dispose();

        await world.AssertGivenUpAsync(1);
        Assert.DoesNotContain("never", world.Seen);
    }

    [Fact]
    public async Task A_subscription_disposed_at_once_sends_nothing()
    {
        await using var world = await ColdWorld.OpenAsync(Over);
        await world.Pair.ClientContext.RunAsync(_ =>
        {
            // From another thread, which the context cannot serve meanwhile.
            Task.Run(() => world.Request("never").Subscribe().Dispose()).Wait();
            return default;
        });

        await world.AssertGivenUpAsync(0);
        Assert.DoesNotContain("never", world.Seen);
    }

    [Fact]
    public async Task Who_disposes_inside_OnNext_gets_nothing_more()
    {
        await using var world = await ColdWorld.OpenAsync(Over);
        var calls = new List<string>();
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await world.Pair.ClientContext.RunAsync(_ =>
        {
            IDisposable? subscription = null;
            subscription = world.Request("x").Subscribe(new Observing(calls, () =>
            {
                subscription!.Dispose();
                seen.SetResult();
            }));
            return default;
        });
        await seen.Task.WaitAsync(Pair.Limit);

        await world.AssertGivenUpAsync(0);
        Assert.Equal(["OnNext"], calls);
    }

    [Fact]
    public async Task A_reader_that_throws_ends_the_subscription_with_its_exception()
    {
        await using var world = await ColdWorld.OpenAsync(Over);

        await Assert.ThrowsAsync<FormatException>(() => world.Pair.Session.Request<int>(new byte[1], _ => throw new FormatException()).ToTask().WaitAsync(Pair.Limit));

        await world.AssertGivenUpAsync(0);
    }

    [Fact]
    public async Task The_message_may_be_changed_once_Subscribe_has_returned()
    {
        await using var world = await ColdWorld.OpenAsync(Over);
        foreach (var length in (int[])[5, 8192, 300_000])
        {
            var body = new byte[length];
            Array.Fill(body, (byte)'a');
            var result = world.Pair.Session.Request(body, ColdWorld.Read).ToTask();
            Array.Fill(body, (byte)'b');

            Assert.Equal(new string('a', length), await result.WaitAsync(Pair.Limit));
        }
    }

    [Fact]
    public async Task Copies_stay_within_the_send_budget_and_a_longer_message_goes_alone()
    {
        await using var world = await ColdWorld.OpenAsync(Over, client: options => options.SendBudget = 1000);
        using var first = world.Request("slow").Subscribe();
        await world.ArrivedAsync();
        var queued = world.Pair.Session.Request(new byte[900], _ => 0).ToTask();
        await world.Pair.ClientContext.RunAsync(_ => default);

        var refused = await Assert.ThrowsAsync<AccelioException>(() => world.Pair.Session.Request(new byte[200], _ => 0).ToTask().WaitAsync(Pair.Limit));
        Assert.Equal(AccelioStatus.SendQueueOverflow, refused.Status);
        Assert.Contains("SendBudget", refused.Message, StringComparison.Ordinal);
        Assert.False(world.Pair.Session.TrySend(new byte[200], out _));

        first.Dispose();
        await queued.WaitAsync(Pair.Limit);
        await world.Pair.Session.Request(new byte[5000], _ => 0).ToTask().WaitAsync(Pair.Limit);
        await world.AssertGivenUpAsync(1);
    }

    [Fact]
    public async Task A_response_buffer_is_refused()
    {
        await using var world = await ColdWorld.OpenAsync(Over);

        Assert.Throws<ArgumentException>(() => world.Pair.Session.Request(new OutboundMessage(new byte[1]) { ResponseBuffer = new byte[10] }, _ => 0));
    }

    [Fact]
    public async Task After_the_end_of_the_session_and_of_its_context_a_subscription_fails()
    {
        await using var world = await ColdWorld.OpenAsync(Over);
        var pending = world.Request("slow").ToTask();
        await world.ArrivedAsync();

        world.Pair.Session.Dispose();
        await Assert.ThrowsAsync<ConnectionLostException>(() => pending.WaitAsync(Pair.Limit));
        await Assert.ThrowsAsync<ConnectionLostException>(() => world.Request("x").ToTask().WaitAsync(Pair.Limit));
        await world.Pair.ClientContext.DisposeAsync();

        await Assert.ThrowsAsync<ConnectionLostException>(() => world.Request("x").ToTask().WaitAsync(Pair.Limit));
    }

    private sealed class Observing(List<string> calls, Action onNext) : IObserver<string>
    {
        public void OnNext(string value)
        {
            calls.Add("OnNext");
            onNext();
        }

        public void OnError(Exception error) => calls.Add("OnError");

        public void OnCompleted() => calls.Add("OnCompleted");
    }
}
