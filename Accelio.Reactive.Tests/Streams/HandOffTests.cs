using System.Collections.Concurrent;
using System.Reactive.Concurrency;
using System.Reactive.Linq;
using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Streams;

/// <summary>HandOff: batches, one wake-up per batch, order kept, leases until read, the window as the only bound.</summary>
public class HandOffTests
{
    [Theory]
    [InlineData("context")]
    [InlineData("pool")]
    [InlineData("event loop")]
    [InlineData("task pool")]
    [InlineData("current thread")]
    public async Task Everything_arrives_in_order_at_any_place(string place)
    {
        const int Count = 5000;
        using var checks = new StreamChecks();
        await using var other = Pair.StartContext("other");
        using var loop = new EventLoopScheduler();
        IScheduler to = place switch
        {
            "context" => other.Scheduler,
            "pool" => Scheduler.Default,
            "event loop" => loop,
            "task pool" => TaskPoolScheduler.Default,
            _ => CurrentThreadScheduler.Instance,
        };
        var seen = new List<int>();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pair = await Pair.OpenAsync(server =>
        {
            var values = server.Messages.CheckedOn(server.HomeContext, checks).HandOff(to, m => BitConverter.ToInt32(m.Payload.FirstSpan));
            (place == "context" ? values.CheckedOn(other, checks) : values.CheckedBy(checks)).Subscribe(value =>
            {
                seen.Add(value);
                if (value == Count - 1)
                {
                    all.SetResult();
                }
            });
        });

        for (var i = 0; i < Count; i++)
        {
            await pair.Session.SendAsync(BitConverter.GetBytes(i));
        }

        await all.Task.WaitAsync(Pair.Limit);
        Assert.Equal(Enumerable.Range(0, Count), seen);
    }

    [Fact]
    public async Task What_gathers_wakes_the_place_once_and_withholds_the_senders_credit()
    {
        using var checks = new StreamChecks();
        var place = new HandScheduler();
        var seen = 0;
        Arrivals? arrivals = null;
        await using var pair = await Pair.OpenAsync(
            server =>
            {
                server.Messages.HandOff(place, m => m.PayloadLength).CheckedBy(checks).Subscribe(_ => seen++);
                arrivals = new Arrivals(server.Messages);
            },
            server: options => options.WindowMessages = 8);

        // Twelve are sent, the window lets eight through.
        var sends = await SendAsync(pair, 12);
        await arrivals!.ReachAsync(8);
        Assert.Equal((8, 1, 0), (sends.Count(send => send.IsCompleted), place.Scheduled, seen));

        await ServeAsync(place, Task.WhenAll(sends));
        await ServeAsync(place, () => seen == 12);
    }

    [Fact]
    public async Task A_message_is_leased_until_it_was_read_and_no_longer()
    {
        var place = new HandScheduler();
        var read = new List<InboundMessage>();
        var leasedInOnNext = new List<bool>();
        await using var pair = await Pair.OpenAsync(server => server.Messages
            .HandOff(place, message =>
            {
                read.Add(message);
                return message.Detach().Payload.Length;
            })
            .Subscribe(_ => leasedInOnNext.Add(IsLeased(read[^1]))));
        var delivery = pair.Session.DeliverAsync(new byte[100]).AsTask();

        await ServeAsync(place, delivery);

        Assert.True((await delivery).Accepted);
        Assert.Equal([false], leasedInOnNext);
    }

    [Fact]
    public async Task Bytes_are_right_when_they_are_read_long_after_they_arrived()
    {
        var place = new HandScheduler();
        var seen = new List<byte[]>();
        await using var pair = await Pair.OpenAsync(server =>
        {
            Pair.Echo(server);
            server.Messages.HandOff(place, m => m.Detach().Payload.ToArray()).Subscribe(seen.Add);
        });
        var bodies = Enumerable.Range(1, 100).Select(i => Pair.Bytes(i * 37)).ToArray();
        foreach (var body in bodies)
        {
            await pair.Session.SendAsync(body);
        }

        for (var i = 0; i < 2000; i++)
        {
            await pair.Session.RequestAsync(new byte[500], _ => 0);
        }

        await ServeAsync(place, () => seen.Count == 100);
        Assert.Equal(bodies, seen);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_end_comes_behind_everything_that_waits(bool orderly)
    {
        using var checks = new StreamChecks();
        var place = new HandScheduler();
        var log = new List<string>();
        await using var pair = await Pair.OpenAsync();
        pair.Session.Messages.HandOff(place, m => m.PayloadLength).CheckedBy(checks)
            .Subscribe(length => log.Add($"{length}"), error => log.Add(error.GetType().Name), () => log.Add("completed"));
        var arrivals = new Arrivals(pair.Session.Messages);
        for (var length = 1; length <= 3; length++)
        {
            await pair.Accepted.SendAsync(new byte[length]);
        }

        await arrivals.ReachAsync(3);
        if (orderly)
        {
            await pair.Session.DisposeAsync();
        }
        else
        {
            pair.Accepted.Dispose();
            await pair.Session.Closed.WaitAsync(Pair.Limit);
        }

        await ServeAsync(place, () => log.Count == 4);
        Assert.Equal(["1", "2", "3", orderly ? "completed" : nameof(ConnectionLostException)], log);
    }

    [Fact]
    public async Task Disposing_releases_what_waits_even_if_the_place_never_runs_again()
    {
        var place = new HandScheduler();
        var seen = 0;
        IDisposable? subscription = null;
        Arrivals? arrivals = null;
        await using var pair = await Pair.OpenAsync(
            server =>
            {
                subscription = server.Messages.HandOff(place, m => m.PayloadLength).Subscribe(_ => seen++);
                arrivals = new Arrivals(server.Messages);
            },
            server: options => options.WindowMessages = 4);
        await SendAsync(pair, 4);
        await arrivals!.ReachAsync(4);

        subscription!.Dispose();

        await Arrivals.NoneHeldAsync(pair.ServerContext);
        Assert.True(place.Run());
        Assert.Equal(0, seen);
    }

    [Fact]
    public async Task Disposing_inside_OnNext_gives_nothing_more_and_releases_the_rest()
    {
        var place = new HandScheduler();
        var seen = 0;
        Arrivals? arrivals = null;
        await using var pair = await Pair.OpenAsync(
            server =>
            {
                IDisposable? self = null;
                self = server.Messages.HandOff(place, m => m.PayloadLength).Subscribe(_ =>
                {
                    seen++;
                    self!.Dispose();
                });
                arrivals = new Arrivals(server.Messages);
            },
            server: options => options.WindowMessages = 4);
        await SendAsync(pair, 4);
        await arrivals!.ReachAsync(4);

        Assert.True(place.Run());

        await Arrivals.NoneHeldAsync(pair.ServerContext);
        Assert.Equal(1, seen);
        Assert.False(place.Run());
    }

    [Fact]
    public async Task A_read_that_throws_ends_the_query_as_Select_does()
    {
        var place = new HandScheduler();
        var log = new List<string>();
        await using var pair = await Pair.OpenAsync(server =>
        {
            server.Messages
                .HandOff(place, m => m.PayloadLength == 2 ? throw new FormatException("two") : m.PayloadLength)
                .Subscribe(length => log.Add($"{length}"), error => log.Add(error.Message));

            // For what arrives when the query is over.
            server.Messages.Subscribe(_ => { });
        });
        await SendAsync(pair, 3, growing: true);

        await ServeAsync(place, () => log.Count == 2);

        Assert.Equal(["1", "two"], log);
        await Arrivals.NoneHeldAsync(pair.ServerContext);
    }

    [Fact]
    public async Task An_observer_that_throws_loses_its_subscription_and_is_reported_to_the_messages_context()
    {
        var unhandled = new ConcurrentQueue<Exception>();
        var place = new HandScheduler();
        await using var pair = await Pair.OpenAsync(
            server =>
            {
                server.HomeContext.UnhandledExceptions.Subscribe(unhandled.Enqueue);
                server.Messages.HandOff(place, m => m.PayloadLength).Subscribe(_ => throw new FormatException("mine"));

                // For what arrives when the subscription is gone.
                server.Messages.Subscribe(_ => { });
            },
            server: options => options.WindowMessages = 4);
        await SendAsync(pair, 4);

        await ServeAsync(place, () => !unhandled.IsEmpty);

        await Arrivals.NoneHeldAsync(pair.ServerContext);
        Assert.Equal("mine", Assert.Single(unhandled).Message);
    }

    [Fact]
    public async Task A_place_that_is_gone_is_reported_and_holds_nothing()
    {
        var unhandled = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        var gone = Pair.StartContext("gone");
        await gone.DisposeAsync();
        await using var pair = await Pair.OpenAsync(
            server =>
            {
                server.Messages.HandOff(gone.Scheduler, m => m.PayloadLength).Subscribe(_ => { });
                server.Messages.HandOff(new HandScheduler { IsDead = true }, m => m.PayloadLength).Subscribe(_ => { });
                server.HomeContext.UnhandledExceptions.Subscribe(exception => unhandled.TrySetResult(exception));
            },
            server: options => options.WindowMessages = 4);

        await SendAsync(pair, 1);

        Assert.IsType<ObjectDisposedException>(await unhandled.Task.WaitAsync(Pair.Limit));
        await Arrivals.NoneHeldAsync(pair.ServerContext);
    }

    [Fact]
    public async Task Subscriptions_that_come_and_go_under_load_leave_nothing_held()
    {
        await using var other = Pair.StartContext("other");
        await using var pair = await Pair.OpenAsync(server => server.Messages.Subscribe(_ => { }), server: options => options.WindowMessages = 16);
        using var done = new CancellationTokenSource();
        var guests = new[] { other.Scheduler, Scheduler.Default, TaskPoolScheduler.Default }.Select(to => Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                using var guest = pair.Server.Messages.HandOff(to, m => m.PayloadLength).Subscribe(_ => { });
                Thread.Yield();
            }
        })).ToArray();

        await pair.ClientContext.RunAsync(async _ =>
        {
            for (var i = 0; i < 3000; i++)
            {
                await pair.Session.SendAsync(new byte[10], CancellationToken.None);
            }
        });
        await done.CancelAsync();
        await Task.WhenAll(guests).WaitAsync(Pair.Limit);

        await Arrivals.NoneHeldAsync(pair.ServerContext);
    }

    [Fact]
    public void Null_is_named()
    {
        var messages = Observable.Never<InboundMessage>();

        Assert.Throws<ArgumentNullException>("source", () => ((IObservable<InboundMessage>)null!).HandOff(Scheduler.Immediate, _ => 0));
        Assert.Throws<ArgumentNullException>("to", () => messages.HandOff(null!, _ => 0));
        Assert.Throws<ArgumentNullException>("read", () => messages.HandOff<int>(Scheduler.Immediate, null!));
        Assert.Throws<ArgumentNullException>("source", () => ((IObservable<InboundMessage>)null!).Retain());
        Assert.Throws<ArgumentNullException>("source", () => ((IObservable<InboundMessage>)null!).ToChannel());
        Assert.Throws<ArgumentNullException>("source", () => ((IObservable<InboundMessage>)null!).ReadAllAsync());
        Assert.Throws<ArgumentNullException>("observer", () => messages.HandOff(Scheduler.Immediate, _ => 0).Subscribe(null!));
    }

    /// <summary>Begins to send; the tasks complete as the window allows.</summary>
    private static ValueTask<Task[]> SendAsync(Pair pair, int count, bool growing = false) => pair.ClientContext.RunAsync(_ =>
        new ValueTask<Task[]>(Enumerable.Range(1, count).Select(i => (Task)pair.Session.SendAsync(new byte[growing ? i : 1]).AsTask()).ToArray()));

    private static async Task ServeAsync(HandScheduler place, Task until)
    {
        await ServeAsync(place, () => until.IsCompleted);
        await until;
    }

    /// <summary>Lets the place run until something is so.</summary>
    private static async Task ServeAsync(HandScheduler place, Func<bool> until)
    {
        using var limit = new CancellationTokenSource(Pair.Limit);
        while (!until())
        {
            limit.Token.ThrowIfCancellationRequested();
            if (!place.Run())
            {
                await Task.Yield();
            }
        }
    }

    private static bool IsLeased(InboundMessage message)
    {
        try
        {
            return message.PayloadLength >= 0;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }
}
