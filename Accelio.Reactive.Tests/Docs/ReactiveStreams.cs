using System.Collections.Concurrent;
using System.Reactive.Concurrency;
using System.Reactive.Linq;
using Accelio.Reactive.Tests.Sessions;
using Xunit;

namespace Accelio.Reactive.Tests.Docs;

/// <summary>The code of docs/reactive-streams.md.</summary>
public class ReactiveStreams
{
    private static readonly Tick[] Ticks = [new(1, 0), new(2, 0.02), new(3, 0.001), new(4, 0.04)];
    private readonly ConcurrentQueue<Tick> _seen = [];
    private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task Handing_work_to_another_thread()
    {
        await using var pair = await Pair.OpenAsync();
        var session = pair.Session;

        // <snippet hand-off>
        using var screen = new EventLoopScheduler();                                       // a thread of its own; a user interface's scheduler, for one
        using var subscription = session.Messages
            .HandOff(screen, m => Tick.Read(m.Payload))                                    // read over there; until then the message is leased
            .Subscribe(tick => Show(tick));
        // </snippet>

        await PublishAsync(pair.Accepted);
    }

    [Fact]
    public async Task Pulling_messages()
    {
        await using var pair = await Pair.OpenAsync();
        var session = pair.Session;
        using var stop = new CancellationTokenSource();
        var reading = ReadAsync(stop.Token);

        async Task ReadAsync(CancellationToken stopping)
        {
            // <snippet read-all>
            await foreach (var message in session.ReadAllAsync(stopping))
            {
                using (message)                                                            // each is yours
                {
                    await StoreAsync(Tick.Read(message.Payload));                          // while this takes, the sender waits
                }
            }

            // </snippet>
        }

        await PublishAsync(pair.Accepted);
        await pair.Accepted.DisposeAsync();
        await reading.WaitAsync(Pair.Limit);
    }

    [Fact]
    public async Task Awaiting_for_every_message()
    {
        await using var pair = await Pair.OpenAsync();
        var session = pair.Session;
        void Log(Exception exception) => Assert.IsType<ConnectionLostException>(exception);

        // <snippet async-observers>
        // Wrong: session.Messages.Subscribe(async m => await StoreAsync(Tick.Read(m.Payload)));      an async void: what it throws ends the process
        using var subscription = session.Messages
            .Read(m => Tick.Read(m.Payload))                                               // inside OnNext
            .Select(tick => Observable.FromAsync(() => StoreAsync(tick)))
            .Concat()                                                                      // one after another; Merge(4): four at a time
            .Subscribe(_ => { }, error => Log(error));                                     // what StoreAsync throws comes here
        // </snippet>

        await PublishAsync(pair.Accepted);
    }

    [Fact]
    public async Task Bringing_contexts_together()
    {
        await using var pair = await Pair.OpenAsync();
        await using var other = await Pair.OpenAsync();
        AccelioSession[] sessions = [pair.Session, other.Session];

        // <snippet merge-on>
        await using var home = AccelioContext.Start();
        var count = 0;
        using var subscription = sessions.Select(session => session.Messages)              // each on the context of its session
            .MergeOn(home)                                                                 // all on this one, leases kept
            .Subscribe(message =>
            {
                count++;                                                                   // one thread: no lock
                Show(Tick.Read(message.Payload));
            });
        // </snippet>

        await PublishAsync(pair.Accepted);
        Assert.Equal(4, count);
    }

    [Fact]
    public async Task Hearing_of_what_observers_throw()
    {
        await using var pair = await Pair.OpenAsync();
        var session = pair.Session;
        var alarm = new TaskCompletionSource<Exception>();
        void Alarm(Exception exception) => alarm.SetResult(exception);

        // <snippet unhandled>
        using var watch = session.HomeContext.UnhandledExceptions.Subscribe(exception => Alarm(exception));
        // </snippet>

        session.Messages.Subscribe(_ => throw new FormatException());
        await pair.Accepted.SendAsync(new byte[1]);
        Assert.IsType<FormatException>(await alarm.Task.WaitAsync(Pair.Limit));
    }

    private async Task PublishAsync(AccelioSession session)
    {
        foreach (var tick in Ticks)
        {
            await session.SendAsync(tick.ToBytes());
        }

        await _all.Task.WaitAsync(Pair.Limit);
        Assert.Equal(Ticks, _seen);
    }

    private async Task StoreAsync(Tick tick)
    {
        await Task.Yield();
        Show(tick);
    }

    private void Show(Tick tick)
    {
        _seen.Enqueue(tick);
        if (_seen.Count == Ticks.Length)
        {
            _all.SetResult();
        }
    }
}
