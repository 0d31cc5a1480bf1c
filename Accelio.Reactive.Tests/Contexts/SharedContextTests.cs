using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Contexts;

/// <summary>The shared default context: made with the first who names none, ended with the last. Alone, because there is one per process.</summary>
[Collection(Alone.Name)]
public class SharedContextTests
{
    [Fact]
    public async Task Lives_as_long_as_somebody_uses_it()
    {
        var server = await AccelioServer.BindAsync(new Uri("tcp://127.0.0.1:0"));
        var first = await AccelioSession.ConnectAsync(server.EndPoint);
        var second = await AccelioSession.ConnectAsync(server.EndPoint);
        var context = server.HomeContext;
        Assert.Same(context, first.HomeContext);
        Assert.Same(context, second.HomeContext);

        await first.DisposeAsync();
        await server.DisposeAsync();
        await second.Closed.WaitAsync(Pair.Limit);

        await EndedAsync(context);
        Assert.Null(SharedContext.Present);
    }

    [Fact]
    public async Task A_session_opened_inside_its_callbacks_keeps_it_too()
    {
        await using var context = AccelioContext.Start();
        await using var server = await AccelioServer.BindAsync(new Uri("tcp://127.0.0.1:0"), new AccelioServerOptions { Context = context });
        Pair.Echo(server);
        var outer = await AccelioSession.ConnectAsync(server.EndPoint);
        var shared = outer.HomeContext;
        var inner = await shared.RunAsync(_ => AccelioSession.ConnectAsync(server.EndPoint));
        var named = await AccelioSession.ConnectAsync(server.EndPoint, new AccelioSessionOptions { Context = shared });

        await outer.DisposeAsync();

        Assert.Equal(1, await inner.RequestAsync(new byte[1], answer => answer.PayloadLength));
        await inner.DisposeAsync();
        Assert.Equal(2, await named.RequestAsync(new byte[2], answer => answer.PayloadLength));
        Assert.Same(shared, named.HomeContext);
        await named.DisposeAsync();
        await EndedAsync(shared);
    }

    [Fact]
    public async Task Once_disposed_by_somebody_it_takes_its_sessions_along_and_the_next_gets_another()
    {
        await using var context = AccelioContext.Start();
        await using var server = await AccelioServer.BindAsync(new Uri("tcp://127.0.0.1:0"), new AccelioServerOptions { Context = context });
        var victim = await AccelioSession.ConnectAsync(server.EndPoint);

        await victim.HomeContext.DisposeAsync().AsTask().WaitAsync(Pair.Limit);
        Assert.True(victim.Closed.IsCompleted);
        var next = await AccelioSession.ConnectAsync(server.EndPoint);

        Assert.NotSame(victim.HomeContext, next.HomeContext);
        await next.DisposeAsync();
        await EndedAsync(next.HomeContext);
    }

    [Fact]
    public async Task Attempts_that_fail_hold_nothing()
    {
        Assert.Null(SharedContext.Present);
        await Assert.ThrowsAnyAsync<AccelioException>(async () => await AccelioSession.ConnectAsync(new Uri("tcp://127.0.0.1:1")));
        await Assert.ThrowsAnyAsync<AccelioException>(async () => await AccelioSession.ConnectAsync(new Uri("tcp://no-such-host.invalid:1")));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await AccelioSession.ConnectAsync(new Uri("http://127.0.0.1:1")));
        await Assert.ThrowsAnyAsync<AccelioException>(async () => await AccelioServer.BindAsync(new Uri("tcp://192.0.2.1:1")));

        var context = SharedContext.Present;
        if (context is not null)
        {
            await EndedAsync(context);
        }

        Assert.Null(SharedContext.Present);
    }

    private static async Task EndedAsync(AccelioContext context) => await ((PollerContext)context).Poller.Stopped.WaitAsync(Pair.Limit);
}
