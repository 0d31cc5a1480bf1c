using System.Diagnostics;
using System.Globalization;
using System.Net;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>Thousands of sessions that say nothing, their servers in one process and their clients in another, which have nothing else to do: what either grows by is what the sessions cost it.</summary>
internal static class IdleSessions
{
    /// <summary>How many there are.</summary>
    public const int Count = 5000;

    private const int AtATime = 20;

    /// <summary>The process of the server: says its port, then answers each line with its private memory, and ends with its input.</summary>
    public static async Task ServeAsync()
    {
        await using var context = AccelioContext.Start();
        var options = Pair.WithPatience(new AccelioServerOptions { Context = context, MaxSessionsPerLink = Count });
        await using var server = await AccelioServer.BindAsync(new Uri("tcp://127.0.0.1:0"), options);
        Pair.Echo(server);
        Console.WriteLine(server.EndPoint.Port);
        while (Console.ReadLine() is not null)
        {
            Console.WriteLine(await SettledAsync(context));
        }
    }

    /// <summary>The process of the clients: opens the sessions, lets them rest, and measures both ends.</summary>
    /// <param name="share">Whether all are on one link.</param>
    /// <returns>Bytes per session of the server's process, and of the clients'.</returns>
    public static async Task<string> HoldAsync(bool share)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(IdleSessions).Assembly.Location, "idle-server"]) { RedirectStandardOutput = true, RedirectStandardInput = true })!;
        var address = new Uri($"tcp://127.0.0.1:{await process.StandardOutput.ReadLineAsync()}");
        await using var context = AccelioContext.Start();

        // What the first sessions need once is there before anything is measured.
        var first = await Task.WhenAll(Enumerable.Range(0, AtATime).Select(i => ConnectAsync(address, context, Count + i, share: false)));
        await Task.WhenAll(first.Select(session => session.DisposeAsync().AsTask()));
        var (server, client) = (await AskAsync(process), await SettledAsync(context));
        var sessions = new AccelioSession[Count];
        await Task.WhenAll(Enumerable.Range(0, AtATime).Select(async lane =>
        {
            for (var i = lane; i < Count; i += AtATime)
            {
                sessions[i] = await ConnectAsync(address, context, i, share);
                Assert.Equal(3, await sessions[i].RequestAsync(new byte[3], answer => answer.PayloadLength));
            }
        }));

        (server, client) = (await AskAsync(process) - server, await SettledAsync(context) - client);
        Assert.All(sessions, session => Assert.Equal(SessionState.Established, session.State));
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return string.Create(CultureInfo.InvariantCulture, $"{server / Count} {client / Count}");
    }

    private static async Task<AccelioSession> ConnectAsync(Uri address, AccelioContext context, int number, bool share) =>
        await AccelioSession.ConnectAsync(address, Pair.WithPatience(new AccelioSessionOptions
        {
            Context = context,
            OwnLink = !share,
            MaxSessionsPerLink = Count,
            LocalAddress = share ? null : new IPAddress([127, 1, (byte)(number / 250), (byte)(1 + (number % 250))]),
        }));

    private static async Task<long> AskAsync(Process server)
    {
        await server.StandardInput.WriteLineAsync();
        return long.Parse((await server.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
    }

    /// <summary>The private memory of this process when its links rest, too long for signs of life to disturb them: then they hold no memory of the context.</summary>
    private static async Task<long> SettledAsync(AccelioContext context)
    {
        await Until.TrueAsync(() => context.GetSnapshot().MemoryInUse == 0, () => $"{context.GetSnapshot()}");
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return File.ReadLines("/proc/self/smaps_rollup").Where(line => line.StartsWith("Private_", StringComparison.Ordinal))
            .Sum(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024);
    }
}
