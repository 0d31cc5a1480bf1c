using System.Reactive.Linq;
using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>The engines speak one protocol: either end may have either.</summary>
public class EngineInteropTests
{
    public static TheoryData<TcpEngine, TcpEngine, bool> Engines
    {
        get
        {
            var data = new TheoryData<TcpEngine, TcpEngine, bool>();
            foreach (var dual in new[] { false, true })
            {
                data.Add(TcpEngine.Epoll, TcpEngine.Portable, dual);
                data.Add(TcpEngine.Portable, TcpEngine.Epoll, dual);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Requests_of_all_lengths_pass_both_ways(TcpEngine server, TcpEngine client, bool dual)
    {
        await using var pair = await OpenAsync(server, client, dual, Pair.Echo);
        pair.Session.Handle(request => request.RespondAsync(new OutboundMessage(request.Payload)));

        foreach (var length in new[] { 0, 1, 100, 8192, 8193, 65_536, 1_000_000, 20 << 20 })
        {
            var body = Pair.Bytes(length);
            foreach (var end in new[] { pair.Session, pair.Accepted })
            {
                var isRight = await end.RequestAsync(body, answer => answer.Detach().Payload.Span.SequenceEqual(body));
                Assert.True(isRight, $"{length} bytes came back as others");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task A_burst_of_messages_arrives_in_order_and_the_end_in_good_order(TcpEngine server, TcpEngine client, bool dual)
    {
        const int Count = 2000;
        var seen = new List<int>();
        SessionClosed? closed = null;
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pair = await OpenAsync(
            server, client, dual, it => it.Messages.Read(m => BitConverter.ToInt32(m.Payload.FirstSpan)).Subscribe(seen.Add));
        pair.Accepted.Events.OfType<SessionClosed>().Subscribe(last => closed = last, ended.SetResult);

        for (var i = 0; i < Count; i++)
        {
            await pair.Session.SendAsync(BitConverter.GetBytes(i));
        }

        await pair.Session.DisposeAsync();
        await ended.Task.WaitAsync(Pair.Limit);

        Assert.Equal(Enumerable.Range(0, Count), seen);
        Assert.Equal(CloseReason.ClosedByPeer, closed?.Reason);
    }

    private static Task<Pair> OpenAsync(TcpEngine server, TcpEngine client, bool dual, Action<AccelioServer> prepare) => Pair.OpenAsync(
        prepare,
        client: options => options.DualSocket = dual,
        contexts: options => options.TcpEngine = options.Name == "test-server" ? server : client);
}
