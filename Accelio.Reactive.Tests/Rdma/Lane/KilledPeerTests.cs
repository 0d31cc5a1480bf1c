using Accelio.Reactive.Tests.Samples;
using Accelio.Reactive.Tests.Sessions;
using Xunit;

namespace Accelio.Reactive.Tests.Rdma.Lane;

/// <summary>A process that is killed tells nobody, but its kernel does. The peer is the greeting sample, which also runs over RDMA as a program of its own here.</summary>
public class KilledPeerTests
{
    private readonly Wire _wire = Wire.Rdma(RdmaAddresses.Server);

    [Fact]
    public async Task A_client_whose_server_is_killed_is_told_that_the_connection_is_lost()
    {
        using var server = new SampleProcess("HelloWorld", "server", "--url", _wire.Address.ToString());
        await using var context = AccelioContext.Start(_wire.Options("client"));
        var options = Pair.WithPatience(new AccelioSessionOptions { Context = context });
        await using var session = await AccelioSession.ConnectAsync(new Uri(await server.ListeningAsync()), options);
        var end = EndOf(session);
        (await session.RequestAsync("who are you?"u8.ToArray())).Dispose();
        var asked = session.RequestAsync(new OutboundMessage("take your time\0"u8.ToArray()) { Header = "hello world header request\0"u8.ToArray() }).AsTask();
        (await session.RequestAsync("the server has that one now"u8.ToArray())).Dispose();

        server.Kill();

        var lost = await Assert.ThrowsAsync<ConnectionLostException>(() => asked.WaitAsync(Pair.Limit));
        Assert.True(lost.MayHaveExecuted);
        Assert.Equal(CloseReason.ConnectionLost, (await end.WaitAsync(Pair.Limit)).Reason);
    }

    [Fact]
    public async Task A_server_whose_client_is_killed_loses_that_session_and_serves_the_others()
    {
        const int Some = 20;
        await using var pair = await Pair.OpenAsync(wire: _wire);
        var accepted = new TaskCompletionSource<AccelioSession>(TaskCreationOptions.RunContinuationsAsynchronously);
        var busy = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var requests = 0;
        using var sessions = pair.Server.Sessions.Subscribe(session => accepted.TrySetResult(session));
        pair.Server.Handle(request =>
        {
            if (++requests == Some)
            {
                busy.TrySetResult();
            }

            return request.RespondAsync("hello"u8.ToArray());
        });
        using var client = new SampleProcess("HelloWorld", "client", "--url", pair.Server.EndPoint.ToString(), "--count", "1000000000", "--timeout", $"{Pair.Limit.TotalSeconds}");
        var end = EndOf(await accepted.Task.WaitAsync(Pair.Limit));
        await busy.Task.WaitAsync(Pair.Limit);

        client.Kill();

        Assert.Equal(CloseReason.ConnectionLost, (await end.WaitAsync(Pair.Limit)).Reason);
        Assert.Equal(5, await pair.Session.RequestAsync(new byte[1], answer => answer.Payload.Length));
    }

    private static Task<SessionClosed> EndOf(AccelioSession session)
    {
        var end = new TaskCompletionSource<SessionClosed>(TaskCreationOptions.RunContinuationsAsynchronously);
        session.Events.Subscribe(happened =>
        {
            if (happened is SessionClosed closed)
            {
                end.TrySetResult(closed);
            }
        });
        return end.Task;
    }
}
