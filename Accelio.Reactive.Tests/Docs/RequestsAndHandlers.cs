using System.Buffers;
using Accelio.Reactive.Tests.Sessions;
using Xunit;

namespace Accelio.Reactive.Tests.Docs;

/// <summary>The code of docs/requests-and-handlers.md.</summary>
public class RequestsAndHandlers
{
    [Fact]
    public async Task Three_ways_to_ask()
    {
        await using var pair = await Pair.OpenAsync(Pair.Echo);
        var session = pair.Session;
        var payload = new Tick(1, 2).ToBytes();

        // <snippet three-ways-to-ask>
        var price = await session.RequestAsync(payload, answer => Tick.Read(answer.Payload));       // read inside the call: cannot leak

        using (var answer = await session.RequestAsync(payload))                                    // owned until Dispose
        {
            price = Tick.Read(answer.Payload);
        }

        var limited = new OutboundMessage(payload) { Timeout = TimeSpan.FromSeconds(5) };
        using var other = await session.RequestAsync(limited, out var id);                          // the same, with the id of the request
        // </snippet>

        Assert.Equal(new Tick(1, 2), price);
        Assert.NotEqual(default, id);
    }

    [Fact]
    public async Task Serving()
    {
        await using var pair = await Pair.OpenAsync();
        var server = pair.Server;

        // <snippet serve>
        server.Handle(async request =>
        {
            if (request.PayloadLength == 0)
            {
                await request.FailAsync(AccelioStatus.MessageInvalid, "ask for something");
                return;
            }

            var value = await ComputeAsync(request.Payload.FirstSpan[0], request.Canceled);        // stops when nobody waits any more
            await request.RespondAsync(value);
        });
        // </snippet>

        Assert.Equal(7, await pair.Session.RequestAsync(new byte[] { 7 }, answer => answer.Payload.FirstSpan[0]));
        var failure = await Assert.ThrowsAsync<RequestFailedException>(async () => await pair.Session.RequestAsync(Array.Empty<byte>(), _ => 0));
        Assert.Contains("ask for something", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<byte[]> ComputeAsync(byte value, CancellationToken canceled)
    {
        await Task.Yield();
        canceled.ThrowIfCancellationRequested();
        return [value];
    }
}
