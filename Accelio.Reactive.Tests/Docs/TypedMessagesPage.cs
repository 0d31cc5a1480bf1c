using Accelio.Reactive.Tests.Serialization;
using Xunit;

namespace Accelio.Reactive.Tests.Docs;

/// <summary>The code of docs/typed-messages.md.</summary>
public class TypedMessagesPage
{
    [Fact]
    public async Task Values_travel_as_the_page_says()
    {
        await using var server = await AccelioServer.BindAsync(new Uri("tcp://127.0.0.1:0"));

        // <snippet typed-calls>
        var orders = AccelioJson.For(TestJson.Default.Order);                       // once, and kept
        server.Handle("/orders", orders, orders, (order, _) => ValueTask.FromResult(order with { Count = order.Count + 1 }));

        await using var session = await AccelioSession.ConnectAsync(new Uri(server.EndPoint, "/orders"));
        var confirmed = await session.RequestAsync(new Order("tea", 2), orders, orders);
        // </snippet>

        Assert.Equal(new Order("tea", 3), confirmed);
    }
}
