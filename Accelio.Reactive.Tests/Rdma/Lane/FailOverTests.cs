using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Rdma.Lane;

/// <summary>
/// A server that is reached over RDMA, behind one that listens on TCP and sends sessions there: when the wire is pulled, they go on with that one over TCP. Only in the guest, whose wire may be pulled.
/// </summary>
[Trait("Place", "Guest")]
[Trait("Lane", "Full")]
public sealed class FailOverTests : IDisposable
{
    public void Dispose() => GuestWire.Plug();

    [Fact]
    public async Task A_session_over_rdma_whose_wire_is_pulled_goes_on_over_tcp_with_the_server_that_sent_it_there()
    {
        await using var serving = Pair.StartContext("fail-over-servers");
        await using var asking = Pair.StartContext("fail-over-client");
        await using var fast = await BindAsync(serving, Wire.Rdma(RdmaAddresses.Server).Address, "rdma");
        await using var safe = await BindAsync(serving, Wire.Tcp().Address, "tcp");
        var sessions = 0;
        safe.SessionRequests.Subscribe(request =>
        {
            if (++sessions == 1)
            {
                request.Redirect(fast.EndPoint);
            }
            else
            {
                request.Accept();
            }
        });
        var options = Pair.WithPatience(new AccelioSessionOptions { Context = asking, Resume = true, Reconnect = new ReconnectPolicy(maxAttempts: 1) });
        options.ConnectTimeout = Patience.Seconds(3);
        options.DetectWithin = Patience.Seconds(1);
        await using var session = await AccelioSession.ConnectAsync(safe.EndPoint, options);
        var failedOver = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var events = session.Events.Subscribe(happened =>
        {
            if (happened is SessionFailedOver next)
            {
                failedOver.TrySetResult(next.Target);
            }
        });
        Assert.Equal("rdma", await AskAsync(session));

        GuestWire.Pull();
        var asked = AskAsync(session);
        var mayRunTwice = AskAsync(session, isIdempotent: true);

        Assert.StartsWith("tcp://", await failedOver.Task.WaitAsync(Pair.Limit), StringComparison.Ordinal);
        Assert.Equal("tcp", await mayRunTwice.WaitAsync(Pair.Limit));
        Assert.True((await Assert.ThrowsAsync<ConnectionLostException>(() => asked.WaitAsync(Pair.Limit))).MayHaveExecuted);
        Assert.Equal("tcp", await AskAsync(session).WaitAsync(Pair.Limit));
        Assert.Equal(SessionState.Established, session.State);
    }

    private static async Task<AccelioServer> BindAsync(AccelioContext context, Uri address, string name)
    {
        var options = Pair.WithPatience(new AccelioServerOptions { Context = context, Resume = true });

        // The one that is cut off waits for its session no longer than that when it is disposed of.
        options.CloseTimeout = Patience.Seconds(1);
        var server = await AccelioServer.BindAsync(address, options);
        server.Handle(request => request.RespondAsync(System.Text.Encoding.ASCII.GetBytes(name)));
        return server;
    }

    private static Task<string> AskAsync(AccelioSession session, bool isIdempotent = false) => session.RequestAsync(
        new OutboundMessage(new byte[1]) { Idempotent = isIdempotent },
        static answer => answer.TryGetSpan(out var text) ? System.Text.Encoding.ASCII.GetString(text) : throw new InvalidOperationException("not in one piece")).AsTask();
}
