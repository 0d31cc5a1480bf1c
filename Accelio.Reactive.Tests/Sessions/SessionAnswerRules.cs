using System.Net;
using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>What a server may answer to a request for a session, and what its client learns.</summary>
public abstract class SessionAnswerRules(Wire wire) : SessionTests(wire)
{
    [Fact]
    public async Task A_request_for_a_session_shows_its_uri_its_data_and_where_it_came_from()
    {
        await using var world = await ServersAsync(1);
        var asked = new TaskCompletionSource<(string Uri, byte[] Data, EndPoint From, string Transport)>();
        using var accepting = world[0].SessionRequests.Subscribe(request =>
        {
            asked.SetResult((request.RequestedUri, request.PrivateData.ToArray(), request.RemoteEndPoint, request.Transport));
            request.Accept();
        });
        var target = new Uri(world[0].EndPoint, "/prices?of=today");

        await using var session = await world.ConnectAsync(target, options => options.PrivateData = "who"u8.ToArray());

        var (uri, data, from, transport) = await asked.Task.WaitAsync(Pair.Limit);
        Assert.Equal(target.OriginalString, uri);
        Assert.Equal("who"u8.ToArray(), data);
        Assert.Equal(session.LocalEndPoint, from);
        Assert.Equal(Address.Scheme, transport);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_session_is_redirected_at_once_or_later_and_lives_where_it_was_sent(bool later)
    {
        await using var world = await ServersAsync(2);
        var target = new Uri(world[1].EndPoint, "/there");
        using var redirecting = world[0].SessionRequests.Subscribe(request => Answer(later, () => request.Redirect(target)));
        world[0].Handle(request => request.FailAsync(AccelioStatus.NotSupported));
        world[1].Handle("/there", request => request.RespondAsync(request.Payload));

        await using var session = await world.ConnectAsync(world[0].EndPoint);

        Assert.Equal(5, await session.RequestAsync(new byte[5], answer => answer.PayloadLength));
        Assert.Equal(world[0].EndPoint.OriginalString, session.Uri);
    }

    [Fact]
    public async Task A_reject_comes_later_from_another_thread_with_its_reason_and_data()
    {
        await using var world = await ServersAsync(1);
        var data = Pair.Bytes(3700);
        using var rejecting = world[0].SessionRequests.Subscribe(request => Answer(later: true, () => request.Reject(AccelioStatus.NoBuffers, data)));

        var failure = await Assert.ThrowsAsync<SessionRejectedException>(async () => await world.ConnectAsync(world[0].EndPoint));

        Assert.Equal(AccelioStatus.NoBuffers, failure.Status);
        Assert.Equal(data, failure.PrivateData.ToArray());
    }

    [Fact]
    public async Task A_request_for_a_session_is_answered_once()
    {
        await using var world = await ServersAsync(1);
        var refused = new TaskCompletionSource<int>();
        using var accepting = world[0].SessionRequests.Subscribe(request =>
        {
            request.Accept();
            Action[] again = [() => request.Accept(), () => request.Reject(), () => request.Redirect(world[0].EndPoint)];
            refused.SetResult(again.Count(answer => Record.Exception(answer) is InvalidOperationException { Message: var text } && text.Contains("exactly once", StringComparison.Ordinal)));
        });

        await using var session = await world.ConnectAsync(world[0].EndPoint);

        Assert.Equal(3, await refused.Task.WaitAsync(Pair.Limit));
        Assert.Equal(SessionState.Established, session.State);
    }

    [Fact]
    public async Task An_answer_that_makes_no_sense_is_refused_by_name_and_the_request_stays_open()
    {
        await using var world = await ServersAsync(1);
        var faults = new TaskCompletionSource<string[]>();
        using var accepting = world[0].SessionRequests.Subscribe(request =>
        {
            var uri = world[0].EndPoint;
            Action[] mistakes =
            [
                () => request.Redirect(),
                () => request.Redirect(null!),
                () => request.Redirect(uri, new Uri("/here", UriKind.Relative)),
                () => request.Redirect(uri, new Uri("tcp://host-without-a-port")),
                () => request.Redirect(new Uri(uri, new string('x', 3700))),
                () => request.Reject(AccelioStatus.Success),
                () => request.Reject(AccelioStatus.NoBuffers, new byte[3701]),
                () => request.Accept(new AcceptOptions { PrivateData = new byte[3701] }),
            ];
            faults.SetResult([.. mistakes.Select(mistake => (Record.Exception(mistake) as ArgumentException)?.ParamName ?? "none")]);
            request.Accept();
        });

        await using var session = await world.ConnectAsync(world[0].EndPoint);

        Assert.Equal(
            ["portals", "portals", "portals", "portals", "portals", "reason", "privateData", "options.PrivateData"],
            await faults.Task.WaitAsync(Pair.Limit));
    }

    private static void Answer(bool later, Action answer)
    {
        if (later)
        {
            _ = Task.Run(answer);
        }
        else
        {
            answer();
        }
    }

    private Task<Servers> ServersAsync(int count) => Servers.BindAsync(Over, count);
}
