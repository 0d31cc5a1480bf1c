using System.Reactive.Concurrency;
using System.Reactive.Linq;

namespace Accelio.Reactive.Tests.Misuse;

/// <content>What consumers do: take, hold, throw, answer never, late or twice, end things inside callbacks.</content>
internal sealed partial class Misuser
{
    private void Observe()
    {
        var session = Session;
        var kind = _random.Next(8);
        InboundMessage last = default;
        IDisposable? self = null;
        self = session.Messages.Subscribe(
            message =>
            {
                Body.NumberOf(message.Payload);
                switch (kind)
                {
                    case 0:
                        run.Held.Put(message.Retain());
                        break;
                    case 1:
                        message.Reject();
                        throw new PlannedException();
                    case 2:
                        self?.Dispose();
                        break;
                    case 3:
                        // A handle that is kept beyond its callback, and used in the next.
                        Try("a stale handle", () => _ = last.Payload);
                        last = message;
                        break;
                    case 4:
                        message.Dispose();
                        run.Disposables.Put(session.Messages.Subscribe(_ => { }, _ => { }));
                        break;
                    case 5:
                        session.TrySend(message.Payload, out _);
                        break;
                }
            },
            error => run.Judge("the end of messages", error));
        run.Disposables.Put(self);
    }

    private void HandOff()
    {
        var session = Session;
        IScheduler to = OneIn(2) ? Scheduler.Default : run.Contexts[_random.Next(2)].Scheduler;
        var throws = OneIn(4);
        var source = OneIn(3) ? new[] { session.Messages }.MergeOn(run.Contexts[_random.Next(2)]) : session.Messages;
        run.Disposables.Put(source.HandOff(to, message => throws ? throw new PlannedException() : Body.NumberOf(message.Payload))
            .Subscribe(_ => { }, error => run.Judge("a hand-off", error)));
    }

    private async Task EnumerateAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(_random.Next(100)));
        var most = _random.Next(10);
        await foreach (var message in Session.ReadAllAsync(limit.Token))
        {
            using (message)
            {
                Body.NumberOf(message.Payload);
                if (most-- == 0)
                {
                    break;
                }
            }
        }
    }

    private void ObserveEvents()
    {
        var session = Session;
        var throws = OneIn(3);
        var ends = OneIn(20);
        void Take()
        {
            if (ends)
            {
                session.Dispose();
            }

            if (throws)
            {
                throw new PlannedException();
            }
        }

        run.Disposables.Put(_random.Next(3) switch
        {
            0 => session.Events.Subscribe(_ => Take()),
            1 => session.Receipts.Subscribe(_ => Take(), _ => { }),
            _ => session.Errors.Subscribe(_ => Take()),
        });
    }

    private void Handle()
    {
        var session = Session;
        var random = new Random(NextNumber());
        run.Disposables.Put(session.Handle(async request =>
        {
            var number = NumberOf(request);
            int fate;
            lock (random)
            {
                fate = random.Next(12);
            }

            switch (fate)
            {
                case 0:
                    throw new PlannedException();
                case 1:
                    return;
                case 2:
                    run.Unanswered.Put(request);
                    break;
                case 3:
                    await request.FailAsync(AccelioStatus.NoBuffers, "planned");
                    break;
                case 4:
                    await session.RequestAsync(new OutboundMessage(request.Payload) { Timeout = TimeSpan.FromMilliseconds(20) }, answer => Body.NumberOf(answer.Payload));
                    break;
                case 5:
                    await Task.Yield();
                    request.Dispose();
                    break;
                case 6:
                    await Task.Delay(1, request.Canceled);
                    break;
            }

            await request.RespondAsync(fate == 5 ? Body.Of(number, 10) : request.Payload);
            if (fate == 7)
            {
                await request.RespondAsync(request.Payload);
            }
        }));
    }

    /// <summary>What a handler throws stays in the log: wrong bytes must not.</summary>
    private int NumberOf(InboundRequest request)
    {
        try
        {
            return Body.NumberOf(request.Payload);
        }
        catch (WrongBytesException exception)
        {
            run.Judge("a handler", exception);
            throw;
        }
    }

    private void ObserveRequests()
    {
        var keeps = OneIn(2);
        run.Disposables.Put(Session.Requests.Subscribe(
            request => run.Unanswered.Put(keeps ? request.Retain() : request),
            error => run.Judge("the end of requests", error)));
    }

    private void Unsubscribe()
    {
        if (run.Disposables.TryTake(_random, out var disposable))
        {
            disposable.Dispose();
        }
    }

    private void UseHeld()
    {
        if (run.Held.TryLookAt(_random, out var message))
        {
            // Whoever has it too may give it back at this very moment.
            using var mine = message.Retain();
            Body.NumberOf(mine.Payload);
        }
    }

    private void GiveBack()
    {
        if (run.Held.TryTake(_random, out var message))
        {
            message.Dispose();
            message.Dispose();
        }
    }

    private void Forget() => run.Held.TryTake(_random, out _);

    private async Task PassOnAsync()
    {
        if (run.Held.TryLookAt(_random, out var message))
        {
            await Session.SendAsync(message.Payload);
        }
    }

    private async Task AnswerAsync()
    {
        if (run.Unanswered.TryTake(_random, out var request))
        {
            using (request)
            {
                await request.RespondAsync(request.Payload);
                await request.RespondAsync(request.Payload);
            }
        }
    }
}
