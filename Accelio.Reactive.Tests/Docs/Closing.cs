using Accelio.Reactive.Tests.Sessions;
using Xunit;

namespace Accelio.Reactive.Tests.Docs;

/// <summary>The snippets of docs/closing.md.</summary>
public class Closing
{
    [Fact]
    public async Task Draining()
    {
        await using var pair = await Pair.OpenAsync(Pair.Echo);
        var server = pair.Server;
        await pair.Session.RequestAsync(new byte[1], _ => 0);

        // <snippet drain>
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            await server.DrainAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            // Half a minute is enough: what is still under way is broken off.
        }

        await server.DisposeAsync();
        // </snippet>

        await pair.Session.Closed.WaitAsync(Pair.Limit);
        Assert.Equal(SessionState.Closed, pair.Session.State);
    }
}
