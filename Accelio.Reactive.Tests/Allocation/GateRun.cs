namespace Accelio.Reactive.Tests.Allocation;

/// <summary>Measures a gate: warms up, then reads the counters before and after.</summary>
internal static class GateRun
{
    private const int WarmUp = 30_000;

    public static async Task<GateResult> MeasureAsync(Gate gate)
    {
        await using var world = new GateWorld(gate);
        await world.OpenAsync();
        await RunAsync(world, gate, WarmUp);

        // What was made on the way is collected now, so that a collection that follows is one that the messages caused.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        await RunAsync(world, gate, WarmUp);

        var client = await AllocatedAsync(world.ClientContext);
        var server = await AllocatedAsync(world.ServerContext);
        var process = GC.GetTotalAllocatedBytes(precise: true);
        var collections = GC.CollectionCount(0);
        await RunAsync(world, gate, gate.Messages);

        // The collections first: to look closely at the total may cause one.
        collections = GC.CollectionCount(0) - collections;
        process = GC.GetTotalAllocatedBytes(precise: true) - process;
        client = await AllocatedAsync(world.ClientContext) - client;
        server = await AllocatedAsync(world.ServerContext) - server;
        return new GateResult(gate.Messages / gate.Depth * gate.Depth, process, client, server, collections);
    }

    private static async Task RunAsync(GateWorld world, Gate gate, int messages)
    {
        if (gate.OnPool)
        {
            await Task.WhenAll(Enumerable.Range(0, gate.Depth).Select(_ => Task.Run(() => gate.Loop(world, messages / gate.Depth))));
        }
        else
        {
            await world.ClientContext.RunAsync(async _ => await Task.WhenAll(Enumerable.Range(0, gate.Depth).Select(_ => gate.Loop(world, messages / gate.Depth))));
        }
    }

    private static ValueTask<long> AllocatedAsync(AccelioContext context) => context.RunAsync(static _ => ValueTask.FromResult(GC.GetAllocatedBytesForCurrentThread()));
}
