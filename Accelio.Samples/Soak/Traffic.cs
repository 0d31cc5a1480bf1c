using System.Buffers;
using System.Diagnostics;
using Accelio.Reactive;
using Accelio.Samples.Perf;

namespace Accelio.Samples.Soak;

/// <summary>What a client does: one session after the other, each with some loops of messages of random sizes; some are cut off in the
/// middle.</summary>
internal sealed class Traffic(Uri url, int seed)
{
    private const int LargestBody = 1 << 20;
    private readonly Random _random = new(seed);
    private long _lastNumber;

    /// <summary>What was done so far.</summary>
    public ClientReport Report { get; } = new();

    /// <summary>Goes on until the token fires. Any error ends it.</summary>
    public async Task RunAsync(CancellationToken token)
    {
        await using var context = AccelioContext.Start(new AccelioContextOptions { Name = "soak-client" });
        while (!token.IsCancellationRequested)
        {
            // Everything of the client runs on its context, so nothing here needs a lock.
            await context.RunAsync(_ => LiveAsync(context, token));
        }
    }

    private async ValueTask LiveAsync(AccelioContext context, CancellationToken token)
    {
        var options = Patience.For(new AccelioSessionOptions { Context = context, DualSocket = _random.Next(4) == 0 });
        await using var session = await AccelioSession.ConnectAsync(url, options, CancellationToken.None);
        await context.SwitchTo();
        Report.Sessions++;
        var life = new SessionLife(_random.Next(20, 300), CutsOff: _random.Next(3) == 0);
        var loops = new Task[_random.Next(1, 6)];
        for (var i = 0; i < loops.Length; i++)
        {
            loops[i] = LoopAsync(context, session, life, token);
        }

        await Task.WhenAll(loops);
    }

    private async Task LoopAsync(AccelioContext context, AccelioSession session, SessionLife life, CancellationToken token)
    {
        try
        {
            while (life.TryBegin() && !token.IsCancellationRequested)
            {
                await OperateAsync(session);
                await Task.Delay(_random.Next(10), CancellationToken.None);
                await context.SwitchTo();
            }
        }
        catch (ConnectionLostException) when (life.IsCutOff)
        {
            // It was our own doing.
            await context.SwitchTo();
        }

        if (life.CutsOff && !life.IsCutOff)
        {
            // The other loops are in the middle of something.
            life.IsCutOff = true;
            Report.Disconnects++;
            session.Dispose();
        }
    }

    private async Task OperateAsync(AccelioSession session)
    {
        var number = ++_lastNumber;
        var size = _random.Next(20) == 0 ? 0 : (int)Math.Pow(LargestBody, _random.NextDouble());
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(1, size));
        try
        {
            Pattern.Fill(buffer.AsSpan(0, size), number);
            var begun = Stopwatch.GetTimestamp();
            await ChooseAsync(session, new OutboundMessage(buffer.AsMemory(0, size)), number);
            Report.Bytes += size;
            Report.SlowestMilliseconds = Math.Max(Report.SlowestMilliseconds, (long)Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        }
        finally
        {
            // The call has ended, so the library has let go of it, whatever came of the call.
            buffer.AsSpan(0, size).Fill(0xEE);
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task ChooseAsync(AccelioSession session, OutboundMessage message, long number)
    {
        switch (_random.Next(20))
        {
            case 0 or 1:
                await session.SendAsync(message);
                Report.Messages++;
                break;
            case 2 or 3:
                var receipt = await session.DeliverAsync(message);
                Report.Messages += receipt.Accepted ? 1 : throw new VerificationException($"message {number} was not accepted");
                break;
            case 4:
                using (var impatience = new CancellationTokenSource(_random.Next(4)))
                {
                    await TryRequestAsync(session, message, number, impatience.Token);
                }

                break;
            default:
                await TryRequestAsync(session, message, number, CancellationToken.None);
                break;
        }
    }

    private async Task TryRequestAsync(AccelioSession session, OutboundMessage message, long number, CancellationToken token)
    {
        var size = (int)message.Payload.Length;
        try
        {
            await session.RequestAsync(
                message,
                answer =>
                {
                    answer.TryGetSpan(out var body);
                    Pattern.Check(body, number, size, "the answer");
                    return true;
                },
                token);
            Report.Requests++;
        }
        catch (AccelioCanceledException) when (token.IsCancellationRequested)
        {
            Report.Canceled++;
        }
    }
}
