using System.Buffers.Binary;
using System.Reactive.Linq;
using System.Threading.Channels;
using Accelio.Reactive;

namespace Accelio.Samples.FailoverInVirtualTime;

/// <summary>
/// A client: asks for a price every one and a half seconds, by an await or by a query, and keeps the answers in a book. With resume its session goes on when its link is lost, with the same server
/// or what comes up in its place. When the session ends the trader opens one at another server, with waits by the usual policy.
/// </summary>
internal sealed class Trader(string name, int number, bool resume, IReadOnlyList<string> servers, Trace trace, Outcome outcome)
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1.5);

    // Two of three are awaited, one comes by a query.
    private const int Turns = 3;

    private readonly Random _random = new(number);
    private readonly Channel<long> _prices = Channel.CreateUnbounded<long>();
    private long _last;

    /// <summary>The program: begins, and goes on for ever.</summary>
    public async Task RunAsync(AccelioContext context, bool ownLink)
    {
        _ = KeepBookAsync();
        var options = new AccelioSessionOptions { Context = context, OwnLink = ownLink, Resume = resume };
        for (var (attempt, server) = (1, number % servers.Count); ; attempt++, server = (server + 1) % servers.Count)
        {
            await Task.Delay(BackoffPolicy.Default.DelayBefore(attempt, _random.NextDouble()), context.TimeProvider);
            try
            {
                var session = await AccelioSession.ConnectAsync(PriceServer.AddressOf(servers[server]), options);
                outcome.Sessions++;
                outcome.FailOvers += outcome.Lost.Remove(name) ? 1 : 0;
                session.Events.Subscribe(happened => Note(servers[server], happened));
                await TradeAsync(session, context);
                outcome.Lost.Add(name);
                attempt = 0;
            }
            catch (AccelioException failure)
            {
                trace.Tell(name, $"{servers[server]} is out of reach: {failure.Status}");
            }
        }
    }

    private void Note(string server, AccelioSessionEvent happened)
    {
        outcome.Resumptions += happened is SessionResumed ? 1 : 0;
        outcome.FailOvers += happened is SessionFailedOver ? 1 : 0;
        trace.Tell(name, $"{server}: {happened}");
    }

    private async Task TradeAsync(AccelioSession session, AccelioContext context)
    {
        var clock = Observable.Interval(Pace, context.Scheduler).Publish().RefCount();
        using var awaited = clock.Where(turn => turn % Turns != 0).Subscribe(turn => _ = AskAsync(session));
        using var queried = clock.Where(turn => turn % Turns == 0)
            .SelectMany(_ => Ask(session).Timeout(TimeSpan.FromSeconds(5), context.Scheduler).Catch((Exception failure) => Fail(failure)))
            .Subscribe(Enter);
        await session.Closed;
    }

    private async Task AskAsync(AccelioSession session)
    {
        try
        {
            Enter(await session.RequestAsync(NextQuestion(), Read));
        }
        catch (AccelioException failure)
        {
            _ = Fail(failure);
        }
    }

    private IObservable<long> Ask(AccelioSession session) => session.Request(NextQuestion(), Read);

    private byte[] NextQuestion()
    {
        var question = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(question, ((long)number << 32) | ++_last);
        outcome.Requests++;
        return question;
    }

    private void Enter(long price)
    {
        outcome.Answers++;
        trace.Tell(name, $"gets {price}");
        _prices.Writer.TryWrite(price);
    }

    private IObservable<long> Fail(Exception failure)
    {
        outcome.Failures++;
        trace.Tell(name, $"gets {failure.GetType().Name} {(failure as AccelioException)?.MayHaveExecuted}");
        return Observable.Empty<long>();
    }

    private async Task KeepBookAsync()
    {
        // Not ReadAllAsync, which waits with ConfigureAwait(false) inside: when the thread pool goes on with it is chance.
        for (var (count, sum) = (0, 0L); await _prices.Reader.WaitToReadAsync();)
        {
            while (_prices.Reader.TryRead(out var price))
            {
                (count, sum) = (count + 1, sum + price);
                if (count % 100 == 0)
                {
                    trace.Tell(name, $"has {count} prices, {sum / count} on average");
                }
            }
        }
    }

    private static long Read(InboundMessage answer) => BinaryPrimitives.ReadInt64LittleEndian(answer.Payload.FirstSpan);
}
