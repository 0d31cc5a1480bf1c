using System.Globalization;
using System.Reactive.Concurrency;
using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Allocation;

/// <summary>A message that is handed to another place allocates nothing in steady state; the whole process is measured, sender and both places.</summary>
[Collection(Alone.Name)]
public class HandOffAllocationTests
{
    private static readonly int Messages = int.Parse(Environment.GetEnvironmentVariable("ACCELIO_ALLOC_MESSAGES") ?? "100000", CultureInfo.InvariantCulture);

    [Fact]
    public Task HandOff_to_another_context() =>
        MeasureAsync((messages, other, count) => messages.HandOff(other.Scheduler, static m => m.PayloadLength).Subscribe(count));

    [Fact]
    public Task HandOff_to_the_thread_pool() =>
        MeasureAsync((messages, _, count) => messages.HandOff(Scheduler.Default, static m => m.PayloadLength).Subscribe(count));

    [Fact]
    public Task MergeOn_another_context() =>
        MeasureAsync((messages, other, count) => new[] { messages }.MergeOn(other).Read(static m => m.PayloadLength).Subscribe(count));

    [Fact]
    public Task ToChannel_and_its_reader() => MeasureAsync((messages, _, count) =>
    {
        var reader = messages.ToChannel();
        return Task.Run(async () =>
        {
            while (await reader.WaitToReadAsync())
            {
                while (reader.TryRead(out var message))
                {
                    count(message.PayloadLength);
                    message.Dispose();
                }
            }
        });
    });

    [Fact]
    public Task ReadAllAsync_outside_a_context() => MeasureAsync((messages, _, count) => Task.Run(async () =>
    {
        await foreach (var message in messages.ReadAllAsync())
        {
            count(message.PayloadLength);
            message.Dispose();
        }
    }));

    private static async Task MeasureAsync(Func<IObservable<InboundMessage>, AccelioContext, Action<int>, IDisposable> begin)
    {
        await using var other = AccelioContext.Start();
        long seen = 0;
        long goal = 0;
        TaskCompletionSource? reached = null;
        await using var pair = await Pair.OpenAsync(
            server => begin(server.Messages, other, _ =>
            {
                if (++seen == Volatile.Read(ref goal))
                {
                    reached!.SetResult();
                }
            }),
            wire: Sessions.Wire.LeanTcp());
        var message = new OutboundMessage(new byte[32]);

        await SendAsync(30_000);

        // What the runtime and the test runner do meanwhile counts too: a steady state shows in one run of a few.
        var allocated = long.MaxValue;
        for (var run = 0; run < 5 && allocated >= Messages; run++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await SendAsync(Messages);
            allocated = Math.Min(allocated, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        Assert.True(allocated < Messages, $"{allocated} bytes for {Messages} messages");

        async Task SendAsync(int count)
        {
            reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref goal, goal + count);
            await pair.ClientContext.RunAsync(async _ =>
            {
                for (var i = 0; i < count; i++)
                {
                    await pair.Session.SendAsync(message, CancellationToken.None);
                }
            });
            await reached.Task.WaitAsync(TimeSpan.FromMinutes(2));
        }
    }
}
