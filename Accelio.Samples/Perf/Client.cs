using System.Text.Json;
using Accelio.Reactive;

namespace Accelio.Samples.Perf;

/// <summary>Opens the sessions of a run, and a further one for the counts of the server if it is ours.</summary>
internal sealed class Client : IAsyncDisposable
{
    /// <summary>Programs that have just started compile what they run; where the processor is emulated that takes longer than the usual limits.</summary>
    public static readonly TimeSpan SlowMachine = TimeSpan.FromMinutes(2);

    private readonly List<AccelioSession> _sessions = [];
    private AccelioSession? _stats;

    private Client()
    {
    }

    /// <summary>The sessions to measure on.</summary>
    public IReadOnlyList<AccelioSession> Sessions => _sessions;

    /// <summary>Opens so many sessions on one context, each on a link of its own, or over so many links.</summary>
    public static Task<Client> OpenAsync(Uri url, AccelioContext context, bool dual, int sessions, int links, CancellationToken token) =>
        OpenAsync(url, [context], dual, sessions, links, token);

    /// <summary>The same, with a connection of each session on each of the contexts.</summary>
    public static async Task<Client> OpenAsync(Uri url, IReadOnlyList<AccelioContext> contexts, bool dual, int sessions, int links, CancellationToken token)
    {
        var client = new Client();
        try
        {
            for (var i = 0; i < sessions; i++)
            {
                client._sessions.Add(await AccelioSession.ConnectAsync(url, Options(contexts, dual, links == 0 ? null : $"perf-{i % links}"), token));
            }

            if (client._sessions[0].AcceptedData.Span.SequenceEqual(ServeCommand.Name.Span))
            {
                client._stats = await AccelioSession.ConnectAsync(new Uri(url, "/stats"), Options([contexts[0]], dual, null), token);
            }

            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>The server's counts; null when it is not ours.</summary>
    public async Task<ServerStats?> ReadServerAsync() => _stats is null
        ? null
        : await _stats.RequestAsync(Array.Empty<byte>(), static answer =>
        {
            answer.TryGetSpan(out var json);
            return JsonSerializer.Deserialize(json, PerfJson.Default.ServerStats);
        });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var session in _sessions)
        {
            await session.DisposeAsync();
        }

        if (_stats is not null)
        {
            await _stats.DisposeAsync();
        }
    }

    private static AccelioSessionOptions Options(IReadOnlyList<AccelioContext> contexts, bool dual, string? group) =>
        new()
        {
            Contexts = contexts,
            DualSocket = dual,
            LinkGroup = group,
            OwnLink = group is null,
            ConnectTimeout = SlowMachine,
            SetupTimeout = SlowMachine,
            DetectWithin = SlowMachine,
        };
}
