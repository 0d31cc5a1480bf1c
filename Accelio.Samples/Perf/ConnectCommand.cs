using System.CommandLine;
using System.Diagnostics;

namespace Accelio.Samples.Perf;

/// <summary>Opens many sessions and holds them: how long it takes, and what a session costs on both sides.</summary>
internal static class ConnectCommand
{
    public static Command Create()
    {
        var common = new CommonOptions();
        var count = new Option<int>("--count") { Description = "Sessions to open", Required = true };
        var links = new Option<int>("--links") { Description = "Links to open them over; 0 gives each its own" };
        var command = new Command("connect", "Opens many sessions and holds them") { count, links };
        common.AddTo(command);
        command.SetAction(async (arguments, token) =>
        {
            var url = arguments.GetRequiredValue(common.Url);
            var sessions = arguments.GetRequiredValue(count);
            await using var context = common.StartContext(arguments, "connect");
            await using var first = await Client.OpenAsync(url, context, arguments.GetValue(common.Dual), 1, 0, token);
            var serverBefore = await first.ReadServerAsync();
            var before = WorkingSet();
            var clock = Stopwatch.StartNew();
            await using var client = await Client.OpenAsync(url, context, arguments.GetValue(common.Dual), sessions, arguments.GetValue(links), token);
            var seconds = clock.Elapsed.TotalSeconds;
            var serverAfter = await first.ReadServerAsync();
            new RunResult
            {
                Mode = "connect",
                Url = url.OriginalString,
                Connections = sessions,
                Seconds = seconds,
                Messages = sessions,
                MemoryPerSession = Math.Round((double)(WorkingSet() - before) / sessions),
                ServerMemoryPerSession = serverBefore is null || serverAfter is null
                    ? null
                    : Math.Round((double)(serverAfter.WorkingSetBytes - serverBefore.WorkingSetBytes) / sessions),
                Server = serverBefore is null ? null : serverAfter?.Since(serverBefore),
            }.Print(arguments.GetValue(common.Json));
        });
        return command;
    }

    private static long WorkingSet()
    {
        GC.Collect();
        return Environment.WorkingSet;
    }
}
