using Accelio.Reactive.Tests.Wire;
using Accelio.Transports;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.BadInput;

/// <summary>What a client bears from servers, and what its caller hears, beyond the table of <see cref="BadServers"/>.</summary>
public class ClientLimitTests
{
    [Fact]
    public void A_link_that_is_refused_fails_with_the_servers_status()
    {
        using var world = new ClientWorld();
        var connecting = world.ConnectAsync();
        var server = world.Accept().TakeIntroduction();

        server.Send(server.Setup().With(20, 4, (uint)AccelioStatus.NoBuffers));

        var failure = FailureOf<AccelioException>(world, connecting);
        Assert.Equal(AccelioStatus.ConnectError, failure.Status);
        Assert.Contains("SetupRefused: the server refused the link", failure.Message, StringComparison.Ordinal);
        world.AssertUnharmed();
    }

    [Theory]
    [InlineData("Connected")]
    [InlineData("Introduced")]
    [InlineData("Linked")]
    public void A_server_that_hangs_up_before_the_session_is_there_fails_the_connect(string stage)
    {
        using var world = new ClientWorld();
        var connecting = world.ConnectAsync();
        var server = world.Accept();
        _ = stage == "Linked" ? server.OpenLink() : stage == "Introduced" ? server.TakeIntroduction() : server;

        server.Dispose();

        var failure = FailureOf<AccelioException>(world, connecting);
        Assert.Contains(world.Url.OriginalString, failure.Message, StringComparison.Ordinal);
        Assert.Matches("PeerClosed|TransportFailed", failure.Message);
        world.AssertUnharmed();
    }

    [Fact]
    public void A_server_that_hangs_up_fails_what_was_under_way_and_says_that_it_may_have_run()
    {
        using var world = new ClientWorld();
        var session = Open(world, out var server);
        var request = session.RequestAsync(new byte[3], answer => answer.PayloadLength).AsTask();
        server.TakeRequest(FrameType.Request);

        server.Dispose();

        Assert.True(FailureOf<ConnectionLostException>(world, request).MayHaveExecuted);
        Assert.Equal(CloseReason.ConnectionLost, world.ClosedEventOf(session).Reason);
        world.AssertUnharmed();
    }

    [Theory]
    [InlineData("http://127.0.0.1:1", "http")]
    [InlineData("\0\0", "connecting to")]
    [InlineData("tcp://127.0.0.1", "no port")]
    public void A_redirect_to_nonsense_fails_and_says_where_to(string target, string expected)
    {
        using var world = new ClientWorld();
        var connecting = world.ConnectAsync();
        var server = world.Accept().OpenLink();

        server.Send(server.SessionResponse(Redirect(target)));

        var failure = FailureOf<AccelioException>(world, connecting);
        Assert.Equal(AccelioStatus.AddressError, failure.Status);
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        server.Dispose();
        world.AssertUnharmed();
    }

    [Fact]
    public void Redirects_in_a_circle_end()
    {
        using var world = new ClientWorld();
        var connecting = world.ConnectAsync();
        var server = world.Accept().OpenLink();
        server.Send(server.SessionResponse(Redirect(world.Url.OriginalString)));

        var failure = FailureOf<AccelioException>(world, connecting);
        Assert.Equal(AccelioStatus.SessionRedirected, failure.Status);
        Assert.Contains("circle", failure.Message, StringComparison.Ordinal);
        server.Dispose();
        world.AssertUnharmed();
    }

    [Fact]
    public void A_response_that_stops_half_way_lets_go_of_the_callers_buffer_in_time_and_its_rest_is_thrown_away()
    {
        using var world = new ClientWorld();
        var session = Open(world, out var server);
        var buffer = new byte[1_000_000];
        var message = new OutboundMessage(new byte[3]) { ResponseBuffer = buffer, Timeout = TimeSpan.FromSeconds(3) };
        var request = session.RequestAsync(message, answer => answer.PayloadLength).AsTask();
        var asked = server.TakeRequest(FrameType.Request);
        server.Send(RawFrames.Written(server.Answer(asked.Header), buffer.Length, (uint)buffer.Length));
        server.Send(new byte[200_000].AsMemory());

        world.Pass(TimeSpan.FromSeconds(2.5));
        Assert.False(request.IsCompleted);
        world.Pass(TimeSpan.FromSeconds(1));
        Assert.True(FailureOf<AccelioTimeoutException>(world, request).MayHaveExecuted);

        buffer.AsSpan().Fill(0xEE);
        server.Send(new byte[800_000].AsMemory());
        var next = session.RequestAsync(new byte[3], answer => answer.PayloadLength).AsTask();
        server.Send(server.Frame(server.Answer(server.TakeRequest(FrameType.Request).Header), body: new byte[7]));
        Assert.Equal(7, world.Await(next));
        Assert.Equal(-1, buffer.AsSpan().IndexOfAnyExcept((byte)0xEE));
        server.Dispose();
        world.AssertUnharmed();
    }

    [Fact]
    public void A_server_that_does_not_answer_the_FIN_is_waited_for_no_longer_than_CloseTimeout()
    {
        using var world = new ClientWorld();
        var session = Open(world, out var server, options => options.CloseTimeout = TimeSpan.FromSeconds(3));

        var closing = session.DisposeAsync().AsTask();
        server.TakeRequest(FrameType.FinRequest);
        world.Pass(TimeSpan.FromSeconds(2.5));
        Assert.False(closing.IsCompleted);
        world.Pass(TimeSpan.FromSeconds(1));

        world.Until(() => closing.IsCompletedSuccessfully && server.IsOver);
        world.AssertUnharmed();
    }

    [Fact]
    public void An_idle_link_that_closes_as_the_next_session_asks_on_it_costs_that_session_nothing()
    {
        using var world = new ClientWorld();
        var closing = Open(world, out var server).DisposeAsync().AsTask();
        var fin = server.TakeRequest(FrameType.FinRequest);
        server.Send(server.Frame(new FrameHeader { Type = FrameType.FinResponse, RemoteTask = fin.Header.LocalTask }));
        server.Send(server.Frame(new FrameHeader { Type = FrameType.FinRequest, Destination = server.Session, LocalTask = 77 }));
        Assert.Equal(FrameType.FinResponse, server.Take().Header.Type);
        world.Until(() => closing.IsCompletedSuccessfully);

        var connecting = world.ConnectAsync();
        server.TakeRequest(FrameType.SessionRequest);
        server.Dispose();
        world.Accept().OpenSession();

        world.Await(connecting).Dispose();
        world.AssertUnharmed();
    }

    private static AccelioSession Open(ClientWorld world, out RawServer server, Action<AccelioSessionOptions>? configure = null)
    {
        var connecting = world.ConnectAsync(configure);
        server = world.Accept().OpenSession();
        return world.Await(connecting);
    }

    private static T FailureOf<T>(ClientWorld world, Task task)
        where T : Exception
    {
        world.Until(() => task.IsCompleted);
        return Assert.IsType<T>(task.Exception?.InnerException);
    }

    private static byte[] Redirect(string target)
    {
        var payload = new byte[SessionSetupResponse.MaxLength];
        ReadOnlyMemory<byte>[] portals = [System.Text.Encoding.UTF8.GetBytes(target)];
        Assert.True(SessionSetupResponse.TryWriteRedirect(payload, RawServer.Id, portals, out var length));
        return payload[..length];
    }
}
