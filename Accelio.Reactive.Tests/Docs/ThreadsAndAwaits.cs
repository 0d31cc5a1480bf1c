using Accelio.Reactive.Tests.Sessions;
using Xunit;

namespace Accelio.Reactive.Tests.Docs;

/// <summary>The code of docs/threads-and-awaits.md.</summary>
public class ThreadsAndAwaits
{
    [Fact]
    public async Task Leaving_a_context_and_coming_back()
    {
        await using var pair = await Pair.OpenAsync();
        var server = pair.Server;

        // <snippet leave-and-return>
        server.Handle(async request =>
        {
            var key = request.Payload.FirstSpan[0];              // read first, while this is the context
            var value = await LookUpAsync(key);                  // a database: goes on wherever the database completes it
            await server.HomeContext.SwitchTo();                 // from here on the context again
            await request.RespondAsync(value);
        });
        // </snippet>

        Assert.Equal(42, await pair.Session.RequestAsync(new byte[] { 42 }, answer => answer.Payload.FirstSpan[0]));
    }

    [Fact]
    public async Task A_loop_on_a_context()
    {
        await using var pair = await Pair.OpenAsync(Pair.Echo);
        var session = pair.Session;

        // <snippet loop-on-a-context>
        var sum = await session.HomeContext.RunAsync(async stopping =>
        {
            var total = 0;
            for (var i = 0; i < 1000; i++)
            {
                total += await session.RequestAsync(new byte[10], answer => answer.PayloadLength, stopping);
            }

            return total;
        });
        // </snippet>

        Assert.Equal(10_000, sum);
    }

    private static async Task<byte[]> LookUpAsync(byte key)
    {
        await Task.Yield();
        return [key];
    }
}
