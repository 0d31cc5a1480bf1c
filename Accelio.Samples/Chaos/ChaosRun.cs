using System.Diagnostics;
using System.Globalization;
using Accelio.Samples.Soak;

namespace Accelio.Samples.Chaos;

/// <summary>A run: servers, clients at full load, and faults; then a look into the books.</summary>
internal sealed class ChaosRun(ChaosOptions options)
{
    private readonly Random _random = new(options.Seed);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("accelio-chaos");
    private readonly List<string> _serverBooks = [];
    private readonly List<ServerHost> _servers = [];
    private readonly List<ChildProcess> _clients = [];
    private readonly List<Task> _disturbances = [];
    private readonly SortedDictionary<FaultKind, int> _faults = [];
    private readonly List<string> _errors = [];
    private readonly Stopwatch _clock = new();
    private NetworkNamespace? _desk;

    /// <summary>Runs for the time given, or until the token fires.</summary>
    public async Task<ChaosReport> RunAsync(CancellationToken token)
    {
        try
        {
            await StartAsync();
            await Console.Error.WriteLineAsync($"chaos among {string.Join(", ", _servers.Select(server => server.Url))} with {options.Clients} clients for {options.Duration}");
            await DisturbAsync(token);
            var sessions = await StopAsync();
            var auditor = new Auditor(_serverBooks);
            for (var client = 0; client < options.Clients; client++)
            {
                auditor.Audit(client, ClientBookOf(client));
            }

            return new ChaosReport
            {
                Seconds = Math.Round(_clock.Elapsed.TotalSeconds, 1),
                Seed = options.Seed,
                Resume = options.Resume,
                Faults = _faults,
                ServerProcesses = _serverBooks.Count,
                Sessions = sessions,
                Moved = _servers.Sum(server => server.Moved),
                Stayed = _servers.Sum(server => server.Stayed),
                Verdict = auditor.Verdict,
                Errors = _errors,
            };
        }
        finally
        {
            _clients.ForEach(client => client.Dispose());
            _servers.ForEach(server => server.Dispose());
            _desk?.Dispose();
            _folder.Delete(recursive: true);
        }
    }

    private async Task StartAsync()
    {
        var hasCables = options.Faults.Contains(FaultKind.Cut);
        _desk = hasCables ? new NetworkNamespace() : null;
        _desk?.AddSwitch("198.18.0.1");
        for (var i = 0; i < options.Servers; i++)
        {
            // Without cables each has an address of its own all the same: then no client's socket can sit on the port of a server that is down.
            var network = hasCables ? new NetworkNamespace() : null;
            var address = hasCables ? $"198.18.0.{i + 2}" : $"127.0.0.{i + 2}";
            _servers.Add(new ServerHost(address, network, NewServerBook, options));
            if (network is not null)
            {
                _desk!.Connect(network, $"server{i}", address);
            }
        }

        await Task.WhenAll(_servers.Select(server => server.StartAsync()));
        string[] urls = [.. _servers.SelectMany(server => (string[])["--url", server.Url.OriginalString])];
        for (var i = 0; i < options.Clients; i++)
        {
            _clients.Add(new ChildProcess(
                _desk?.Through ?? [], $"client {i}", ["client", .. urls, "--book", ClientBookOf(i), "--number", i.ToString(CultureInfo.InvariantCulture), "--contexts", options.Contexts.ToString(CultureInfo.InvariantCulture), $"--resume={options.Resume}"]));
        }
    }

    private async Task DisturbAsync(CancellationToken token)
    {
        // Processes take a while to begin on a busy machine: the run counts from there.
        await Task.WhenAll(_clients.Select(client => client.ReadLineAsync()));
        _clock.Start();
        while ((_clock.Elapsed < options.Duration || _disturbances.Count < options.Faults.Count) && !token.IsCancellationRequested && _errors.Count == 0)
        {
            await Task.Delay(options.Interval * (0.5 + _random.NextDouble()), token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var server = _servers[_random.Next(_servers.Count)];
            var fault = options.Faults[_disturbances.Count % options.Faults.Count];
            var other = fault == FaultKind.Move ? _servers.Find(other => other != server && IsWell(other)) : null;
            if (IsWell(server) && (other is not null || fault != FaultKind.Move) && !token.IsCancellationRequested)
            {
                _disturbances.Add(server.DisturbAsync(fault, TimeSpan.FromSeconds(0.2 + (3 * _random.NextDouble())), other));
                _faults[fault] = _faults.GetValueOrDefault(fault) + 1;
            }

            await LookAsync();
        }

        await Task.WhenAll(_disturbances);
        _clock.Stop();
    }

    private static bool IsWell(ServerHost server) => !server.IsDisturbed && !server.HasFailed;

    private async Task LookAsync()
    {
        foreach (var server in _servers.Where(server => server.HasFailed))
        {
            _errors.Add(await server.DescribeFailureAsync());
        }

        foreach (var client in _clients.Where(client => client.HasFailed))
        {
            _errors.Add(await client.DescribeFailureAsync());
        }
    }

    // How many sessions the clients have opened.
    private async Task<int> StopAsync()
    {
        var sessions = 0;
        foreach (var client in _clients)
        {
            try
            {
                sessions += int.Parse(await client.StopAsync(), CultureInfo.InvariantCulture);
            }
            catch (SoakFailedException failure)
            {
                _errors.Add(failure.Message);
            }
        }

        await Task.WhenAll(_servers.Select(server => server.StopAsync()));
        return sessions;
    }

    private string ClientBookOf(int client) => Path.Combine(_folder.FullName, $"client-{client}");

    private (int Number, string Book) NewServerBook()
    {
        lock (_serverBooks)
        {
            var number = _serverBooks.Count;
            var book = Path.Combine(_folder.FullName, $"server-{number}");
            _serverBooks.Add(book);
            return (number, book);
        }
    }
}
