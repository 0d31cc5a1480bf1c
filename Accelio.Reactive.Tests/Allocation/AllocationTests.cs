using System.Globalization;
using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Allocation;

/// <summary>
/// In steady state a message allocates nothing, on either side: both are in this process, and the whole process is measured. ACCELIO_ALLOC_MESSAGES sets how many messages are measured.
/// </summary>
[Collection(Alone.Name)]
public class AllocationTests
{
    private static readonly int Messages = int.Parse(Environment.GetEnvironmentVariable("ACCELIO_ALLOC_MESSAGES") ?? "100000", CultureInfo.InvariantCulture);

    private delegate Task Loop(AccelioSession session, OutboundMessage message, int count, CancellationToken token);

    [Theory]
    [InlineData(32, 1, 1)]
    [InlineData(32, 64, 1)]
    [InlineData(4096, 64, 1)]
    [InlineData(65536, 16, 10)]
    public Task A_request_on_its_context(int size, int depth, int fewer) => MeasureAsync(RequestAsync, Body(size), depth, fewer);

    [Fact]
    public Task A_request_with_a_long_lived_token() => MeasureAsync(RequestAsync, Body(100), 16, canCancel: true);

    [Fact]
    public Task A_request_with_a_time_out_of_its_own() => MeasureAsync(RequestAsync, Body(100) with { Timeout = TimeSpan.FromSeconds(20) }, 16);

    [Fact]
    public Task A_request_from_the_thread_pool() => MeasureAsync(RequestAsync, Body(100), 1, fewer: 4, fromPool: true);

    [Fact]
    public Task A_request_whose_answer_is_owned() => MeasureAsync(
        static async (session, message, count, token) =>
        {
            for (var i = 0; i < count; i++)
            {
                using var answer = await session.RequestAsync(message, token);
            }
        },
        Body(100),
        16);

    [Fact]
    public Task A_one_way_message_held_back_by_the_window() => MeasureAsync(
        static async (session, message, count, token) =>
        {
            for (var i = 0; i < count; i++)
            {
                await session.SendAsync(message, token);
            }
        },
        Body(100),
        64);

    [Fact]
    public Task A_one_way_message_with_its_receipt() => MeasureAsync(
        static async (session, message, count, token) =>
        {
            for (var i = 0; i < count; i++)
            {
                await session.DeliverAsync(message, token);
            }
        },
        Body(100),
        16);

    private static async Task RequestAsync(AccelioSession session, OutboundMessage message, int count, CancellationToken token)
    {
        for (var i = 0; i < count; i++)
        {
            await session.RequestAsync(message, static answer => answer.PayloadLength, token);
        }
    }

    private static OutboundMessage Body(int size) => new(new byte[size]);

    private static async Task MeasureAsync(Loop loop, OutboundMessage message, int depth, int fewer = 1, bool canCancel = false, bool fromPool = false)
    {
        await using var pair = await Pair.OpenAsync(
            server =>
            {
                Pair.Echo(server);
                server.Messages.Subscribe(static _ => { });
            },
            wire: Sessions.Wire.LeanTcp());
        using var source = new CancellationTokenSource();
        var token = canCancel ? source.Token : CancellationToken.None;
        var messages = Messages / fewer / depth * depth;
        long allocated = 0;
        if (fromPool)
        {
            await RunAsync();
        }
        else
        {
            await pair.ClientContext.RunAsync(async _ => await RunAsync());
        }

        Assert.True(allocated < messages, $"{allocated} bytes for {messages} messages");

        async Task RunAsync()
        {
            await LoopsAsync(30_000 / fewer / depth);
            await LoopsAsync(1);

            // The whole process is measured, so what the runtime and the test runner do meanwhile counts too, and so does a pool that still grows: a steady state shows in one run of a few.
            allocated = long.MaxValue;
            for (var run = 0; run < 5 && allocated >= messages; run++)
            {
                var before = GC.GetTotalAllocatedBytes(precise: true);
                await LoopsAsync(messages / depth);
                allocated = Math.Min(allocated, GC.GetTotalAllocatedBytes(precise: true) - before);
            }
        }

        Task LoopsAsync(int count)
        {
            var loops = new Task[depth];
            for (var i = 0; i < depth; i++)
            {
                loops[i] = loop(pair.Session, message, count, token);
            }

            return Task.WhenAll(loops);
        }
    }
}
