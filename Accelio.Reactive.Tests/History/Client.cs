using System.Buffers.Binary;
using Accelio.Reactive.Tests.Sessions;

namespace Accelio.Reactive.Tests.History;

/// <summary>One thread that asks in bursts, gives up at random in every way there is, has its session drained by either side now and then, and holds what it is told against the ledger.</summary>
internal sealed class Client(Ledger ledger, AccelioContext context, Hosts hosts, int seed)
{
    private readonly Random _random = new(seed);
    private AccelioSession? _session;
    private int _sessions;

    /// <summary>Requests that ended, by how.</summary>
    public Dictionary<string, int> Ends { get; } = [];

    /// <summary>Goes on until the token fires.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && ledger.Contradictions.IsEmpty)
        {
            _session ??= await OpenAsync();
            var batch = _session.BeginBatch();
            using var source = new CancellationTokenSource();
            var asked = new List<Asked>();
            var inBatch = _random.Next(3) == 0;
            for (var i = _random.Next(1, 40); i > 0; i--)
            {
                asked.Add(Ask(_session, inBatch ? batch : null, source.Token));
            }

            if (_random.Next(2) == 0)
            {
                await Task.Yield();
            }

            var drained = _random.Next(24) switch
            {
                0 => _session,
                1 => hosts.AcceptedFor(_session),
                _ => null,
            };
            var draining = drained?.DrainAsync(CancellationToken.None).AsTask();
            for (var i = draining is null ? 0 : 3; i > 0; i--)
            {
                asked.Add(Ask(_session, batch: null, CancellationToken.None));
            }

            var report = await GiveUpAsync(_session, batch, inBatch, asked, source);
            foreach (var one in asked)
            {
                await JudgeAsync(one, report?[one.Id]);
            }

            await DrawTheLineAsync(_session, draining);
            asked.ForEach(one => ledger.Forget(one.Number));
        }

        await (_session?.DisposeAsync() ?? default);
    }

    // A resource of its own for each session, by which its other end is found. No link is cut because the machine is busy.
    private async Task<AccelioSession> OpenAsync()
    {
        var uri = new Uri(hosts.EndPoints[_random.Next(hosts.EndPoints.Count)], $"/{seed}/{_sessions++}");
        return await AccelioSession.ConnectAsync(uri, Pair.WithPatience(new AccelioSessionOptions { Context = context, AbortTimeout = Pair.Limit }));
    }

    private Asked Ask(AccelioSession session, AccelioBatch? batch, CancellationToken token)
    {
        var number = ledger.NewNumber();
        var message = new OutboundMessage(new byte[_random.Next(20) == 0 ? 20_000 : sizeof(int)])
        {
            Tag = 1 + _random.Next(2),
            Timeout = _random.Next(5) == 0 ? TimeSpan.FromMilliseconds(_random.Next(1, 20)) : null,
        };
        var body = new byte[message.Payload.Length];
        BinaryPrimitives.WriteInt32LittleEndian(body, number);
        message = message with { Payload = new(body) };
        var call = batch?.RequestAsync(message, out var id, token) ?? session.RequestAsync(message, out id, token);
        return new Asked(number, id, message.Timeout is not null, call.AsTask());
    }

    private async Task<AbortReport?> GiveUpAsync(AccelioSession session, AccelioBatch batch, bool inBatch, List<Asked> asked, CancellationTokenSource source)
    {
        switch (_random.Next(4))
        {
            case 0 when inBatch:
                return await batch.AbortAsync(CancellationToken.None);
            case 1:
                return await session.AbortTagAsync(1, CancellationToken.None);
            case 2:
                return await session.AbortAsync(new MessageRange(asked[_random.Next(asked.Count)].Id, asked[^1].Id), CancellationToken.None);
            case 3:
                await source.CancelAsync();
                return null;
            default:
                return null;
        }
    }

    private async Task JudgeAsync(Asked asked, AbortOutcome? reported)
    {
        string end;
        try
        {
            using var answer = await asked.Call.WaitAsync(Pair.Limit);
            ledger.HasAnswer(asked.Number, end = "answered");
        }
        catch (AccelioCanceledException canceled)
        {
            end = $"canceled, {canceled.Outcome}";
            Claim(asked.Number, canceled.MayHaveExecuted, end);
        }
        catch (AccelioTimeoutException timedOut)
        {
            Claim(asked.Number, timedOut.MayHaveExecuted, end = "timed out");
        }
        catch (ConnectionLostException lost)
        {
            Claim(asked.Number, lost.MayHaveExecuted, end = "refused by a drain");
        }

        switch (reported)
        {
            case AbortOutcome.NotSent or AbortOutcome.DroppedByPeer:
                ledger.NotBegun(asked.Number, $"{reported}");
                break;
            case AbortOutcome.CanceledWhileRunning:
                ledger.Stopped(asked.Number, $"{reported}", asked.IsTimed);
                break;
            case AbortOutcome.NotAborted:
                ledger.HasAnswer(asked.Number, $"{reported}");
                break;
            default:
                break;
        }

        end = reported is { } outcome ? $"{end}, reported {outcome}" : end;
        Ends[end] = Ends.GetValueOrDefault(end) + 1;
    }

    private void Claim(int number, bool mayHaveExecuted, string end)
    {
        if (!mayHaveExecuted)
        {
            ledger.NotBegun(number, end);
        }
    }

    /// <summary>Requests start in order: when one that is asked now has its answer, those before it are begun or never will be.</summary>
    private async Task DrawTheLineAsync(AccelioSession session, Task? draining)
    {
        if (draining is not null)
        {
            // Both ends: whoever drains has ended when all that was begun has, the other side a little later.
            await draining.WaitAsync(Pair.Limit);
            await session.Closed.WaitAsync(Pair.Limit);
            _session = null;
            return;
        }

        var number = ledger.NewNumber();
        var body = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(body, number);
        await session.RequestAsync(body, answer => answer.PayloadLength).AsTask().WaitAsync(Pair.Limit);
        ledger.Forget(number);
    }

    private sealed record Asked(int Number, MessageId Id, bool IsTimed, Task<InboundMessage> Call);
}
