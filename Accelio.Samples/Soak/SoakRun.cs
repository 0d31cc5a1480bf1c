using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Accelio.Reactive;

namespace Accelio.Samples.Soak;

/// <summary>A run: a server process, client processes of which one is killed now and then, and an eye on the server.</summary>
internal sealed class SoakRun(SoakOptions options)
{
    private static readonly TimeSpan Settling = TimeSpan.FromMinutes(1);
    private readonly Random _random = new(options.Seed);
    private readonly MemoryCurve _memory = new(options.Duration);
    private readonly List<ChildProcess> _clients = [];
    private readonly List<string> _errors = [];
    private readonly Stopwatch _clock = new();
    private int _started;
    private int _kills;

    /// <summary>Runs for the time given, or until the token fires.</summary>
    public async Task<SoakReport> RunAsync(CancellationToken token)
    {
        using var server = new ChildProcess("the server", "serve", "--url", "tcp://127.0.0.1:0");
        var url = new Uri((await server.ReadLineAsync()).Replace("listening ", string.Empty, StringComparison.Ordinal));
        await using var session = await AccelioSession.ConnectAsync(
            new Uri(url, "/stats"), Patience.For(new AccelioSessionOptions()), token);
        await ReadServerAsync(session);
        var before = await ReadServerAsync(session);
        var survivors = new ClientReport();
        try
        {
            for (var i = 0; i < options.Clients; i++)
            {
                StartClient(url);
            }

            await Console.Error.WriteLineAsync($"soaking {url} with {options.Clients} clients for {options.Duration}");
            await AwaitTrafficAsync(session, token);
            _clock.Start();
            await WatchAsync(session, url, token);
            _clock.Stop();
            survivors = await StopClientsAsync();
        }
        finally
        {
            _clients.ForEach(client => client.Dispose());
        }

        var after = await SettleAsync(session);
        await session.DisposeAsync();
        await server.StopAsync();
        Judge(before, after, token.IsCancellationRequested);
        return new SoakReport
        {
            Seconds = Math.Round(_clock.Elapsed.TotalSeconds, 1),
            Clients = options.Clients,
            Seed = options.Seed,
            Survivors = survivors,
            ServerMessages = after.Messages - before.Messages,
            Kills = _kills,
            Errors = _errors,
            Samples = _memory.Count,
            SecondThirdBytes = _memory.SecondThird,
            LastThirdBytes = _memory.LastThird,
            GrowthPercent = _memory.GrowthPercent,
            DescriptorsBefore = before.Descriptors,
            DescriptorsAfter = after.Descriptors,
            Interrupted = token.IsCancellationRequested,
        };
    }

    private static async Task<ServerState> ReadServerAsync(AccelioSession session) => await session.RequestAsync(
        Array.Empty<byte>(),
        answer => JsonSerializer.Deserialize(answer.Detach().Payload.Span, SoakJson.Default.ServerState)!);

    private void StartClient(Uri url)
    {
        var number = ++_started;
        var seed = (options.Seed * 10_000) + number;
        _clients.Add(new ChildProcess(
            $"client {number}", "client", "--url", url.OriginalString, "--seed", seed.ToString(CultureInfo.InvariantCulture)));
    }

    private async Task WatchAsync(AccelioSession session, Uri url, CancellationToken token)
    {
        var nextKill = NextKill();
        while (_clock.Elapsed < options.Duration && !token.IsCancellationRequested && _errors.Count == 0)
        {
            await Task.Delay(options.SampleInterval, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _memory.Add(_clock.Elapsed, (await ReadServerAsync(session)).PrivateBytes);
            foreach (var failed in _clients.Where(client => client.HasFailed))
            {
                // Ctrl-C reaches the clients too.
                await Task.Delay(TimeSpan.FromMilliseconds(200), token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (!token.IsCancellationRequested)
                {
                    _errors.Add(await failed.DescribeFailureAsync());
                }
            }

            if (_clock.Elapsed >= nextKill && _errors.Count == 0)
            {
                KillOne();
                StartClient(url);
                nextKill = NextKill();
            }
        }
    }

    private TimeSpan NextKill() => _clock.Elapsed + (options.KillInterval * (0.5 + _random.NextDouble()));

    private void KillOne()
    {
        var victim = _clients[_random.Next(_clients.Count)];
        _clients.Remove(victim);
        victim.Kill();
        victim.Dispose();
        _kills++;
    }

    private async Task<ClientReport> StopClientsAsync()
    {
        var sum = new ClientReport();
        foreach (var client in _clients.Where(client => !client.HasFailed))
        {
            try
            {
                sum += JsonSerializer.Deserialize(await client.StopAsync(), SoakJson.Default.ClientReport)!;
            }
            catch (SoakFailedException failure)
            {
                _errors.Add(failure.Message);
            }
        }

        return sum;
    }

    /// <summary>Waits until clients have begun, which takes a while on a busy machine: the run counts from there.</summary>
    private static async Task AwaitTrafficAsync(AccelioSession session, CancellationToken token)
    {
        var waited = Stopwatch.StartNew();
        while ((await ReadServerAsync(session)).Messages == 0 && waited.Elapsed < Settling && !token.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Waits until the server has noticed that its clients are gone.</summary>
    private static async Task<ServerState> SettleAsync(AccelioSession session)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            var state = await ReadServerAsync(session);
            if (state.Sessions <= 1 || waited.Elapsed > Settling)
            {
                return state;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }
    }

    private void Judge(ServerState before, ServerState after, bool isInterrupted)
    {
        if (after.Errors != 0)
        {
            _errors.Add($"the server counts {after.Errors} errors");
        }

        if (after.Sessions > 1)
        {
            _errors.Add($"{after.Sessions - 1} sessions are left though all clients are gone");
        }

        if (after.Descriptors > before.Descriptors)
        {
            _errors.Add($"the server has {after.Descriptors} descriptors open, {before.Descriptors} before the first client");
        }

        if (!isInterrupted && _memory.GrowthPercent > options.Tolerance)
        {
            _errors.Add($"the server's memory grew by {_memory.GrowthPercent} % from second to last third; {options.Tolerance} % allowed");
        }
    }
}
