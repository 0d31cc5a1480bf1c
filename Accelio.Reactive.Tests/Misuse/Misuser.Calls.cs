using System.Buffers;
using Xunit;

namespace Accelio.Reactive.Tests.Misuse;

/// <content>What callers do: calls of every kind, given up in every way.</content>
internal sealed partial class Misuser
{
    private async Task OpenAsync()
    {
        var options = Sessions.Pair.WithPatience(new AccelioSessionOptions
        {
            Context = run.Contexts[_random.Next(2)],
            WindowMessages = 1 + _random.Next(32),
            IdleLinkTimeout = TimeSpan.Zero,
            OwnLink = OneIn(3),
            LinkGroup = OneIn(2) ? $"group {_random.Next(2)}" : null,
            MaxConcurrentHandlers = 1 + _random.Next(4),
            SendBudget = 1 + _random.Next(1 << 20),
        });
        options.RequestTimeout = options.ResponseTimeout = TimeSpan.FromMilliseconds(300);
        options.UnclaimedTimeout = TimeSpan.FromMilliseconds(100);
        options.CloseTimeout = TimeSpan.FromMilliseconds(500);
        run.Ends.Put(await AccelioSession.ConnectAsync(run.EndPoint, options));
    }

    private void CutOff() => Session.Dispose();

    private async Task CloseAsync() => await Session.DisposeAsync();

    private async Task SendAsync()
    {
        if (OneIn(3))
        {
            var session = Session;
            var messages = Enumerable.Range(0, _random.Next(20)).Select(_ => Message()).ToArray();
            await session.HomeContext.RunAsync(async _ =>
            {
                foreach (var message in messages)
                {
                    await session.SendAsync(message, CancellationToken.None);
                }
            });
        }
        else if (Session.Connections is [{ } connection, ..])
        {
            await connection.SendAsync(Message(), Token());
        }
    }

    private async Task WriteAsync() => await Session.SendAsync(
        (Number: NextNumber(), Length: sizeof(int) + _random.Next(60_000), Throws: OneIn(6)),
        static (what, writer) =>
        {
            writer.Write(Body.Of(what.Number, what.Length));
            if (what.Throws)
            {
                throw new PlannedException();
            }
        },
        Token());

    private void TrySend() => Session.TrySend(Message(), out _);

    private async Task DeliverAsync() => await Session.DeliverAsync(Message(), Token());

    private async Task RequestAsync()
    {
        var message = Message();
        var number = Body.NumberOf(message.Payload);
        var throws = OneIn(10);
        var buffer = OneIn(4) ? new byte[message.Payload.Length] : null;
        var answered = await Session.RequestAsync(
            message with { ResponseBuffer = buffer },
            answer => throws ? throw new PlannedException() : Body.NumberOf(answer.Payload),
            Token());
        Check(number, answered);
    }

    private async Task OwnAsync()
    {
        var message = Message();
        var number = Body.NumberOf(message.Payload);
        var fate = _random.Next(10);
        var answer = await Session.RequestAsync(message, Token());
        Check(number, Body.NumberOf(answer.Payload));
        switch (fate)
        {
            case 0:
                // Dropped: its finalizer gives it back.
                break;
            case < 4:
                run.Held.Put(answer);
                break;
            default:
                answer.Dispose();
                answer.Dispose();
                Assert.Throws<ObjectDisposedException>(() => answer.Payload);
                break;
        }
    }

    private void RequestCold()
    {
        var message = Message();
        var number = Body.NumberOf(message.Payload);
        var throws = OneIn(6);
        var subscription = Session.Request(message, answer => Body.NumberOf(answer.Payload)).Subscribe(
            answered =>
            {
                Check(number, answered);
                if (throws)
                {
                    throw new PlannedException();
                }
            },
            error => run.Judge("a cold request", error));
        if (OneIn(2))
        {
            subscription.Dispose();
        }
        else
        {
            run.Disposables.Put(subscription);
        }
    }

    private async Task BatchAsync()
    {
        var batch = Session.BeginBatch();
        var calls = Enumerable.Range(0, 1 + _random.Next(8)).Select(_ => WatchAsync(OneIn(2)
            ? async () => (await batch.RequestAsync(Message())).Dispose()
            : async () => await batch.SendAsync(Message()))).ToArray();
        if (OneIn(2))
        {
            await Task.Yield();
        }

        await batch.AbortAsync();
        await Task.WhenAll(calls);
        await batch.AbortAsync();
    }

    private async Task AbortAsync()
    {
        var session = Session;
        var call = session.RequestAsync(Message(), out var id).AsTask();
        await session.AbortAsync(id);
        (await call).Dispose();
    }

    private async Task AbortTagAsync()
    {
        var report = await Session.AbortTagAsync(1 + _random.Next(3), Token());
        if (report.Runs.Any(aborted => aborted.Outcome == AbortOutcome.Unknown))
        {
            throw new WrongBytesException("a message that was under way is unknown");
        }
    }

    private async Task AbortRangeAsync()
    {
        var session = Session;
        var first = new MessageId(1 + _random.Next(1000));
        var range = new MessageRange(first, new MessageId(first.Value + (2 * (OneIn(3) ? long.MaxValue / 4 : _random.Next(1000)))));
        var report = await session.AbortAsync(range);
        if (report.Runs.Sum(aborted => aborted.Range.Count) != range.Count)
        {
            throw new WrongBytesException("a report has not every message once");
        }
    }

    private async Task DrainAsync()
    {
        using var limit = new CancellationTokenSource(_random.Next(200));
        var session = Session;
        await (OneIn(3) && session.Connections is [{ } connection, ..] ? connection.DrainAsync(limit.Token) : session.DrainAsync(limit.Token));
    }

    private void Check(int sent, int answered)
    {
        if (sent != answered)
        {
            throw new WrongBytesException($"request {sent} got the answer to {answered}");
        }
    }
}
