using Accelio.Reactive.Tests.Sessions;
using Xunit;

namespace Accelio.Reactive.Tests.Serialization;

/// <summary>One-way messages with values.</summary>
public class TypedOneWayTests
{
    private static readonly Int32Serializer Numbers = Int32Serializer.Instance;

    [Fact]
    public async Task Values_arrive_as_values()
    {
        var seen = new List<int>();
        await using var pair = await Pair.OpenAsync(server => server.Messages.Read(Numbers).Subscribe(seen.Add));

        await pair.Session.SendAsync(1, Numbers);
        await pair.Session.Connections[0].SendAsync(2, Numbers);
        await pair.Session.DeliverAsync(3, Numbers);
        var last = await pair.Session.Connections[0].DeliverAsync(4, Numbers);

        Assert.True(last.Accepted);
        Assert.Equal([1, 2, 3, 4], seen);
    }

    [Fact]
    public async Task A_message_that_cannot_be_read_is_rejected_and_told_and_the_stream_goes_on()
    {
        var seen = new List<int>();
        var lengths = new List<int>();
        var told = new TaskCompletionSource<AccelioError>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pair = await Pair.OpenAsync(server =>
        {
            server.Sessions.Subscribe(session => session.Errors.Subscribe(told.SetResult));
            server.Messages.Read(Numbers).Subscribe(seen.Add);
            server.Messages.Read(message => message.PayloadLength).Subscribe(lengths.Add);
        });

        var bad = await pair.Session.DeliverAsync(new byte[3]);
        var good = await pair.Session.DeliverAsync(5, Numbers);
        var error = await told.Task.WaitAsync(Pair.Limit);

        Assert.Equal((false, true), (bad.Accepted, good.Accepted));
        Assert.Equal([5], seen);
        Assert.Equal([3, 4], lengths);
        Assert.Equal(AccelioStatus.MessageInvalid, error.Status);
        Assert.Contains(pair.Session.Uri, error.Message, StringComparison.Ordinal);
        Assert.Contains("System.Int32", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public async Task A_receipt_waits_for_the_handler_and_says_how_it_ended(int number, bool accepted)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var unhandled = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pair = await Pair.OpenAsync(server =>
        {
            server.HomeContext.UnhandledExceptions.Subscribe(unhandled.SetResult);
            server.Handle(Numbers, async (value, message) =>
            {
                started.SetResult();
                await release.Task;
                if (value == 2)
                {
                    throw new InvalidOperationException($"{value} of {message.PayloadLength} bytes");
                }
            });
        });

        var receipt = pair.Session.DeliverAsync(number, Numbers).AsTask();
        await started.Task.WaitAsync(Pair.Limit);
        Assert.False(receipt.IsCompleted);
        release.SetResult();

        Assert.Equal(accepted, (await receipt.WaitAsync(Pair.Limit)).Accepted);
        if (!accepted)
        {
            Assert.Equal("2 of 4 bytes", (await unhandled.Task.WaitAsync(Pair.Limit)).Message);
        }
    }

    [Fact]
    public async Task Each_resource_has_its_own_handler_and_either_side_may_have_one()
    {
        var prices = new List<int>();
        var orders = new List<int>();
        var atClient = new List<int>();
        await using var pair = await Pair.OpenAsync(
            server =>
            {
                server.Handle("/prices", Numbers, (number, _) => Add(prices, number));
                server.Handle("/orders", Numbers, (number, _) => Add(orders, number));
            },
            resource: "/prices");
        await using var other = await pair.ConnectAsync(resource: "/orders");
        using var listening = pair.Session.Handle(Numbers, (number, _) => Add(atClient, number));

        await pair.Session.DeliverAsync(1, Numbers);
        await other.DeliverAsync(2, Numbers);
        await pair.Accepted.DeliverAsync(3, Numbers);

        Assert.Equal([[1], [2], [3]], [prices, orders, atClient]);
    }

    private static ValueTask Add(List<int> list, int number)
    {
        list.Add(number);
        return default;
    }
}
