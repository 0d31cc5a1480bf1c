using System.Buffers;
using System.Runtime.CompilerServices;
using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Messages;

/// <summary>A lease that a caller dropped without Dispose is found by its finalizer: buffer and credit return, it is counted, and a line is
/// written.</summary>
public abstract class DroppedLeaseTests(Sessions.Wire wire) : SessionTests(wire)
{
    private const int DroppedLeases = 7;

    [Theory]
    [InlineData(10)]
    [InlineData(100_000)]
    [InlineData(1_000_000)]
    public async Task An_answer_that_is_dropped_comes_back(int length)
    {
        await using var pair = await OpenAsync(Pair.Echo);
        await Task.Run(() => Drop(pair.Session, length));

        await Until.CollectedAsync(pair.ClientContext, report => report is { Messages: 0, Dropped: 5 });

        [MethodImpl(MethodImplOptions.NoInlining)]
        static async Task Drop(AccelioSession session, int length)
        {
            for (var i = 0; i < 5; i++)
            {
                await session.RequestAsync(new byte[length]);
            }
        }
    }

    [Theory]
    [InlineData(10)]
    [InlineData(20_000)]
    public async Task The_credit_of_retained_messages_that_are_dropped_comes_back_though_nothing_else_moves(int length)
    {
        var arrived = 0;
        await using var pair = await OpenAsync(
            server => server.Messages.Subscribe(message =>
            {
                message.Retain();
                Interlocked.Increment(ref arrived);
            }),
            server: options => options.WindowMessages = 8);
        for (var i = 0; i < 8; i++)
        {
            await pair.Session.SendAsync(new byte[length]);
        }

        // The window is used up, so nothing more arrives that could push the messages out of the receive buffer.
        var ninth = pair.Session.SendAsync(new byte[length]).AsTask();
        await Until.CollectedAsync(() => ninth.IsCompleted, () => pair.ServerContext.GetLeaseReport().ToString());

        await ninth;
        await Until.CollectedAsync(
            () => arrived == 9 && pair.ServerContext.GetLeaseReport() is { Messages: 0, Dropped: 9 },
            () => pair.ServerContext.GetLeaseReport().ToString());
    }

    [Fact]
    public async Task Memory_that_the_caller_still_refers_to_keeps_the_lease()
    {
        await using var pair = await OpenAsync(Pair.Echo);
        var body = Pair.Bytes(1000);
        var payload = await Task.Run(() => PayloadOnlyAsync(pair.Session, body));

        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await pair.ClientContext.RunAsync(_ => default);
        }

        Assert.Equal(0, pair.ClientContext.GetLeaseReport().Dropped);
        Assert.Equal(body, payload.ToArray());
        GC.KeepAlive(payload.Start.GetObject());

        [MethodImpl(MethodImplOptions.NoInlining)]
        static async Task<ReadOnlySequence<byte>> PayloadOnlyAsync(AccelioSession session, byte[] body) =>
            (await session.RequestAsync(body)).Payload;
    }

    [Fact]
    public async Task The_log_says_it_in_one_line_with_the_holder()
    {
        var log = new LogRecorder();
        var context = Start("forgetful", options => options.LoggerFactory = log);
        await using (var pair = await OpenAsync(Pair.Echo))
        {
            await using var session = await pair.ConnectAsync(options => options.Context = context);
            var kept = new List<InboundMessage>();
            await Task.Run(async () =>
            {
                for (var i = 0; i < DroppedLeases; i++)
                {
                    kept.Add(await session.RequestAsync(new byte[20]));
                }
            });

            // All of them are found before the context comes to say so.
            using (await Busy.MakeAsync(context))
            {
                kept.Clear();
                await Until.CollectedAsync(context, report => report.Dropped == DroppedLeases);
            }

            await Until.LeasesAsync(context, report => report is { Messages: 0, Leases.Count: 0 } && log.Of(10).Any());
        }

        await context.DisposeAsync();
        var line = Assert.Single(log.Of(10));
        Assert.Contains("Context forgetful", line, StringComparison.Ordinal);
        Assert.Contains($"{nameof(DroppedLeaseTests)}.{nameof(The_log_says_it_in_one_line_with_the_holder)}", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lease_that_is_dropped_after_its_context_ended_harms_nobody()
    {
        var pair = await OpenAsync(Pair.Echo);
        var context = pair.ClientContext;
        await Task.Run(() => DropAfterEndAsync(pair));

        await Until.CollectedAsync(context, report => report is { Messages: 0, Dropped: 1 });

        [MethodImpl(MethodImplOptions.NoInlining)]
        static async Task DropAfterEndAsync(Pair pair)
        {
            var answer = await pair.Session.RequestAsync(new byte[100]);
            await pair.DisposeAsync();
            Assert.Equal(100, answer.PayloadLength);
        }
    }

    [Fact]
    public async Task A_lease_that_is_disposed_of_in_time_is_never_counted_as_dropped()
    {
        await using var pair = await OpenAsync(Pair.Echo);
        for (var i = 0; i < 2000; i++)
        {
            using var answer = await pair.Session.RequestAsync(new byte[i % 100]);
            if (i % 200 == 0)
            {
                GC.Collect();
            }
        }

        GC.Collect();
        GC.WaitForPendingFinalizers();
        await pair.ClientContext.RunAsync(_ => default);
        await Until.NothingIsHeldAsync(pair.ClientContext);
        Assert.Equal(0, pair.ClientContext.GetLeaseReport().Dropped);
    }
}
