using System.Diagnostics;
using System.Net;
using Accelio.Reactive.Tests.Misuse;
using Accelio.Reactive.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>Sessions by the thousand: none leaves anything behind, and as many as a server needs are held at once.</summary>
[Collection(Alone.Name)]
public class ManySessionsTests(ITestOutputHelper output)
{
    private const int Loops = 20;
    private const int Held = 5000;

    [Theory]
    [InlineData(TcpEngine.Epoll, false, false)]
    [InlineData(TcpEngine.Epoll, true, false)]
    [InlineData(TcpEngine.Epoll, false, true)]
    [InlineData(TcpEngine.Portable, false, true)]
    public async Task Ten_thousand_sessions_that_come_and_go_leave_nothing(TcpEngine engine, bool share, bool serverCloses)
    {
        await using var pair = await Pair.OpenAsync(
            server =>
            {
                Pair.Echo(server);
                server.Sessions.Subscribe(session => session.Messages.Subscribe(_ => session.DisposeAsync().AsTask()));
            },
            wire: engine == TcpEngine.Epoll ? Wire.LeanTcp() : Wire.PortableTcp());
        await ComeAndGoAsync(pair, 2000, share, serverCloses);
        var before = await WhatIsLeftAsync(pair, expected: null);
        var memory = GC.GetTotalMemory(forceFullCollection: true);

        await ComeAndGoAsync(pair, 10_000, share, serverCloses);

        await WhatIsLeftAsync(pair, before);
        var growth = GC.GetTotalMemory(forceFullCollection: true) - memory;
        output.WriteLine($"{growth / 1024.0:0} KiB more after 10,000 sessions");
        Assert.True(growth < 4 << 20, $"{growth} bytes of objects are left of 10,000 sessions");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Five_thousand_sessions_are_held_at_once_each_on_its_own_link_or_all_on_one(bool share)
    {
        await using var pair = await Pair.OpenAsync(Pair.Echo, server: options => options.MaxSessionsPerLink = Held, wire: Wire.LeanTcp());
        var sessions = new AccelioSession[Held];
        var memory = Private();

        await Task.WhenAll(Enumerable.Range(0, Loops).Select(async loop =>
        {
            for (var i = loop; i < Held; i += Loops)
            {
                sessions[i] = await ConnectAsync(pair, i, share);
            }
        }));

        var sockets = ((PollerContext)pair.ServerContext).Poller.Sockets!;
        var links = await pair.ServerContext.RunAsync(_ => ValueTask.FromResult(sockets.Count));
        output.WriteLine($"{links - 2} links; {(Private() - memory) / 1024.0 / Held:0.0} KiB of private memory for each session and its peer's");
        Assert.Equal(2 + (share ? 1 : Held), links);
        await Task.WhenAll(sessions.Select(async session => Assert.Equal(3, await session.RequestAsync(new byte[3], answer => answer.PayloadLength))));
        Assert.All(sessions, session => Assert.Equal(SessionState.Established, session.State));
        await Task.WhenAll(sessions.Select(session => session.DisposeAsync().AsTask())).WaitAsync(Pair.Limit);
        await Until.TrueAsync(() => sockets.Count == 2, () => $"{sockets.Count} sockets are left");
    }

    private static async Task ComeAndGoAsync(Pair pair, int count, bool share, bool serverCloses) =>
        await Task.WhenAll(Enumerable.Range(0, Loops).Select(async loop =>
        {
            for (var i = loop; i < count; i += Loops)
            {
                var session = await ConnectAsync(pair, i, share);
                Assert.Equal(1, await session.RequestAsync(new byte[1], answer => answer.PayloadLength));
                if (serverCloses)
                {
                    await session.SendAsync(new byte[1]);
                    await session.Closed.WaitAsync(Pair.Limit);
                }

                await session.DisposeAsync();
            }
        }));

    // From many addresses: each has its own ports, which rest for a minute after use.
    private static async Task<AccelioSession> ConnectAsync(Pair pair, int number, bool share) => await pair.ConnectAsync(options =>
    {
        options.LocalAddress = share ? null : new IPAddress([127, 1, (byte)(number / 250 % 250), (byte)(1 + (number % 250))]);
        options.OwnLink = !share;
        options.MaxSessionsPerLink = Held;
        options.IdleLinkTimeout = TimeSpan.Zero;
    });

    // Before, only when the pair's own session has given back what it needs no longer: else it might do so later, and there would be less than was expected, for ever.
    private static async Task<object[]> WhatIsLeftAsync(Pair pair, object[]? expected)
    {
        object[] left = [];
        await Until.CollectedAsync(
            () =>
            {
                var (server, client) = (MisuseRun.WhatIsLeft(pair.ServerContext), MisuseRun.WhatIsLeft(pair.ClientContext));
                object[] now = [server, client];
                var settled = expected is null ? server.Blocks == 0 && client.Blocks == 0 && now.SequenceEqual(left) : now.SequenceEqual(expected);
                left = now;
                return settled;
            },
            () => $"left: {left[0]} and {left[1]}, expected {expected?[0]} and {expected?[1]}");
        return left;
    }

    private static long Private()
    {
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        return process.PrivateMemorySize64;
    }
}
