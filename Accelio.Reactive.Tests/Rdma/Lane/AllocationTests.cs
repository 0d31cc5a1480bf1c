using Accelio.Reactive.Tests.Sessions;
using Xunit;

namespace Accelio.Reactive.Tests.Rdma.Lane;

/// <summary>In steady state a message over RDMA allocates nothing, on either side: as over TCP, where the allocation gates look more closely.</summary>
public class AllocationTests
{
    private const int Depth = 8;
    private const int WarmUp = 1024;
    private const int Messages = 4096;

    // What is compiled, or compiled again, on the way is paid for once: one window of many must show that messages cost nothing.
    private const int Windows = 10;

    [Theory]
    [InlineData(32)]
    [InlineData(20_000)]
    public async Task A_request_and_its_answer_allocate_less_than_a_byte(int length)
    {
        await using var pair = await Pair.OpenAsync(server => server.Handle(static request => request.RespondAsync(request.Payload)), wire: Wire.LeanRdma(RdmaAddresses.Server));
        var message = new OutboundMessage(new byte[length]);
        await AssertAllocatesNothingAsync(pair, async count =>
        {
            for (var i = 0; i < count; i++)
            {
                await pair.Session.RequestAsync(message, static answer => answer.PayloadLength);
            }
        });
    }

    [Fact]
    public async Task A_one_way_message_and_its_receipt_allocate_less_than_a_byte()
    {
        await using var pair = await Pair.OpenAsync(wire: Wire.LeanRdma(RdmaAddresses.Server));
        using var messages = pair.Server.Messages.Read(static message => message.PayloadLength).Subscribe(static _ => { });
        var message = new OutboundMessage(new byte[32]);
        await AssertAllocatesNothingAsync(pair, async count =>
        {
            for (var i = 0; i < count; i++)
            {
                await pair.Session.DeliverAsync(message);
            }
        });
    }

    private static async Task AssertAllocatesNothingAsync(Pair pair, Func<int, Task> loop)
    {
        await RunAsync(pair, loop, WarmUp);
        var (client, server) = (long.MaxValue, long.MaxValue);
        for (var window = 0; window < Windows && Math.Max(client, server) >= Messages; window++)
        {
            var (clientBefore, serverBefore) = (await AllocatedAsync(pair.ClientContext), await AllocatedAsync(pair.ServerContext));
            await RunAsync(pair, loop, Messages);
            client = await AllocatedAsync(pair.ClientContext) - clientBefore;
            server = await AllocatedAsync(pair.ServerContext) - serverBefore;
        }

        Assert.True(client < Messages, $"{client} bytes of the client's context for {Messages} messages");
        Assert.True(server < Messages, $"{server} bytes of the server's context for {Messages} messages");
    }

    private static async Task RunAsync(Pair pair, Func<int, Task> loop, int count) =>
        await pair.ClientContext.RunAsync(async _ => await Task.WhenAll(Enumerable.Range(0, Depth).Select(_ => loop(count / Depth)))).AsTask().WaitAsync(Pair.Limit);

    private static ValueTask<long> AllocatedAsync(AccelioContext context) => context.RunAsync(static _ => ValueTask.FromResult(GC.GetAllocatedBytesForCurrentThread()));
}
