using System.Reactive.Linq;
using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Streams;

/// <summary>Events replay the present state to late subscribers and end with exactly one Closed.</summary>
public class EventTests
{
    [Fact]
    public async Task Subscribers_at_any_moment_and_from_any_thread_miss_nothing_and_see_nothing_twice()
    {
        using var checks = new StreamChecks();
        await using var pair = await Pair.OpenAsync();
        using var start = new Barrier(4);
        var subscribers = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            start.SignalAndWait();
            var lists = new List<Task<IList<AccelioSessionEvent>>>();
            for (var i = 0; i < 200; i++)
            {
                var list = new TaskCompletionSource<IList<AccelioSessionEvent>>(TaskCreationOptions.RunContinuationsAsynchronously);
                pair.Session.Events.CheckedOn(pair.ClientContext, checks).ToList().Subscribe(list.SetResult);
                lists.Add(list.Task);
            }

            return await Task.WhenAll(lists);
        })).ToArray();
        start.SignalAndWait();

        await pair.Session.DisposeAsync();
        var seen = (await Task.WhenAll(subscribers).WaitAsync(Pair.Limit)).SelectMany(lists => lists).ToArray();

        AccelioSessionEvent[] all =
            [new SessionEstablished(), new SessionClosing(false), new SessionClosed(CloseReason.ClosedLocally, AccelioStatus.SessionClosed, string.Empty)];
        Assert.Equal(600, seen.Length);
        Assert.All(seen, list => Assert.Equal(all[^list.Count..], list));
    }

    [Fact]
    public async Task A_subscriber_inside_a_callback_gets_the_present_state_after_it()
    {
        using var checks = new StreamChecks();
        await using var pair = await Pair.OpenAsync();
        var log = new List<string>();
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        pair.Session.Messages.CheckedOn(pair.ClientContext, checks).Subscribe(_ =>
        {
            log.Add("begin");
            pair.Session.Events.CheckedOn(pair.ClientContext, checks).Subscribe(happened =>
            {
                log.Add(happened.GetType().Name);
                seen.TrySetResult();
            });
            log.Add("end");
        });

        await pair.Accepted.SendAsync(new byte[1]);
        await seen.Task.WaitAsync(Pair.Limit);

        Assert.Equal(["begin", "end", "SessionEstablished"], log);
    }

    [Fact]
    public async Task Closed_comes_once_whoever_closes_and_however_often()
    {
        using var checks = new StreamChecks();
        await using var pair = await Pair.OpenAsync();
        var here = new List<AccelioSessionEvent>();
        var there = new List<AccelioSessionEvent>();
        var ends = new TaskCompletionSource[] { new(TaskCreationOptions.RunContinuationsAsynchronously), new(TaskCreationOptions.RunContinuationsAsynchronously) };
        pair.Session.Events.CheckedOn(pair.ClientContext, checks).Subscribe(here.Add, ends[0].SetResult);
        pair.Accepted.Events.CheckedOn(pair.ServerContext, checks).Subscribe(there.Add, ends[1].SetResult);

        var closing = new[] { pair.Session, pair.Accepted, pair.Session, pair.Accepted }.Select(session => session.DisposeAsync().AsTask()).ToArray();
        pair.Session.Dispose();
        pair.Accepted.Dispose();
        await Task.WhenAll(closing).WaitAsync(Pair.Limit);
        await pair.Session.DisposeAsync();
        await Task.WhenAll(ends.Select(end => end.Task)).WaitAsync(Pair.Limit);

        Assert.Single(here.OfType<SessionClosed>());
        Assert.Single(there.OfType<SessionClosed>());
        Assert.IsType<SessionClosed>(here[^1]);
        Assert.IsType<SessionClosed>(there[^1]);
    }

    [Fact]
    public async Task The_end_is_told_before_DisposeAsync_returns()
    {
        using var checks = new StreamChecks();
        await using var pair = await Pair.OpenAsync();
        var log = new List<string>();
        var subscribed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        pair.Session.Messages.CheckedOn(pair.ClientContext, checks).Subscribe(_ => { }, () => log.Add("messages end"));
        pair.Session.Events.CheckedOn(pair.ClientContext, checks).Subscribe(_ => subscribed.TrySetResult(), () => log.Add("events end"));
        await subscribed.Task.WaitAsync(Pair.Limit);

        await pair.Session.DisposeAsync();

        Assert.Equal(["messages end", "events end"], log);
    }
}
