using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Reactive;
using System.Reactive.Concurrency;
using System.Reactive.Linq;
using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Streams;

/// <summary>What observers throw costs them their subscription and reaches UnhandledExceptions, the log and the counter; nobody else notices.</summary>
public class UnhandledTests
{
    private static readonly string[] Two = ["1", "2"];

    [Fact]
    public async Task An_observer_that_throws_is_removed_and_reported_and_the_others_go_on()
    {
        using var checks = new StreamChecks();
        const string Name = "a context of this test alone";
        using var counted = new Counted(Name);
        var logger = new RecordingLogger();
        var before = new List<int>();
        var after = new List<int>();
        var calls = 0;
        await using var pair = await Pair.OpenAsync(
            server =>
            {
                var messages = server.Messages.CheckedOn(server.HomeContext, checks);
                messages.Read(m => m.PayloadLength).Subscribe(before.Add);
                messages.Subscribe(_ =>
                {
                    calls++;
                    throw new FormatException("mine");
                });
                messages.Read(m => m.PayloadLength).Subscribe(after.Add);
            },
            contexts: options =>
            {
                options.LoggerFactory = logger;
                options.Name = options.Name == "test-server" ? Name : options.Name;
            });
        var reported = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        pair.ServerContext.UnhandledExceptions.CheckedOn(pair.ServerContext, checks).Subscribe(reported.SetResult);

        await pair.Session.DeliverAsync(new byte[1]);
        var receipt = await pair.Session.DeliverAsync(new byte[2]);

        Assert.Equal("mine", Assert.IsType<FormatException>(await reported.Task.WaitAsync(Pair.Limit)).Message);
        Assert.Equal(1, calls);
        Assert.Equal([1, 2], before);
        Assert.Equal([1, 2], after);
        Assert.True(receipt.Accepted);
        Assert.Single(logger.Lines, line => line.Id.Id == 1 && line.Exception is FormatException);
        Assert.Equal(1, counted.Total);
    }

    [Fact]
    public async Task The_lease_of_a_message_whose_observer_threw_ends()
    {
        await using var pair = await Pair.OpenAsync(server => server.Messages.Subscribe(_ => { }), server: options => options.WindowMessages = 2);
        for (var i = 0; i < 20; i++)
        {
            pair.Server.Messages.Subscribe(_ => throw new FormatException());
            await pair.Session.DeliverAsync(new byte[1]).AsTask().WaitAsync(Pair.Limit);
        }
    }

    [Fact]
    public async Task Each_kind_of_callback_may_throw_and_the_session_lives_on()
    {
        var seen = new ConcurrentQueue<string>();
        await using var pair = await Pair.OpenAsync(Pair.Echo);
        var session = pair.Session;
        using var unhandled = pair.ClientContext.UnhandledExceptions.Subscribe(exception => seen.Enqueue(exception.Message));

        session.Events.Subscribe(_ => throw new FormatException("event"));
        session.Receipts.Subscribe(_ => throw new FormatException("receipt"));
        session.Request(new byte[1], answer => answer.PayloadLength).Subscribe(_ => throw new FormatException("answer"));
        session.Request(new byte[1], answer => answer.PayloadLength).Subscribe(_ => { }, () => throw new FormatException("completed"));
        pair.ClientContext.Scheduler.Schedule(() => throw new FormatException("action"));
        pair.Accepted.Messages.Subscribe(_ => { });
        await session.SendAsync(new OutboundMessage(new byte[1]) { Options = MessageOptions.RequestReceipt });
        await session.DeliverAsync(new byte[1]);

        Assert.Equal(4, await session.RequestAsync(new byte[4], answer => answer.PayloadLength));
        await pair.ClientContext.RunAsync(async _ => await session.RequestAsync(new byte[1], answer => 0, CancellationToken.None));
        Assert.Equal(["action", "answer", "completed", "event", "receipt"], seen.Order());
    }

    [Fact]
    public async Task An_OnError_or_OnCompleted_that_throws_does_not_stop_the_end_from_reaching_the_others()
    {
        var seen = new ConcurrentQueue<string>();
        await using var pair = await Pair.OpenAsync();
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var unhandled = pair.ClientContext.UnhandledExceptions.Subscribe(exception => seen.Enqueue(exception.Message));
        pair.Session.Messages.Subscribe(Observer.Create<InboundMessage>(_ => { }, _ => throw new FormatException("OnError")));
        pair.Session.Messages.Subscribe(_ => { }, _ => ended.SetResult());
        pair.Session.Events.Subscribe(_ => { }, () => throw new FormatException("OnCompleted"));

        pair.Accepted.Dispose();
        await ended.Task.WaitAsync(Pair.Limit);
        await pair.Session.Closed.WaitAsync(Pair.Limit);
        await pair.ClientContext.DisposeAsync();

        Assert.Equal(["OnError", "OnCompleted"], seen);
    }

    [Fact]
    public async Task Whoever_subscribes_without_an_OnError_finds_the_failure_of_the_session_among_the_unhandled()
    {
        await using var pair = await Pair.OpenAsync();
        var unhandled = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        pair.ClientContext.UnhandledExceptions.Subscribe(unhandled.SetResult);
        pair.Session.Messages.Subscribe(_ => { });

        pair.Accepted.Dispose();

        Assert.IsType<ConnectionLostException>(await unhandled.Task.WaitAsync(Pair.Limit));
    }

    [Fact]
    public async Task An_observer_of_the_unhandled_that_throws_itself_is_removed_too()
    {
        var seen = new List<string>();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pair = await Pair.OpenAsync();
        pair.ClientContext.UnhandledExceptions.Subscribe(_ => throw new FormatException("2"));
        pair.ClientContext.UnhandledExceptions.Subscribe(exception =>
        {
            seen.Add(exception.Message);
            if (seen.Count == 2)
            {
                all.SetResult();
            }
        });

        pair.ClientContext.Scheduler.Schedule(() => throw new FormatException("1"));
        await all.Task.WaitAsync(Pair.Limit);

        Assert.Equal(Two, seen);
    }

    [Fact]
    public async Task The_stream_of_the_unhandled_completes_with_its_context()
    {
        using var checks = new StreamChecks();
        var context = Pair.StartContext("unhandled");
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        context.UnhandledExceptions.CheckedOn(context, checks).Subscribe(_ => { }, ended.SetException, ended.SetResult);

        await context.DisposeAsync();

        Assert.True(ended.Task.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Errors_are_values_whoever_observes_them_goes_on_and_the_stream_completes()
    {
        var seen = new List<AccelioError>();
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pair = await Pair.OpenAsync(server: options => options.UnclaimedTimeout = TimeSpan.FromMilliseconds(20));
        pair.Accepted.Errors.Subscribe(seen.Add, ended.SetException, ended.SetResult);
        for (var i = 0; i < 2; i++)
        {
            Assert.False((await pair.Session.DeliverAsync(new byte[1])).Accepted);
        }

        Assert.Equal(SessionState.Established, pair.Accepted.State);
        await pair.Session.DisposeAsync();
        await ended.Task.WaitAsync(Pair.Limit);
        Assert.Equal(2, seen.Count);
        Assert.All(seen, error => Assert.Equal(AccelioStatus.NotSupported, error.Status));
    }

    [Fact]
    public async Task A_logger_that_throws_harms_nobody()
    {
        var seen = 0;
        await using var pair = await Pair.OpenAsync(
            server =>
            {
                server.Messages.Subscribe(_ => throw new FormatException());
                server.Messages.Subscribe(_ => seen++);
            },
            contexts: options => options.LoggerFactory = new RecordingLogger(throws: true));

        await pair.Session.DeliverAsync(new byte[1]);
        await pair.Session.DeliverAsync(new byte[1]);

        Assert.Equal(2, seen);
    }

    [Fact]
    public async Task A_context_counts_with_the_meter_of_its_factory()
    {
        using var factory = new OneMeter();
        using var counted = new Counted("with-factory", factory.Meter);
        await using (var context = AccelioContext.Start(new AccelioContextOptions { Name = "with-factory", MeterFactory = factory }))
        {
            await context.RunAsync(_ =>
            {
                context.Scheduler.Schedule(() => throw new FormatException());
                return default;
            });
            await context.RunAsync(_ => default);
        }

        Assert.Equal(1, counted.Total);
    }

    /// <summary>What a host makes of a meter factory: its meters are its own, whatever their names.</summary>
    private sealed class OneMeter : IMeterFactory
    {
        public Meter Meter { get; } = new("Accelio.Reactive");

        public Meter Create(MeterOptions options)
        {
            Assert.Equal("Accelio.Reactive", options.Name);
            return Meter;
        }

        public void Dispose() => Meter.Dispose();
    }

    /// <summary>Listens to the counter of one context, on a certain meter or on all.</summary>
    private sealed class Counted : IDisposable
    {
        private readonly MeterListener _listener = new();
        private long _total;

        public Counted(string context, Meter? meter = null)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument is { Meter.Name: "Accelio.Reactive", Name: "accelio.unhandled_exceptions" } && (meter is null || ReferenceEquals(instrument.Meter, meter)))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
            {
                foreach (var tag in tags)
                {
                    if (tag.Key == "accelio.context" && Equals(tag.Value, context))
                    {
                        Interlocked.Add(ref _total, value);
                    }
                }
            });
            _listener.Start();
        }

        public long Total => Interlocked.Read(ref _total);

        public void Dispose() => _listener.Dispose();
    }
}
