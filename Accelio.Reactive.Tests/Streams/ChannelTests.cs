using System.Reactive.Linq;
using System.Threading.Channels;
using Accelio.Reactive.Tests.Sessions;
using Xunit;

namespace Accelio.Reactive.Tests.Streams;

/// <summary>ToChannel and ReadAllAsync: each item is the reader's; the window is the only bound; what nobody reads is released.</summary>
public class ChannelTests
{
    [Fact]
    public async Task A_channel_gives_every_message_in_order_to_a_reader_who_owns_it()
    {
        ChannelReader<InboundMessage>? reader = null;
        await using var pair = await Pair.OpenAsync(server =>
        {
            Pair.Echo(server);
            reader = server.Messages.ToChannel();
        });
        var bodies = Enumerable.Range(1, 200).Select(i => Pair.Bytes(i * 41)).ToArray();
        var sending = Task.Run(async () =>
        {
            foreach (var body in bodies)
            {
                await pair.Session.SendAsync(body);
            }
        });

        foreach (var body in bodies)
        {
            using var message = await reader!.ReadAsync().AsTask().WaitAsync(Pair.Limit);
            await pair.Session.RequestAsync(new byte[2000], _ => 0);
            Assert.True(message.TryGetSpan(out var span) && span.SequenceEqual(body));
        }

        await sending;
        await Arrivals.NoneHeldAsync(pair.ServerContext);
    }

    [Fact]
    public async Task A_reader_that_stops_reading_makes_the_sender_wait()
    {
        ChannelReader<InboundMessage>? reader = null;
        Arrivals? arrivals = null;
        await using var pair = await Pair.OpenAsync(
            server =>
            {
                reader = server.Messages.ToChannel();
                arrivals = new Arrivals(server.Messages);
            },
            server: options => options.WindowMessages = 8);
        var sends = await pair.ClientContext.RunAsync(_ =>
            new ValueTask<Task[]>(Enumerable.Range(0, 24).Select(_ => (Task)pair.Session.SendAsync(new byte[1]).AsTask()).ToArray()));
        await arrivals!.ReachAsync(8);

        Assert.Equal((8, 8), (sends.Count(send => send.IsCompleted), reader!.Count));
        for (var i = 0; i < 24; i++)
        {
            (await reader!.ReadAsync().AsTask().WaitAsync(Pair.Limit)).Dispose();
        }

        await Task.WhenAll(sends).WaitAsync(Pair.Limit);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_reader_keeps_stays_until_it_is_disposed(bool enumerates)
    {
        ChannelReader<InboundMessage>? reader = null;
        await using var pair = await Pair.OpenAsync(server => reader = enumerates ? null : server.Messages.ToChannel());
        var enumerator = enumerates ? pair.Accepted.ReadAllAsync().GetAsyncEnumerator() : null;
        var reading = enumerator is null ? reader!.ReadAsync().AsTask() : NextAsync(enumerator);
        var delivery = pair.Session.DeliverAsync(new byte[5]).AsTask();
        var kept = await reading.WaitAsync(Pair.Limit);
        if (enumerator is not null)
        {
            // Going on with the next one takes nothing from this one.
            await pair.Session.SendAsync(new byte[6]);
            (await NextAsync(enumerator).WaitAsync(Pair.Limit)).Dispose();
        }

        for (var i = 0; i < 100; i++)
        {
            await pair.ClientContext.RunAsync(_ => default);
            await pair.ServerContext.RunAsync(_ => default);
        }

        Assert.False(delivery.IsCompleted);
        Assert.Equal(5, kept.PayloadLength);
        kept.Dispose();
        Assert.True((await delivery.WaitAsync(Pair.Limit)).Accepted);

        static async Task<InboundMessage> NextAsync(IAsyncEnumerator<InboundMessage> enumerator)
        {
            Assert.True(await enumerator.MoveNextAsync());
            return enumerator.Current;
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_unread_when_the_session_ends_is_still_read_and_then_the_channel_ends(bool orderly)
    {
        await using var pair = await Pair.OpenAsync();
        var reader = pair.Session.Messages.ToChannel();
        var arrivals = new Arrivals(pair.Session.Messages);
        for (var length = 1; length <= 3; length++)
        {
            await pair.Accepted.SendAsync(new byte[length]);
        }

        await arrivals.ReachAsync(3);
        if (orderly)
        {
            await pair.Accepted.DisposeAsync();
        }
        else
        {
            pair.Accepted.Dispose();
        }

        await pair.Session.Closed.WaitAsync(Pair.Limit);
        for (var length = 1; length <= 3; length++)
        {
            using var message = await reader.ReadAsync().AsTask().WaitAsync(Pair.Limit);
            Assert.Equal(length, message.PayloadLength);
        }

        if (orderly)
        {
            Assert.False(await reader.WaitToReadAsync().AsTask().WaitAsync(Pair.Limit));
        }
        else
        {
            await Assert.ThrowsAsync<ConnectionLostException>(() => reader.WaitToReadAsync().AsTask().WaitAsync(Pair.Limit));
        }

        await Arrivals.NoneHeldAsync(pair.ClientContext);
    }

    [Fact]
    public async Task A_token_ends_a_channel_and_releases_what_is_unread()
    {
        using var stop = new CancellationTokenSource();
        ChannelReader<InboundMessage>? reader = null;
        Arrivals? arrivals = null;
        await using var pair = await Pair.OpenAsync(server =>
        {
            reader = server.Messages.ToChannel(stop.Token);
            arrivals = new Arrivals(server.Messages);
        });
        for (var i = 0; i < 10; i++)
        {
            await pair.Session.SendAsync(new byte[1]);
        }

        await arrivals!.ReachAsync(10);
        (await reader!.ReadAsync()).Dispose();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reader.WaitToReadAsync().AsTask().WaitAsync(Pair.Limit));
        await Arrivals.NoneHeldAsync(pair.ServerContext);
    }

    [Fact]
    public async Task Several_readers_share_what_arrives()
    {
        ChannelReader<InboundMessage>? reader = null;
        await using var pair = await Pair.OpenAsync(server => reader = server.Messages.ToChannel());
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            var sum = 0L;
            await foreach (var message in reader!.ReadAllAsync())
            {
                using (message)
                {
                    sum += BitConverter.ToInt32(message.Payload.FirstSpan);
                }
            }

            return sum;
        })).ToArray();

        for (var i = 1; i < 1000; i++)
        {
            await pair.Session.SendAsync(BitConverter.GetBytes(i));
        }

        // A receipt says that this one, and those before it, have arrived.
        await pair.Session.DeliverAsync(BitConverter.GetBytes(1000));
        await pair.Server.DisposeAsync();
        Assert.Equal(500_500, (await Task.WhenAll(readers).WaitAsync(Pair.Limit)).Sum());
    }

    [Fact]
    public async Task ReadAllAsync_ends_with_the_session()
    {
        await using var pair = await Pair.OpenAsync();
        var reading = Task.Run(async () =>
        {
            var lengths = new List<int>();
            await foreach (var message in pair.Session.ReadAllAsync())
            {
                using (message)
                {
                    lengths.Add(message.PayloadLength);
                }
            }

            return lengths;
        });
        for (var length = 1; length <= 5; length++)
        {
            await pair.Accepted.DeliverAsync(new byte[length]);
        }

        await pair.Accepted.DisposeAsync();

        Assert.Equal([1, 2, 3, 4, 5], await reading.WaitAsync(Pair.Limit));
    }

    [Fact]
    public async Task ReadAllAsync_fails_with_the_session()
    {
        await using var pair = await Pair.OpenAsync();
        var reading = Task.Run(async () =>
        {
            await foreach (var message in pair.Session.ReadAllAsync())
            {
                message.Dispose();
            }
        });
        await pair.Accepted.DeliverAsync(new byte[1]);

        pair.Accepted.Dispose();

        await Assert.ThrowsAsync<ConnectionLostException>(() => reading.WaitAsync(Pair.Limit));
    }

    [Fact]
    public async Task An_enumeration_that_is_left_releases_what_is_unread()
    {
        await using var pair = await Pair.OpenAsync();
        var arrivals = new Arrivals(pair.Session.Messages);
        for (var i = 0; i < 10; i++)
        {
            await pair.Accepted.SendAsync(new byte[1]);
        }

        await arrivals.ReachAsync(10);
        var more = Task.Run(async () =>
        {
            await foreach (var message in pair.Session.ReadAllAsync())
            {
                using (message)
                {
                    await arrivals.ReachAsync(20);
                    return message.PayloadLength;
                }
            }

            return 0;
        });
        while (!more.IsCompleted)
        {
            await pair.Accepted.SendAsync(new byte[2]);
        }

        Assert.Equal(2, await more.WaitAsync(Pair.Limit));
        await Arrivals.NoneHeldAsync(pair.ClientContext);
    }

    [Fact]
    public async Task A_token_ends_an_enumeration()
    {
        await using var pair = await Pair.OpenAsync();
        using var stop = new CancellationTokenSource();
        var reading = Task.Run(async () =>
        {
            await foreach (var message in pair.Session.ReadAllAsync(stop.Token))
            {
                message.Dispose();
            }
        });
        await pair.Accepted.DeliverAsync(new byte[1]);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(Pair.Limit));
    }

    [Fact]
    public async Task An_enumeration_on_a_context_stays_there()
    {
        await using var pair = await Pair.OpenAsync();
        var arrivals = new Arrivals(pair.Session.Messages);
        var reading = pair.ServerContext.RunAsync(async _ =>
        {
            var (count, elsewhere) = (0, 0);
            await foreach (var message in pair.Session.ReadAllAsync(CancellationToken.None))
            {
                message.Dispose();
                count++;
                elsewhere += ReferenceEquals(AccelioContext.Current, pair.ServerContext) ? 0 : 1;
            }

            return (count, elsewhere);
        });
        for (var i = 0; i < 100; i++)
        {
            await pair.Accepted.DeliverAsync(new byte[1]);
        }

        await pair.Accepted.DisposeAsync();

        Assert.Equal((100, 0), await reading.AsTask().WaitAsync(Pair.Limit));
    }
}
