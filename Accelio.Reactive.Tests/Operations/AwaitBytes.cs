using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Accelio.Reactive.Tests.Operations;

/// <summary>
/// What an await costs in bytes, row by row (docs/threads-and-awaits.md). Where it takes several threads the whole process is measured, which has other inhabitants: the best of a few runs counts.
/// </summary>
[Collection(Alone.Name)]
public class AwaitBytes(ITestOutputHelper output)
{
    private const int Awaits = 5_000;
    private const int Runs = 5;

    [Theory]
    [InlineData(Beginning.OnTheSessionsContext, MessageOptions.None, 0)]
    [InlineData(Beginning.OnAnotherContext, MessageOptions.None, 0)]
    [InlineData(Beginning.OnTheThreadPool, MessageOptions.None, 0)]
    [InlineData(Beginning.UnderASynchronizationContext, MessageOptions.None, 0)]
    [InlineData(Beginning.UnderATaskScheduler, MessageOptions.None, 150)]
    [InlineData(Beginning.OnTheThreadPool, MessageOptions.ContinueInline, 0)]
    [InlineData(Beginning.UnderASynchronizationContext, MessageOptions.ContinueInline, 0)]
    [InlineData(Beginning.UnderATaskScheduler, MessageOptions.ContinueInline, 0)]
    public async Task An_await_that_completes_later(Beginning beginning, MessageOptions options, int bytes)
    {
        await using var world = await AwaitWorld.OpenWithEchoAsync();
        var message = AwaitWorld.Message with { Options = options };

        await AssertBytesAsync(world, beginning, bytes, async count =>
        {
            for (var i = 0; i < count; i++)
            {
                await world.Session.RequestAsync(message, static _ => 0);
            }
        });
    }

    [Theory]
    [InlineData(Beginning.OnTheSessionsContext)]
    [InlineData(Beginning.OnAnotherContext)]
    [InlineData(Beginning.OnTheThreadPool)]
    [InlineData(Beginning.UnderASynchronizationContext)]
    [InlineData(Beginning.UnderATaskScheduler)]
    public async Task An_await_of_what_has_completed(Beginning beginning)
    {
        await using var world = await AwaitWorld.OpenWithEchoAsync();
        using var observing = world.Pair.Accepted.Messages.Subscribe(static _ => { });

        var bytes = await await world.BeginAsync(beginning, async () =>
        {
            await LoopAsync(world.Session, beginning, 100);
            var least = long.MaxValue;
            for (var run = 0; run < Allocated.Runs; run++)
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                await LoopAsync(world.Session, beginning, 100);
                least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            }

            return least;
        });

        // The loop's own state, once.
        Assert.InRange(bytes, 0, 500);
    }

    [Fact]
    public async Task SwitchTo_to_another_context_and_back()
    {
        await using var world = await AwaitWorld.OpenWithEchoAsync();

        await AssertBytesAsync(world, Beginning.OnTheSessionsContext, 80, async count =>
        {
            for (var i = 0; i < count; i++)
            {
                await world.Other.SwitchTo();
                await world.Pair.ClientContext.SwitchTo();
            }
        });
    }

    /// <summary>Awaits calls that have completed; never leaves its thread.</summary>
    private static async Task LoopAsync(AccelioSession session, Beginning beginning, int count)
    {
        for (var i = 0; i < count; i++)
        {
            if (beginning == Beginning.OnTheSessionsContext)
            {
                // On its own context a small message leaves inside the call, as long as the window is open.
                await session.SendAsync(AwaitWorld.Message);
                continue;
            }

            var request = session.RequestAsync(AwaitWorld.Message, static _ => 0);
            var spin = default(SpinWait);
            while (!request.IsCompleted)
            {
                spin.SpinOnce(-1);
            }

            await request;
        }
    }

    private async Task AssertBytesAsync(AwaitWorld world, Beginning beginning, int bytes, Func<int, Task> loop)
    {
        var best = double.MaxValue;
        for (var run = 0; run <= Runs && best >= bytes + 1; run++)
        {
            var measured = await await world.BeginAsync(beginning, async () =>
            {
                await loop(run == 0 ? 1_000 : 1);
                var before = GC.GetTotalAllocatedBytes(precise: true);
                await loop(Awaits);
                return (double)(GC.GetTotalAllocatedBytes(precise: true) - before) / Awaits;
            });
            best = Math.Min(best, measured);
        }

        output.WriteLine($"{best:0.00} bytes per await");
        Assert.InRange(best, 0, bytes + 1);
    }
}
