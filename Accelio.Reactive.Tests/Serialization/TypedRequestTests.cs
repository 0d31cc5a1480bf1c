using System.Reactive.Linq;
using System.Text;
using Accelio.Reactive.Tests.Sessions;
using Xunit;

namespace Accelio.Reactive.Tests.Serialization;

/// <summary>Requests with values: calls, handlers, and what happens to bytes that are no such value.</summary>
public class TypedRequestTests
{
    private static readonly IAccelioSerializer<Order> Orders = AccelioJson.For(TestJson.Default.Order);
    private static readonly IAccelioSerializer<Receipt> Receipts = AccelioJson.For(TestJson.Default.Receipt);

    [Fact]
    public async Task A_value_is_asked_and_a_value_answered()
    {
        await using var pair = await Pair.OpenAsync(server => Serve(server, order => new Receipt(order.Count, 1.5)));

        Assert.Equal(new Receipt(3, 1.5), await pair.Session.RequestAsync(new Order("tea", 3), Orders, Receipts));
        Assert.Equal(new Receipt(4, 1.5), await pair.Session.Connections[0].RequestAsync(new Order("tea", 4), Orders, Receipts));
        Assert.Equal(new Receipt(5, 1.5), await pair.Session.Request(new Order("tea", 5), Orders, Receipts));
    }

    [Fact]
    public async Task Either_side_serves_values()
    {
        await using var pair = await Pair.OpenAsync();
        using var serving = pair.Session.Handle(Orders, Receipts, (order, _) => new ValueTask<Receipt>(new Receipt(order.Count, 0)));

        Assert.Equal(new Receipt(7, 0), await pair.Accepted.RequestAsync(new Order("tea", 7), Orders, Receipts));
    }

    [Fact]
    public async Task A_handler_may_await_and_answer_from_elsewhere()
    {
        await using var pair = await Pair.OpenAsync(server => server.Handle(Orders, Receipts, async (order, _) =>
        {
            await Task.Yield();
            return new Receipt(order.Item.Length, order.Count);
        }));

        var answers = await Task.WhenAll(Enumerable.Range(0, 50)
            .Select(i => pair.Session.RequestAsync(new Order(new string('x', 2000 * i), i), Orders, Receipts).AsTask()));

        Assert.Equal(Enumerable.Range(0, 50).Select(i => new Receipt(2000 * i, i)), answers);
    }

    [Fact]
    public async Task The_envelope_carries_header_and_time_limit_and_its_payload_is_not_sent()
    {
        await using var pair = await Pair.OpenAsync(server => server.Handle(Orders, Receipts, async (order, request) =>
        {
            if (request.Header.Span.SequenceEqual("slow"u8))
            {
                await Task.Delay(Timeout.Infinite);
            }

            return new Receipt(order.Count, 0);
        }));
        var envelope = new OutboundMessage("not sent"u8.ToArray()) { Header = "quick"u8.ToArray() };
        var slow = envelope with { Header = "slow"u8.ToArray(), Timeout = TimeSpan.FromMilliseconds(200) };

        Assert.Equal(new Receipt(1, 0), await pair.Session.RequestAsync(new Order("tea", 1), Orders, Receipts, envelope));
        await Assert.ThrowsAsync<AccelioTimeoutException>(async () =>
            await pair.Session.RequestAsync(new Order("tea", 2), Orders, Receipts, slow));
    }

    [Fact]
    public async Task A_token_cancels_a_request_with_a_value()
    {
        await using var pair = await Pair.OpenAsync();
        using var source = new CancellationTokenSource();

        var request = pair.Session.RequestAsync(new Order("tea", 1), Orders, Receipts, cancellationToken: source.Token).AsTask();
        await source.CancelAsync();

        await Assert.ThrowsAsync<AccelioCanceledException>(() => request.WaitAsync(Pair.Limit));
    }

    [Fact]
    public async Task A_request_that_cannot_be_read_is_answered_with_a_named_status_and_its_handler_is_not_called()
    {
        var calls = 0;
        await using var pair = await Pair.OpenAsync(server => Serve(server, order =>
        {
            calls++;
            return default;
        }));

        var failure = await Assert.ThrowsAsync<RequestFailedException>(async () =>
            await pair.Session.RequestAsync("{ \"secret\":"u8.ToArray(), _ => 0));

        Assert.Equal(AccelioStatus.MessageInvalid, failure.Status);
        Assert.Contains("cannot be read as Order", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, calls);
    }

    [Fact]
    public async Task An_answer_that_cannot_be_read_throws_and_names_type_and_session()
    {
        await using var pair = await Pair.OpenAsync(
            server => server.Handle(request => request.RespondAsync("[]"u8.ToArray())), resource: "/orders");

        var failure = await Assert.ThrowsAsync<SerializationFailedException>(async () =>
            await pair.Session.RequestAsync(new Order("tea", 1), Orders, Receipts));

        Assert.Equal(typeof(Receipt), failure.ValueType);
        Assert.Equal(pair.Session.Uri, failure.SessionUri);
        Assert.Contains(typeof(Receipt).FullName!, failure.Message, StringComparison.Ordinal);
        Assert.Contains("/orders", failure.Message, StringComparison.Ordinal);
        Assert.Equal(AccelioStatus.MessageInvalid, failure.Status);
        Assert.True(failure.MayHaveExecuted);
        Assert.IsType<System.Text.Json.JsonException>(failure.InnerException);
    }

    [Fact]
    public async Task A_cold_request_whose_serializers_fail_ends_with_the_error()
    {
        await using var pair = await Pair.OpenAsync(server => server.Handle(request => request.RespondAsync(new byte[3])));
        var numbers = Int32Serializer.Instance;

        await Assert.ThrowsAsync<SerializationFailedException>(async () => await pair.Session.Request(1, numbers, numbers));
        await Assert.ThrowsAsync<NotSupportedException>(async () =>
            await pair.Session.Request(Int32Serializer.Unwritable, numbers, numbers));
    }

    [Fact]
    public async Task A_value_that_cannot_be_written_is_the_callers_and_nothing_is_sent()
    {
        var arrived = 0;
        var numbers = Int32Serializer.Instance;
        await using var pair = await Pair.OpenAsync(server => server.Handle(numbers, numbers, (number, _) =>
        {
            arrived++;
            return new ValueTask<int>(number);
        }));

        await Assert.ThrowsAsync<NotSupportedException>(async () => await AskAsync(pair, Int32Serializer.Unwritable));

        Assert.Equal(5, await AskAsync(pair, 5));
        Assert.Equal(1, arrived);
    }

    [Fact]
    public async Task An_answer_that_cannot_be_written_is_a_failed_handler()
    {
        await using var pair = await Pair.OpenAsync(server => server.Handle(
            Int32Serializer.Instance, Int32Serializer.Instance, (_, _) => new ValueTask<int>(Int32Serializer.Unwritable)));

        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => AskAsync(pair, 1));

        Assert.Equal(AccelioStatus.Unsuccessful, failure.Status);
    }

    [Fact]
    public async Task A_handler_may_fail_the_request_itself()
    {
        await using var pair = await Pair.OpenAsync(server => server.Handle(Orders, Receipts, async (order, request) =>
        {
            await request.FailAsync(AccelioStatus.NoBuffers, "sold out");
            return default;
        }));

        var failure = await Assert.ThrowsAsync<RequestFailedException>(async () =>
            await pair.Session.RequestAsync(new Order("tea", 1), Orders, Receipts));

        Assert.Equal(AccelioStatus.NoBuffers, failure.Status);
        Assert.Contains("sold out", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_may_be_answered_with_a_value_by_hand()
    {
        await using var pair = await Pair.OpenAsync(server => server.Handle(async request =>
        {
            await Task.Yield();
            await request.RespondAsync(new Receipt(9, 9), Receipts, new OutboundMessage { Header = "by hand"u8.ToArray() });
        }));

        var answer = await pair.Session.RequestAsync(
            new byte[1], message => (Encoding.ASCII.GetString(message.Header.Span), Receipts.Read(message.Payload)));

        Assert.Equal(("by hand", new Receipt(9, 9)), answer);
    }

    [Fact]
    public async Task An_await_of_a_typed_call_comes_back_to_its_context()
    {
        await using var pair = await Pair.OpenAsync(server => Serve(server, order => default));

        await pair.ClientContext.RunAsync(async _ =>
        {
            for (var i = 0; i < 20; i++)
            {
                await pair.Session.RequestAsync(new Order("tea", i), Orders, Receipts, cancellationToken: CancellationToken.None);
                Assert.Same(pair.ClientContext, AccelioContext.Current);
            }
        });
    }

    private static async Task<int> AskAsync(Pair pair, int number) =>
        await pair.Session.RequestAsync(number, Int32Serializer.Instance, Int32Serializer.Instance);

    private static void Serve(AccelioServer server, Func<Order, Receipt> handler) =>
        server.Handle(Orders, Receipts, (order, _) => new ValueTask<Receipt>(handler(order)));
}
