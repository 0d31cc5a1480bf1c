using System.Collections.Concurrent;
using System.Reactive.Linq;
using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Streams;

/// <summary>Streams: one context each, serialised, never nested.</summary>
public class DeliveryTests
{
    [Fact]
    public async Task Every_stream_pushes_on_its_context_one_call_at_a_time()
    {
        using var checks = new StreamChecks();
        var pushed = new ConcurrentDictionary<string, int>();
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pair = await Pair.OpenAsync(server =>
        {
            Pair.Echo(server);
            Watch(server.SessionRequests, server.HomeContext, "SessionRequests", request => request.Accept());
            Watch(server.Messages, server.HomeContext, "Server.Messages");
            Watch(server.Sessions, server.HomeContext, "Sessions", session =>
            {
                Watch(session.Messages, server.HomeContext, "Messages");
                Watch(session.Connections[0].Messages, server.HomeContext, "Connection.Messages");
                session.Events.CheckedOn(server.HomeContext, checks).Subscribe(_ => { }, ended.SetResult);
            });
        });
        Watch(pair.Session.Receipts, pair.ClientContext, "Receipts");
        Watch(pair.Session.Events, pair.ClientContext, "Events");
        Watch(pair.Session.Errors, pair.ClientContext, "Errors");
        Watch(pair.Session.Requests, pair.ClientContext, "Requests", request => request.RespondAsync(new byte[1]));

        for (var i = 0; i < 100; i++)
        {
            await pair.Session.SendAsync(new OutboundMessage(new byte[100]) { Options = MessageOptions.RequestReceipt });
            await pair.Session.Request(new byte[1], answer => answer.PayloadLength).CheckedOn(pair.ClientContext, checks);
            await pair.Accepted.RequestAsync(new byte[1], answer => answer.PayloadLength);
        }

        // Accepted from elsewhere, and too long to be sent: what becomes of it is a value of Errors.
        Assert.True(await Task.Run(() => pair.Session.TrySend(new OutboundMessage(new byte[1]) { Header = new byte[257] }, out _)));
        await pair.Session.DeliverAsync(new byte[1]);
        await pair.Session.DisposeAsync();
        await ended.Task.WaitAsync(Pair.Limit);

        string[] many = ["Server.Messages", "Messages", "Connection.Messages", "Receipts", "Requests"];
        Assert.All(many, name => Assert.InRange(pushed.GetValueOrDefault(name), 100, 101));
        Assert.All((string[])["SessionRequests", "Sessions", "Errors"], name => Assert.Equal(1, pushed.GetValueOrDefault(name)));
        Assert.Equal(3, pushed.GetValueOrDefault("Events"));

        void Watch<T>(IObservable<T> stream, AccelioContext context, string name, Action<T>? onNext = null) => stream.CheckedOn(context, checks).Subscribe(value =>
        {
            pushed.AddOrUpdate(name, 1, (_, count) => count + 1);
            onNext?.Invoke(value);
        });
    }

    [Fact]
    public async Task What_a_call_inside_OnNext_causes_comes_after_it()
    {
        using var checks = new StreamChecks();
        var log = new List<string>();
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pair = await Pair.OpenAsync();
        var session = pair.Session;
        var context = pair.ClientContext;
        var present = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        session.Events.CheckedOn(context, checks).Do(_ => present.TrySetResult()).Subscribe(happened => log.Add(happened.GetType().Name), ended.SetResult);
        await present.Task.WaitAsync(Pair.Limit);
        session.Errors.CheckedOn(context, checks).Subscribe(_ => log.Add("error"), () => log.Add("errors end"));
        session.Receipts.CheckedOn(context, checks).Subscribe(_ => { }, () => log.Add("receipts end"));
        session.Messages.CheckedOn(context, checks).Subscribe(
            _ =>
            {
                log.Add("begin");
                session.Request(new byte[1], _ => 0).CheckedOn(context, checks).Subscribe(_ => { }, _ => log.Add("request failed"));
                session.Dispose();
                log.Add("end");
            },
            () => log.Add("messages end"));

        await pair.Accepted.SendAsync(new byte[1]);
        await ended.Task.WaitAsync(Pair.Limit);

        Assert.Equal(["SessionEstablished", "begin", "end", "request failed", "SessionClosing", "messages end", "receipts end", "errors end", "SessionClosed"], log);
    }

    [Fact]
    public async Task Streams_of_one_context_merge_without_nesting()
    {
        using var checks = new StreamChecks();
        await using var pair = await Pair.OpenAsync();
        var session = pair.Session;
        var merged = Observable.Merge(
            session.Messages.Select(_ => "message"),
            session.Events.Select(_ => "event"),
            session.Errors.Select(_ => "error"),
            session.Receipts.Select(_ => "receipt"),
            Observable.Interval(TimeSpan.FromMilliseconds(1), pair.ClientContext.Scheduler).Select(_ => "tick").TakeUntil(session.Messages));
        var all = merged.CheckedBy(checks).Do(what =>
        {
            if (what == "message")
            {
                session.Dispose();
            }
        });
        var log = new List<string>();
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        all.Subscribe(log.Add, ended.SetException, ended.SetResult);

        await pair.Accepted.SendAsync(new byte[1]);
        await ended.Task.WaitAsync(Pair.Limit);

        Assert.Equal("event", log[^1]);
        Assert.Single(log, "message");
    }

    [Fact]
    public async Task Who_subscribes_inside_OnNext_sees_the_next_message()
    {
        using var checks = new StreamChecks();
        var late = new List<int>();
        await using var pair = await Pair.OpenAsync(server =>
        {
            var context = server.HomeContext;
            server.Messages.CheckedOn(context, checks).Take(1).Subscribe(
                _ => server.Messages.CheckedOn(context, checks).Subscribe(message => late.Add(message.PayloadLength)));
        });

        for (var length = 1; length <= 3; length++)
        {
            await pair.Session.DeliverAsync(new byte[length]);
        }

        Assert.Equal([2, 3], late);
    }

    [Fact]
    public async Task Who_disposes_inside_OnNext_gets_nothing_more()
    {
        using var checks = new StreamChecks();
        var (own, other, all) = (0, 0, 0);
        await using var pair = await Pair.OpenAsync(server =>
        {
            var messages = server.Messages.CheckedOn(server.HomeContext, checks);
            IDisposable? victim = null;
            IDisposable? self = null;
            self = messages.Subscribe(_ =>
            {
                own++;
                self!.Dispose();
                victim!.Dispose();
            });
            victim = messages.Subscribe(_ => other++);
            messages.Subscribe(_ => all++);
        });

        for (var i = 0; i < 3; i++)
        {
            await pair.Session.DeliverAsync(new byte[1]);
        }

        Assert.Equal((1, 0, 3), (own, other, all));
    }

    [Fact]
    public async Task Observers_come_and_go_on_all_threads_while_messages_arrive()
    {
        using var checks = new StreamChecks();
        var steady = 0;
        await using var pair = await Pair.OpenAsync(server => server.Messages.CheckedOn(server.HomeContext, checks).Subscribe(_ => steady++));
        using var done = new CancellationTokenSource();
        var guests = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            var seen = 0;
            while (!done.IsCancellationRequested)
            {
                using var guest = pair.Server.Messages.CheckedOn(pair.ServerContext, checks).Subscribe(message => seen += message.PayloadLength);
                Thread.Yield();
            }

            return seen;
        })).ToArray();

        await pair.ClientContext.RunAsync(async _ =>
        {
            for (var i = 0; i < 2000; i++)
            {
                await pair.Session.DeliverAsync(new byte[1], CancellationToken.None);
            }
        });
        await done.CancelAsync();
        await Task.WhenAll(guests).WaitAsync(Pair.Limit);

        Assert.Equal(2000, steady);
    }

    [Fact]
    public async Task A_handler_that_user_code_completes_inside_a_callback_lets_the_next_begin_after_it()
    {
        var log = new List<string>();
        var gate = new TaskCompletionSource(TaskCreationOptions.None);
        await using var pair = await Pair.OpenAsync(
            server =>
            {
                var number = 0;
                server.Handle(async request =>
                {
                    log.Add($"handler {++number}");
                    if (number == 1)
                    {
                        await gate.Task.ConfigureAwait(false);
                    }

                    await request.RespondAsync(new byte[1]);
                });
                server.Messages.Subscribe(_ =>
                {
                    log.Add("begin");
                    gate.SetResult();
                    log.Add("end");
                });
            },
            server: options => options.MaxConcurrentHandlers = 1);
        var first = pair.Session.RequestAsync(new byte[1], _ => 0).AsTask();
        var second = pair.Session.RequestAsync(new byte[1], _ => 0).AsTask();

        await pair.Session.SendAsync(new byte[1]);
        await Task.WhenAll(first, second).WaitAsync(Pair.Limit);

        Assert.Equal(["handler 1", "begin", "end", "handler 2"], log);
    }
}
