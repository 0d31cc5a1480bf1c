using System.Text;
using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

public abstract class OneWayTests(Wire wire) : SessionTests(wire)
{
    [Fact]
    public async Task Messages_arrive_in_order_from_wherever_they_are_sent()
    {
        var seen = new List<int>();
        await using var pair = await OpenAsync(server => server.Messages.Read(m => BitConverter.ToInt32(m.Payload.FirstSpan)).Subscribe(seen.Add));
        for (var i = 0; i < 500; i++)
        {
            await pair.Session.SendAsync(BitConverter.GetBytes(i));
        }

        await pair.ClientContext.RunAsync(async _ =>
        {
            for (var i = 500; i < 1000; i++)
            {
                await pair.Session.SendAsync(BitConverter.GetBytes(i), CancellationToken.None);
            }
        });
        await pair.Session.DeliverAsync(BitConverter.GetBytes(1000));

        Assert.Equal(Enumerable.Range(0, 1001), seen);
    }

    [Theory]
    [InlineData("return", true)]
    [InlineData("reject", false)]
    [InlineData("throw", false)]
    public async Task A_receipt_says_what_the_consumer_did(string consumer, bool accepted)
    {
        await using var pair = await OpenAsync(server => server.Messages.Subscribe(message =>
        {
            if (consumer == "reject")
            {
                message.Reject();
            }
            else if (consumer == "throw")
            {
                throw new InvalidOperationException("observer");
            }
        }));

        var receipt = await pair.Session.DeliverAsync(new byte[3]);

        Assert.Equal(accepted, receipt.Accepted);
    }

    [Fact]
    public async Task Receipts_that_nobody_awaits_are_a_stream()
    {
        await using var pair = await OpenAsync(server => server.Messages.Subscribe(_ => { }));
        var arrived = new TaskCompletionSource<DeliveryReceipt>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var subscription = pair.Session.Receipts.Subscribe(arrived.SetResult);

        var id = await pair.Session.SendAsync(new OutboundMessage(new byte[1]) { Options = MessageOptions.RequestReceipt });

        Assert.Equal(new DeliveryReceipt(id, true), await arrived.Task.WaitAsync(Pair.Limit));
    }

    [Fact]
    public async Task TrySend_copies_what_it_takes()
    {
        var seen = new List<string>();
        await using var pair = await OpenAsync(server => server.Messages.Read(m => Encoding.ASCII.GetString(m.Payload)).Subscribe(seen.Add));
        var buffer = "first"u8.ToArray();

        Assert.True(pair.Session.TrySend(buffer, out var id));
        "other"u8.CopyTo(buffer);
        await pair.Session.DeliverAsync("last"u8.ToArray());

        Assert.NotEqual(default, id);
        Assert.Equal(["first", "last"], seen);
    }
}
