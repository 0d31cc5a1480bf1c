using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>Requests inside handlers, in both directions at once, with every window full: all of them end.</summary>
public abstract class NestedRequestRules(Wire wire) : SessionTests(wire)
{
    private const int Window = 16;

    /// <summary>
    /// Each side keeps as many requests under way as the other's window takes. Each request carries how deep it is to be nested: its handler asks back as often as that, one after another, each time one
    /// level less, and answers with the sum.
    /// </summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 3)]
    [InlineData(2, 2)]
    [InlineData(5, 1)]
    public async Task Both_sides_ask_back_with_full_windows_and_nobody_waits_for_ever(int levels, int width)
    {
        await using var pair = await OpenAsync(server: options => options.WindowMessages = Window, client: options => options.WindowMessages = Window);
        using var serving = pair.Session.Handle(request => AnswerAsync(pair.Session, request));
        using var alsoServing = pair.Accepted.Handle(request => AnswerAsync(pair.Accepted, request));

        var asking = Enumerable.Range(0, Window).SelectMany(_ => new[] { LoopAsync(pair.Session), LoopAsync(pair.Accepted) });
        await Task.WhenAll(asking).WaitAsync(Patience.Seconds(120));

        foreach (var session in (AccelioSession[])[pair.Session, pair.Accepted])
        {
            // A window that gave way is as small as before when all is over.
            var connection = ((SessionCore)session).Usable!;
            await session.HomeContext.RunAsync(_ =>
            {
                Assert.Equal(0, connection.HandlersAtWork);
                Assert.Equal(0, connection.OpenRequests);
                return default;
            });
        }

        async Task LoopAsync(AccelioSession session)
        {
            for (var round = 0; round < 10; round++)
            {
                Assert.Equal(Leaves(levels, width), await AskAsync(session, levels, width));
            }
        }
    }

    [Fact]
    public async Task Large_bodies_do_not_change_that()
    {
        const int Length = 300_000;
        await using var pair = await OpenAsync(
            server: options => (options.WindowMessages, options.WindowBytes) = (Window, 1 << 20),
            client: options => (options.WindowMessages, options.WindowBytes) = (Window, 1 << 20));
        using var serving = pair.Session.Handle(request => EchoBackAsync(pair.Session, request));
        using var alsoServing = pair.Accepted.Handle(request => EchoBackAsync(pair.Accepted, request));

        await Task.WhenAll(Enumerable.Range(0, Window).SelectMany(_ => new[] { LoopAsync(pair.Session), LoopAsync(pair.Accepted) })).WaitAsync(Patience.Seconds(120));

        async Task LoopAsync(AccelioSession session)
        {
            var body = new byte[Length];
            body[0] = 1;
            for (var round = 0; round < 3; round++)
            {
                Assert.Equal(Length, await session.RequestAsync(body, answer => answer.PayloadLength));
            }
        }

        async ValueTask EchoBackAsync(AccelioSession session, InboundRequest request)
        {
            if (request.Payload.FirstSpan[0] == 1)
            {
                await session.RequestAsync(new byte[Length], _ => 0);
            }

            await request.RespondAsync(request.Payload);
        }
    }

    private static async ValueTask AnswerAsync(AccelioSession session, InboundRequest request)
    {
        int levels = request.Payload.FirstSpan[0], width = request.Payload.FirstSpan[1], leaves = 1;
        if (levels != 0)
        {
            leaves = 0;
            for (var i = 0; i < width; i++)
            {
                leaves += await AskAsync(session, levels - 1, width);
            }
        }

        await request.RespondAsync(BitConverter.GetBytes(leaves));
    }

    private static async Task<int> AskAsync(AccelioSession session, int levels, int width) =>
        await session.RequestAsync(new[] { (byte)levels, (byte)width }, answer => BitConverter.ToInt32(answer.Payload.FirstSpan));

    private static int Leaves(int levels, int width) => levels == 0 ? 1 : width * Leaves(levels - 1, width);
}
