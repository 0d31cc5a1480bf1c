using System.Reactive.Linq;
using Microsoft.Reactive.Testing;
using Xunit;

namespace Accelio.Reactive.Tests.Docs;

/// <summary>The code of docs/testing-your-code.md: the tests of a small price service and of its client.</summary>
public class TestingYourCode
{
    [Fact]
    public async Task A_handler()
    {
        // <snippet test-a-handler>
        var asked = new TestRequest("EURUSD"u8.ToArray());
        var answer = await asked.ServeAsync(QuoteAsync);        // QuoteAsync(InboundRequest) is what is tested

        Assert.Equal(AccelioStatus.Success, answer.Status);
        Assert.Equal(1.0842, Tick.Read(new(answer.Payload)).Price);
        // </snippet>
    }

    [Fact]
    public void A_query()
    {
        // <snippet test-a-query>
        using var session = new TestSession();
        var spikes = new List<Tick>();
        using var subscription = Spikes(session).Subscribe(spikes.Add);         // Spikes(AccelioSession) is what is tested

        session.Push(new Tick(1.0842, 0.0001).ToBytes());
        var last = session.Push(new Tick(1.1042, 0.0200).ToBytes());

        Assert.Equal([new Tick(1.1042, 0.0200)], spikes);
        Assert.True(last.IsReleased);                                           // nothing was kept
        // </snippet>
    }

    [Fact]
    public async Task A_client()
    {
        // <snippet test-a-client>
        await using var session = new TestSession { Peer = QuoteAsync };
        Assert.Equal(1.0842, await PriceOrZeroAsync(session));                  // PriceOrZeroAsync(AccelioSession) is what is tested

        session.Peer = request => request.FailAsync(AccelioStatus.MessageInvalid, "no such pair");
        Assert.Equal(0, await PriceOrZeroAsync(session));

        session.End(new ConnectionLostException("the cable"));
        Assert.Equal(0, await PriceOrZeroAsync(session));
        // </snippet>
    }

    [Fact]
    public async Task Both_ends_in_memory()
    {
        // <snippet test-in-memory>
        await using var context = AccelioContext.Start(new AccelioContextOptions { SimulatedNetwork = new SimulatedNetwork() });
        await using var server = await AccelioServer.BindAsync(new Uri("sim://desk:1"), new AccelioServerOptions { Context = context });
        server.Handle("/prices", QuoteAsync);

        await using var session = await AccelioSession.ConnectAsync(new Uri("sim://desk:1/prices"), new AccelioSessionOptions { Context = context });
        Assert.Equal(1.0842, await PriceOrZeroAsync(session));
        // </snippet>
    }

    [Fact]
    public async Task Time()
    {
        // <snippet test-in-virtual-time>
        var scheduler = new TestScheduler();
        await using var context = AccelioContext.OnScheduler(scheduler, new AccelioContextOptions { SimulatedNetwork = new SimulatedNetwork() });
        var binding = AccelioServer.BindAsync(new Uri("sim://desk:1"), new AccelioServerOptions { Context = context }).AsTask();
        var connecting = AccelioSession.ConnectAsync(new Uri("sim://desk:1"), new AccelioSessionOptions { Context = context }).AsTask();
        scheduler.AdvanceBy(1);                                                 // what was called begins with the next tick, and needs no time

        await using var server = await binding;
        server.Handle(async request =>
        {
            await Task.Delay(TimeSpan.FromSeconds(40), context.TimeProvider);   // a slow handler
            await QuoteAsync(request);
        });

        var asking = PriceOrZeroAsync(await connecting);                        // gives up after the usual 30 seconds
        scheduler.AdvanceBy(TimeSpan.FromSeconds(30).Ticks);
        Assert.False(asking.IsCompleted);
        scheduler.AdvanceBy(1);
        Assert.Equal(0, await asking);
        // </snippet>
    }

    private static ValueTask QuoteAsync(InboundRequest request) => request.RespondAsync(new Tick(1.0842, 0.0001).ToBytes());

    private static IObservable<Tick> Spikes(AccelioSession session) => session.Messages.Read(message => Tick.Read(message.Payload)).Where(tick => tick.Change > 0.01);

    private static async Task<double> PriceOrZeroAsync(AccelioSession session)
    {
        try
        {
            return await session.RequestAsync("EURUSD"u8.ToArray(), answer => Tick.Read(answer.Payload).Price);
        }
        catch (AccelioException)
        {
            return 0;
        }
    }
}
