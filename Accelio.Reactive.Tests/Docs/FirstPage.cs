using System.Buffers;
using System.Reactive.Linq;
using Xunit;

namespace Accelio.Reactive.Tests.Docs;

/// <summary>The first page of the README, against a real server.</summary>
public class FirstPage
{
    [Fact]
    public async Task Runs_as_it_is_written()
    {
        var seen = new List<Tick>();
        var all = new TaskCompletionSource();
        void Show(Tick tick)
        {
            seen.Add(tick);
            if (seen.Count == 2)
            {
                all.SetResult();
            }
        }

        // <snippet first-page>
        await using var server = await AccelioServer.BindAsync(new Uri("tcp://127.0.0.1:0"));          // port 0: a free one
        server.Handle("/prices", async request => await request.RespondAsync(Price(request.Payload)));

        await using var session = await AccelioSession.ConnectAsync(new Uri(server.EndPoint, "/prices"));
        var price = await session.RequestAsync("EURUSD"u8.ToArray(), answer => Tick.Read(answer.Payload)); // read runs before the buffer goes back

        var spikes = from tick in session.Messages.Read(m => Tick.Read(m.Payload))                     // LINQ over arriving messages
                     where tick.Change > 0.01
                     select tick;
        using var subscription = spikes.Subscribe(tick => Show(tick));

        var quick = await session.Request("EURUSD"u8.ToArray(), m => Tick.Read(m.Payload))             // cold: Subscribe sends, Dispose gives up
                                 .Timeout(TimeSpan.FromSeconds(5));
        // </snippet>

        Assert.Equal(new Tick(1.25, 0.5), price);
        Assert.Equal(price, quick);

        using var publisher = server.Sessions.Subscribe(client => _ = Publish(client));
        await using var listener = await AccelioSession.ConnectAsync(new Uri(server.EndPoint, "/prices"));
        using var also = (from tick in listener.Messages.Read(m => Tick.Read(m.Payload)) where tick.Change > 0.01 select tick).Subscribe(Show);
        await all.Task.WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal([new Tick(2, 0.02), new Tick(4, 0.04)], seen);
    }

    private static byte[] Price(ReadOnlySequence<byte> name) => new Tick(name.Length == 6 ? 1.25 : 0, 0.5).ToBytes();

    private static async Task Publish(AccelioSession client)
    {
        foreach (var tick in (Tick[])[new(1, 0), new(2, 0.02), new(3, 0.001), new(4, 0.04)])
        {
            await client.SendAsync(tick.ToBytes());
        }
    }
}
