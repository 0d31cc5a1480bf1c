using System.Collections.Concurrent;
using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Messages;

/// <summary>Leases may be added and returned by any thread, whatever has ended meanwhile.</summary>
public abstract class LeaseThreadsTests(Sessions.Wire wire) : SessionTests(wire)
{
    [Fact]
    public async Task Retain_and_Dispose_race_on_four_threads_and_balance_to_zero()
    {
        const int Messages = 4000;
        var queue = new BlockingCollection<InboundMessage>();
        await using var pair = await OpenAsync(
            server => server.Messages.Subscribe(message =>
            {
                // Every thread may get a lease that it owns, and handles that others own too.
                var shared = message.Retain();
                for (var i = 0; i < 4; i++)
                {
                    queue.Add(shared);
                    queue.Add(message.Retain());
                }
            }));
        var workers = Enumerable.Range(0, 4)
            .Select(seed => Task.Factory.StartNew(() => Work(queue, seed), TaskCreationOptions.LongRunning))
            .ToArray();
        for (var i = 0; i < Messages; i++)
        {
            await pair.Session.SendAsync(Body(i));
        }

        await pair.Session.DeliverAsync(Body(0)).AsTask().WaitAsync(Pair.Limit);
        queue.CompleteAdding();
        await Task.WhenAll(workers).WaitAsync(Pair.Limit);
        await Until.NothingIsHeldAsync(pair.ServerContext);
        Assert.Equal(0, ((PollerContext)pair.ServerContext).Messages.Outstanding);
    }

    [Theory]
    [InlineData("session")]
    [InlineData("server")]
    [InlineData("context")]
    public async Task A_lease_is_read_and_returned_after_the_end_of(string what)
    {
        var kept = new ConcurrentQueue<InboundMessage>();
        var pair = await OpenAsync(server =>
        {
            Pair.Echo(server);
            server.Messages.Subscribe(message => kept.Enqueue(message.Retain()));
        });
        int[] lengths = [0, 5, 9000, 100_000, 600_000];
        foreach (var length in lengths)
        {
            await pair.Session.SendAsync(new OutboundMessage(Pair.Bytes(length)) { Header = "header"u8.ToArray() });
            kept.Enqueue(await pair.Session.RequestAsync(Pair.Bytes(length)));
        }

        await Until.TrueAsync(() => kept.Count == 2 * lengths.Length, () => $"{kept.Count}");
        if (what == "session")
        {
            await pair.Session.DisposeAsync();
            await pair.Accepted.Closed;
        }
        else if (what == "server")
        {
            await pair.Server.DisposeAsync();
        }
        else
        {
            await pair.DisposeAsync();
        }

        Parallel.ForEach(kept, message =>
        {
            Assert.Equal(Pair.Bytes(message.PayloadLength), message.Detach().Payload.ToArray());
            var again = message.Retain();
            message.Dispose();
            Assert.Equal(Pair.Bytes(again.PayloadLength), again.Detach().Payload.ToArray());
            again.Dispose();
        });

        foreach (var context in new[] { pair.ServerContext, pair.ClientContext })
        {
            await Until.NothingIsHeldAsync(context);
        }

        await pair.DisposeAsync();
        Assert.Equal(0, ((PollerContext)pair.ServerContext).Poller.Memory.Statistics.RentedBlocks);
        Assert.Equal(0, ((PollerContext)pair.ClientContext).Poller.Memory.Statistics.RentedBlocks);
    }

    private static byte[] Body(int number)
    {
        var body = new byte[4 + (number * 37 % 10_000)];
        BitConverter.TryWriteBytes(body, number);
        body.AsSpan(4).Fill((byte)number);
        return body;
    }

    private static void Work(BlockingCollection<InboundMessage> queue, int seed)
    {
        var random = new Random(seed);
        foreach (var message in queue.GetConsumingEnumerable())
        {
            try
            {
                using var mine = message.Retain();
                if (random.Next(4) == 0)
                {
                    message.Dispose();
                }

                // What is retained here stays, whatever the others do with theirs.
                var copy = mine.Detach().Payload.Span;
                Assert.Equal(-1, copy[4..].IndexOfAnyExcept(copy[0]));
                Assert.Equal(BitConverter.ToInt32(copy) * 37 % 10_000, copy.Length - 4);
            }
            catch (ObjectDisposedException)
            {
                // Another thread that has the same handle was first.
            }

            message.Dispose();
        }
    }
}
