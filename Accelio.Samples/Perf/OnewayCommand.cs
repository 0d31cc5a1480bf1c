using System.CommandLine;
using System.Diagnostics;
using Accelio.Reactive;

namespace Accelio.Samples.Perf;

/// <summary>One-way messages: as fast as the peer's window lets them go, or each with its receipt.</summary>
internal static class OnewayCommand
{
    public static Command Create()
    {
        var common = new CommonOptions();
        var size = new Option<int>("--size") { Description = "Bytes of a message's body", Required = true };
        var count = new Option<long>("--count") { Description = "Messages to send", Required = true };
        var depth = new Option<int>("--depth") { Description = "Messages that may wait at a time", DefaultValueFactory = _ => 64 };
        var receipt = new Option<bool>("--receipt") { Description = "Ask for the receipt of every message and wait for it" };
        var command = new Command("oneway", "One-way messages") { size, count, depth, receipt };
        common.AddTo(command);
        command.SetAction(async (arguments, token) =>
        {
            var url = arguments.GetRequiredValue(common.Url);
            await using var context = common.StartContext(arguments, "oneway");
            await using var client = await Client.OpenAsync(url, context, arguments.GetValue(common.Dual), 1, 0, token);
            var before = await client.ReadServerAsync();
            var result = await SendAsync(
                context,
                client.Sessions[0],
                new RunResult { Mode = "oneway", Url = url.OriginalString, Size = arguments.GetRequiredValue(size), Depth = arguments.GetValue(depth) },
                arguments.GetRequiredValue(count),
                arguments.GetValue(receipt)).WaitAsync(token);

            // The server has seen everything before it answers this.
            var after = await client.ReadServerAsync();
            (result with { Server = before is null ? null : after?.Since(before) }).Print(arguments.GetValue(common.Json));
            return result.Errors == 0 ? 0 : 1;
        });
        return command;
    }

    private static Task<RunResult> SendAsync(AccelioContext context, AccelioSession session, RunResult run, long count, bool receipt) => context.RunAsync(async _ =>
    {
        long next = 0;
        long rejected = 0;
        var latency = new Histogram();
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var collections = GC.CollectionCount(0);
        var cpu = Environment.CpuUsage.TotalTime;
        var clock = Stopwatch.StartNew();
        var loops = new Task[run.Depth];
        for (var i = 0; i < loops.Length; i++)
        {
            loops[i] = LoopAsync();
        }

        await Task.WhenAll(loops);
        return run with
        {
            Seconds = clock.Elapsed.TotalSeconds,
            Messages = count,
            Errors = rejected,
            P50us = latency.Percentile(0.5),
            P90us = latency.Percentile(0.9),
            P99us = latency.Percentile(0.99),
            P999us = latency.Percentile(0.999),
            Maxus = latency.Maximum / 1000.0,
            AllocatedBytesPerMessage = Math.Round((double)(GC.GetTotalAllocatedBytes(precise: true) - allocated) / Math.Max(1, count), 3),
            GcCollections = GC.CollectionCount(0) - collections,
            CpuSeconds = Math.Round((Environment.CpuUsage.TotalTime - cpu).TotalSeconds, 3),
        };

        async Task LoopAsync()
        {
            var body = new byte[run.Size];
            while (next < count)
            {
                next++;
                if (!receipt)
                {
                    await session.SendAsync(body, CancellationToken.None);
                    continue;
                }

                var sent = clock.Elapsed.Ticks;
                if (!(await session.DeliverAsync(body, CancellationToken.None)).Accepted)
                {
                    rejected++;
                }

                latency.Add((clock.Elapsed.Ticks - sent) * 100);
            }
        }
    }).AsTask();
}
