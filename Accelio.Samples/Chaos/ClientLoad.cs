using Accelio.Reactive;
using Accelio.Samples.Perf;

namespace Accelio.Samples.Chaos;

/// <summary>What a client does: as many requests as it can, on one session; when that ends, on the next one, with another server. Everything runs on its first context.</summary>
internal sealed class ClientLoad(IReadOnlyList<Uri> servers, int number, ClientBook book, bool resume)
{
    private const int Loops = 16;
    private const int LargestBody = 64 << 10;
    private readonly Random _random = new(number);
    private bool _works;

    /// <summary>Sessions opened so far.</summary>
    public int Sessions { get; private set; }

    /// <summary>Goes on until the token fires.</summary>
    public async Task RunAsync(AccelioContext[] contexts, CancellationToken token) => await contexts[0].RunAsync(_ => LiveAsync(contexts, token));

    private async ValueTask LiveAsync(AccelioContext[] contexts, CancellationToken token)
    {
        var context = contexts[0];
        var options = new AccelioSessionOptions { Contexts = contexts, DetectWithin = Limits.DetectWithin, RequestTimeout = Limits.Request, Resume = resume };
        for (var (attempt, server) = (1, number); !token.IsCancellationRequested; attempt++, server++)
        {
            await Task.Delay(BackoffPolicy.Default.DelayBefore(attempt, _random.NextDouble()), CancellationToken.None);
            await context.SwitchTo();
            try
            {
                await using var session = await AccelioSession.ConnectAsync(servers[server % servers.Count], options, CancellationToken.None);
                await context.SwitchTo();
                Sessions++;
                attempt = 0;
                await Task.WhenAll(Enumerable.Range(0, Loops).Select(_ => LoopAsync(session, token)));
            }
            catch (AccelioException)
            {
                // This server is down: then the next one.
            }

            await context.SwitchTo();
        }
    }

    private async Task LoopAsync(AccelioSession session, CancellationToken token)
    {
        while (session.State == SessionState.Established && !token.IsCancellationRequested)
        {
            await CallAsync(session);
        }
    }

    private async Task CallAsync(AccelioSession session)
    {
        var head = new RequestHead(number, book.Begin());
        var body = new byte[(int)Math.Pow(LargestBody, _random.NextDouble())];
        Pattern.Fill(body, head.Number);
        try
        {
            // Read on the context, before the answer's memory goes back.
            var server = await session.RequestAsync(new OutboundMessage(body) { Header = head.ToBytes() }, answer =>
            {
                answer.TryGetSpan(out var bytes);
                Pattern.Check(bytes, head.Number, body.Length, "the answer");
                return BitConverter.ToInt32(answer.Header.Span);
            });
            book.End(head.Serial, CallEnd.Answered, server);
            SayThatItWorks();
        }
        catch (Exception exception) when (exception is VerificationException or RequestFailedException)
        {
            await Console.Error.WriteLineAsync($"request {head}: {exception.Message}");
            book.End(head.Serial, CallEnd.Wrong);
        }
        catch (AccelioException failure)
        {
            book.End(head.Serial, failure.MayHaveExecuted ? CallEnd.FailedMaybe : CallEnd.FailedBefore);
        }
    }

    private void SayThatItWorks()
    {
        if (!_works)
        {
            _works = true;
            Console.WriteLine("working");
        }
    }
}
