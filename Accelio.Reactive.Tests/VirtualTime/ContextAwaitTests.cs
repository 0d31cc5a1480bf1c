using Accelio.Reactive.Tests.Serialization;
using Xunit;

namespace Accelio.Reactive.Tests.VirtualTime;

/// <summary>In virtual time, too, an await of the library goes on on the context that awaits. The rest of the table of awaits is in Operations.</summary>
public class ContextAwaitTests
{
    private static readonly IAccelioSerializer<Order> Orders = AccelioJson.For(TestJson.Default.Order);
    private static readonly Order Large = new(new string('x', 20_000), 1);

    [Theory]
    [InlineData("request")]
    [InlineData("request with a lease")]
    [InlineData("send")]
    [InlineData("deliver")]
    [InlineData("answer")]
    [InlineData("typed request")]
    [InlineData("typed send")]
    [InlineData("typed deliver")]
    [InlineData("typed answer")]
    [InlineData("batch")]
    [InlineData("abort")]
    [InlineData("connect")]
    [InlineData("bind")]
    [InlineData("stop listening")]
    [InlineData("run elsewhere")]
    [InlineData("dispose a session")]
    [InlineData("dispose a server")]
    [InlineData("dispose a context")]
    public void An_await_goes_on_on_its_context(string what)
    {
        using var world = new World();
        world.Server.Handle(request => request.RespondAsync(request.Payload));
        world.Server.Messages.Subscribe(_ => { });
        var session = world.Connect();
        var asked = new List<InboundRequest>();
        session.Handle(request =>
        {
            asked.Add(request);
            return new ValueTask(new TaskCompletionSource().Task);
        });
        _ = world.Accepted.RequestAsync(new byte[1], answer => answer.PayloadLength).AsTask();
        var other = world.NewContext("other");
        world.Tick();

        var place = world.ClientContext.RunAsync(async _ =>
        {
            switch (what)
            {
                case "request":
                    await session.RequestAsync(new byte[1], answer => answer.PayloadLength);
                    break;
                case "request with a lease":
                    (await session.RequestAsync(new byte[20_000])).Dispose();
                    break;
                case "send":
                    await session.SendAsync(new byte[20_000]);
                    break;
                case "deliver":
                    await session.DeliverAsync(new byte[1]);
                    break;
                case "answer":
                    await asked[0].RespondAsync(new byte[20_000]);
                    break;
                case "typed request":
                    await session.RequestAsync(Large, Orders, Orders);
                    break;
                case "typed send":
                    await session.SendAsync(Large, Orders);
                    break;
                case "typed deliver":
                    await session.DeliverAsync(Large, Orders);
                    break;
                case "typed answer":
                    await asked[0].RespondAsync(Large, Orders);
                    break;
                case "batch":
                    await session.BeginBatch().RequestAsync(new byte[1], answer => answer.PayloadLength);
                    break;
                case "abort":
                    await session.AbortAsync(new MessageId(1));
                    break;
                case "connect":
                    await AccelioSession.ConnectAsync(world.Server.EndPoint, new AccelioSessionOptions { Context = other });
                    break;
                case "bind":
                    await AccelioServer.BindAsync(new Uri("sim://server:2"), new AccelioServerOptions { Context = other });
                    break;
                case "stop listening":
                    await world.Server.StopListeningAsync();
                    break;
                case "run elsewhere":
                    await other.RunAsync(_ => default);
                    break;
                case "dispose a session":
                    await session.DisposeAsync();
                    break;
                case "dispose a server":
                    await world.Server.DisposeAsync();
                    break;
                case "dispose a context":
                    await other.DisposeAsync();
                    break;
                default:
                    throw new ArgumentException(what, nameof(what));
            }

            return AccelioContext.Current;
        });

        Assert.Same(world.ClientContext, world.Result(place));
    }
}
