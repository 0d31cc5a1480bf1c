using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Streams;

public class MessageRingTests
{
    [Fact]
    public void Gives_messages_in_the_order_they_were_added_however_many_wait()
    {
        var ring = new MessageRing();
        var messages = Messages(500);
        var taken = new List<InboundMessage>();
        var added = 0;
        foreach (var burst in (int[])[1, 3, 40, 100, 7, 300, 49])
        {
            for (var i = 0; i < burst; i++)
            {
                ring.Add(messages[added++]);
            }

            for (var i = 0; i < burst / 2; i++)
            {
                Assert.True(ring.TryTake(out var message));
                taken.Add(message);
            }
        }

        while (ring.TryTake(out var message))
        {
            taken.Add(message);
        }

        Assert.Equal(messages, taken);
        Assert.True(ring.IsEmpty);
    }

    [Fact]
    public async Task Two_threads_lose_nothing()
    {
        const int Count = 200_000;
        var ring = new MessageRing();
        var messages = Messages(Count);
        var adding = Task.Run(() =>
        {
            foreach (var message in messages)
            {
                ring.Add(message);
            }
        });

        var taken = 0;
        while (taken < Count)
        {
            if (ring.TryTake(out var message))
            {
                Assert.Equal(messages[taken++], message);
            }
            else
            {
                await Task.Yield();
            }
        }

        await adding;
        Assert.False(ring.TryTake(out _));
    }

    [Fact]
    public void Allocates_nothing_once_it_is_long_enough()
    {
        var ring = new MessageRing();
        var messages = Messages(1000);
        Cycle();
        Cycle();
        var allocated = Allocated.By(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                Cycle();
            }
        });
        Assert.Equal(0, allocated);

        void Cycle()
        {
            foreach (var message in messages)
            {
                ring.Add(message);
            }

            while (ring.TryTake(out _))
            {
            }
        }
    }

    // Handles of different versions of one core: the ring never looks inside.
    private static InboundMessage[] Messages(int count)
    {
        using var context = AccelioContext.Manual();
        var poller = ((PollerContext)context).Poller;
        var pool = new MessagePool(poller);
        return [.. Enumerable.Range(0, count).Select(_ => new InboundMessage(pool.Rent()))];
    }
}
