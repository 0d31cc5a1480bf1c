using System.Text;
using Microsoft.Reactive.Testing;
using Xunit;

namespace Accelio.Reactive.Tests.Docs;

/// <summary>The code of docs/simulated-network.md: tests of a desk that asks one city for a price and, when that fails, another.</summary>
public class SimulatedNetworkPage : ReactiveTest
{
    [Fact]
    public void A_link_that_is_cut()
    {
        // <snippet cut-a-link>
        var scheduler = new TestScheduler();
        using var network = new SimulatedNetwork(scheduler, seed: 7);
        network.Host("paris").Run(ServeAsync);
        network.Host("london").Run(ServeAsync);
        var (answers, events) = (scheduler.CreateObserver<string>(), scheduler.CreateObserver<AccelioSessionEvent>());
        network.Host("desk").Run(host => AskAsync(host, ["paris", "london"], answers, events));    // every two seconds; what is tested

        network.At(TimeSpan.FromSeconds(5)).CutLinks("desk", "paris");
        network.AdvanceTo(TimeSpan.FromSeconds(11));

        answers.Messages.AssertEqual(
            OnNext(Seconds(2), "paris"), OnNext(Seconds(4), "paris"), OnNext(Seconds(8), "london"), OnNext(Seconds(10), "london"));
        events.Messages.AssertEqual(
            OnNext<AccelioSessionEvent>(0, new SessionEstablished()),
            OnNext<AccelioSessionEvent>(Seconds(5), closed => closed is SessionClosed { Reason: CloseReason.ConnectionLost }),
            OnNext<AccelioSessionEvent>(Seconds(6), new SessionEstablished()));
        // </snippet>
    }

    [Fact]
    public void A_scenario()
    {
        // <snippet run-a-scenario>
        using var network = new SimulatedNetwork(new TestScheduler(), seed: 7)
        {
            UsualConditions = new SimulatedConditions { Latency = TimeSpan.FromMilliseconds(20), Jitter = TimeSpan.FromMilliseconds(5) },
        };
        network.Host("paris").Run(ServeAsync);
        var desk = network.CreateContext("desk");

        var began = network.Elapsed;
        var price = network.Run(async () =>
        {
            await using var session = await AccelioSession.ConnectAsync(new Uri("sim://paris:1"), new AccelioSessionOptions { Context = desk });
            network.Faults.Freeze("paris", TimeSpan.FromSeconds(3));
            return await session.RequestAsync("EURUSD"u8.ToArray(), answer => Encoding.ASCII.GetString(answer.Payload));
        });

        Assert.Equal("paris", price);
        Assert.InRange(network.Elapsed - began, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(3.5));
        // </snippet>
    }

    [Fact]
    public void A_crash_at_any_step()
    {
        // <snippet crash-at-any-step>
        for (var step = 1; step <= 40; step++)
        {
            using var network = new SimulatedNetwork(new TestScheduler(), seed: step)
            {
                UsualConditions = new SimulatedConditions { Latency = TimeSpan.FromMilliseconds(1) },
                ContextDelay = TimeSpan.FromMicroseconds(50),
            };
            network.Host("paris").Run(ServeAsync);
            network.Host("london").Run(ServeAsync);
            var answers = new List<string>();
            network.Host("desk").Run(host => AskAsync(host, ["paris", "london"], answers.Add));

            network.AtStep(step).Crash("paris");
            network.AdvanceTo(TimeSpan.FromMinutes(1));

            Assert.Contains("london", answers);
        }
        // </snippet>
    }

    private static long Seconds(int seconds) => TimeSpan.FromSeconds(seconds).Ticks;

    private static Task AskAsync(SimulatedHost host, string[] cities, IObserver<string> answers, IObserver<AccelioSessionEvent> events) =>
        AskAsync(host, cities, answers.OnNext, events.OnNext);

    // <snippet a-host-program>
    private static async Task ServeAsync(SimulatedHost host)
    {
        var server = await AccelioServer.BindAsync(new Uri($"sim://{host.Name}:1"), new AccelioServerOptions { Context = host.CreateContext() });
        server.Handle(request => request.RespondAsync(Encoding.ASCII.GetBytes(host.Name)));
    }

    // </snippet>
    private static async Task AskAsync(SimulatedHost host, string[] cities, Action<string> onAnswer, Action<AccelioSessionEvent>? onEvent = null)
    {
        var context = host.CreateContext();
        for (var i = 0; ; i++)
        {
            try
            {
                var session = await AccelioSession.ConnectAsync(new Uri($"sim://{cities[i % cities.Length]}:1"), new AccelioSessionOptions { Context = context });
                session.Events.Subscribe(onEvent ?? (static _ => { }));
                while (true)
                {
                    await Task.Delay(TimeSpan.FromSeconds(2), context.TimeProvider);
                    onAnswer(await session.RequestAsync("EURUSD"u8.ToArray(), answer => Encoding.ASCII.GetString(answer.Payload)));
                }
            }
            catch (AccelioException)
            {
                // The next city.
            }
        }
    }
}
