using System.Buffers;
using System.Collections.Concurrent;
using Accelio.Reactive.Tests.Support;
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

    [Theory]
    [InlineData(5)]
    [InlineData(8192)]
    [InlineData(8193)]
    [InlineData(300_000)]
    public async Task TrySend_copies_what_it_takes_whatever_its_length(int length)
    {
        var seen = new List<byte[]>();
        await using var pair = await OpenAsync(server => server.Messages.Read(m => m.Payload.ToArray()).Subscribe(seen.Add));
        foreach (var onContext in (bool[])[false, true])
        {
            var buffer = Pair.Bytes(length);

            var tried = onContext ? await pair.ClientContext.RunAsync(_ => ValueTask.FromResult(Try(buffer))) : Try(buffer);
            await pair.Session.DeliverAsync("last"u8.ToArray());

            Assert.True(tried);
            Assert.Equal([Pair.Bytes(length), "last"u8.ToArray()], seen);
            seen.Clear();
        }

        bool Try(byte[] buffer)
        {
            var isTaken = pair.Session.TrySend(buffer, out var id);
            Array.Clear(buffer);
            return isTaken && id != default;
        }
    }

    [Fact]
    public async Task TrySend_takes_no_more_than_window_and_send_budget_hold()
    {
        var kept = new ConcurrentQueue<InboundMessage>();
        await using var pair = await OpenAsync(
            server => server.Messages.Subscribe(message => kept.Enqueue(message.Retain())),
            server: options => options.WindowMessages = 1,
            client: options => options.SendBudget = 1000);
        await pair.Session.SendAsync(new byte[1]);
        await Until.TrueAsync(() => kept.Count == 1, () => "no message");

        // The window is used up: on the context nothing is taken, elsewhere it is not known, and the budget is the bound.
        Assert.False(await pair.ClientContext.RunAsync(_ => ValueTask.FromResult(pair.Session.TrySend(new byte[1], out var _))));
        Assert.True(pair.Session.TrySend(new byte[900], out _));
        Assert.False(pair.Session.TrySend(new byte[200], out _));

        Assert.True(kept.TryDequeue(out var first));
        first.Dispose();
        await Until.TrueAsync(() => kept.Count == 1, () => "what was taken was not sent");
        Assert.Equal(900, kept.Single().PayloadLength);
        kept.Single().Dispose();
    }
}
