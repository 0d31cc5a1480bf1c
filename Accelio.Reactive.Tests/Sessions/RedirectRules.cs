using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>Where a client goes that is sent elsewhere.</summary>
public abstract class RedirectRules(Wire wire) : SessionTests(wire)
{
    [Fact]
    public async Task A_chain_of_redirects_is_followed_and_told_as_events()
    {
        await using var servers = await Servers.BindAsync(Over, 4);
        for (var i = 0; i < 3; i++)
        {
            Redirect(servers[i], new Uri(servers[i + 1].EndPoint, $"/{i + 1}"));
        }

        await using var session = await servers.ConnectAsync(new Uri(servers[0].EndPoint, "/0"));

        AccelioSessionEvent[] expected =
        [
            new SessionRedirected(new Uri(servers[1].EndPoint, "/1").OriginalString),
            new SessionRedirected(new Uri(servers[2].EndPoint, "/2").OriginalString),
            new SessionRedirected(new Uri(servers[3].EndPoint, "/3").OriginalString),
            new SessionEstablished(),
        ];
        Assert.Equal(expected, await FirstEventsAsync(session, 4));
    }

    [Fact]
    public async Task Every_server_on_the_way_sees_the_uri_that_sent_the_client_there_and_the_clients_data()
    {
        await using var servers = await Servers.BindAsync(Over, 2);
        var target = new Uri(servers[1].EndPoint, "/longer/than/the/first");
        Redirect(servers[0], target);
        var seen = new TaskCompletionSource<(string Uri, byte[] Data)>();
        using var accepting = servers[1].SessionRequests.Subscribe(request =>
        {
            seen.SetResult((request.RequestedUri, request.PrivateData.ToArray()));
            request.Accept(new AcceptOptions { PrivateData = "welcome"u8.ToArray() });
        });

        await using var session = await servers.ConnectAsync(servers[0].EndPoint, options => options.PrivateData = "me"u8.ToArray());

        var (uri, data) = await seen.Task.WaitAsync(Pair.Limit);
        Assert.Equal(target.OriginalString, uri);
        Assert.Equal("me"u8.ToArray(), data);
        Assert.Equal("welcome"u8.ToArray(), session.AcceptedData.ToArray());
    }

    [Fact]
    public async Task When_one_of_several_targets_is_not_there_the_next_one_is_asked()
    {
        await using var servers = await Servers.BindAsync(Over, 3);
        var gone = servers[1].EndPoint;
        await servers[1].DisposeAsync();
        Redirect(servers[0], new Uri("nonsense://host:1"), gone, servers[2].EndPoint);

        await using var session = await servers.ConnectAsync(servers[0].EndPoint);

        Assert.Equal(new SessionRedirected(servers[2].EndPoint.OriginalString), (await FirstEventsAsync(session, 2))[0]);
    }

    [Fact]
    public async Task When_none_of_the_targets_is_there_the_exception_names_each()
    {
        await using var servers = await Servers.BindAsync(Over, 3);
        Uri[] gone = [servers[1].EndPoint, servers[2].EndPoint];
        await servers[1].DisposeAsync();
        await servers[2].DisposeAsync();
        Redirect(servers[0], gone);

        var failure = await Assert.ThrowsAsync<AccelioException>(async () => await servers.ConnectAsync(servers[0].EndPoint));

        Assert.Equal(AccelioStatus.ConnectError, failure.Status);
        Assert.All(gone, uri => Assert.Contains(uri.OriginalString, failure.Message, StringComparison.Ordinal));
        Assert.Contains(servers[0].EndPoint.OriginalString, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_circle_is_noticed_when_it_closes_and_the_exception_shows_it()
    {
        await using var servers = await Servers.BindAsync(Over, 3);
        for (var i = 0; i < 3; i++)
        {
            Redirect(servers[i], servers[(i + 1) % 3].EndPoint);
        }

        var failure = await Assert.ThrowsAsync<AccelioException>(async () => await servers.ConnectAsync(servers[0].EndPoint));

        Assert.Equal(AccelioStatus.SessionRedirected, failure.Status);
        Assert.Contains("circle", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"{servers[2].EndPoint.OriginalString} -> {servers[0].EndPoint.OriginalString}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_target_that_was_asked_before_is_left_out_when_there_are_others()
    {
        await using var servers = await Servers.BindAsync(Over, 3);
        Redirect(servers[0], servers[1].EndPoint);
        Redirect(servers[1], servers[0].EndPoint, servers[2].EndPoint);

        await using var session = await servers.ConnectAsync(servers[0].EndPoint);

        Assert.Equal(new SessionRedirected(servers[2].EndPoint.OriginalString), (await FirstEventsAsync(session, 3))[1]);
    }

    [Theory]
    [InlineData(0, "MaxRedirects is 0")]
    [InlineData(5, "more than 5 times")]
    public async Task More_redirects_than_the_limit_are_not_followed(int limit, string text)
    {
        await using var servers = await Servers.BindAsync(Over, 1);
        var places = 0;
        using var redirecting = servers[0].SessionRequests.Subscribe(request => request.Redirect(new Uri(servers[0].EndPoint, $"/{++places}")));

        var failure = await Assert.ThrowsAsync<AccelioException>(
            async () => await servers.ConnectAsync(servers[0].EndPoint, options => options.MaxRedirects = limit));

        Assert.Equal(AccelioStatus.SessionRedirected, failure.Status);
        Assert.Contains(text, failure.Message, StringComparison.Ordinal);
        Assert.Equal(limit + 1, places);
    }

    [Fact]
    public async Task A_reject_at_the_end_of_the_way_is_the_answer_though_there_are_other_targets()
    {
        await using var servers = await Servers.BindAsync(Over, 3);
        Redirect(servers[0], servers[1].EndPoint, servers[2].EndPoint);
        using var rejecting = servers[1].SessionRequests.Subscribe(request => request.Reject(AccelioStatus.NoBuffers, "full"u8.ToArray()));

        var failure = await Assert.ThrowsAsync<SessionRejectedException>(async () => await servers.ConnectAsync(servers[0].EndPoint));

        Assert.Equal("full"u8.ToArray(), failure.PrivateData.ToArray());
    }

    [Fact]
    public async Task Sessions_that_share_a_link_are_redirected_each_by_itself()
    {
        await using var servers = await Servers.BindAsync(Over, 2);
        using var answering = servers[0].SessionRequests.Subscribe(request =>
        {
            if (request.RequestedUri.EndsWith("/stay", StringComparison.Ordinal))
            {
                request.Accept();
            }
            else
            {
                request.Redirect(servers[1].EndPoint);
            }
        });
        servers[0].Handle(request => request.RespondAsync(new byte[1]));
        servers[1].Handle(request => request.RespondAsync(new byte[2]));
        string[] resources = ["/stay", "/go", "/stay", "/go"];

        var sessions = await Task.WhenAll(resources.Select(
            resource => servers.ConnectAsync(new Uri(servers[0].EndPoint, resource), options => options.LinkGroup = "shared")));

        var lengths = await Task.WhenAll(sessions.Select(session => session.RequestAsync(Array.Empty<byte>(), answer => answer.PayloadLength).AsTask()));
        Assert.Equal([1, 2, 1, 2], lengths);
    }

    private static void Redirect(AccelioServer server, params Uri[] targets) => server.SessionRequests.Subscribe(request => request.Redirect(targets));

    private static async Task<List<AccelioSessionEvent>> FirstEventsAsync(AccelioSession session, int count)
    {
        var events = new List<AccelioSessionEvent>();
        var all = new TaskCompletionSource();
        using var subscription = session.Events.Subscribe(happened =>
        {
            events.Add(happened);
            if (events.Count == count)
            {
                all.SetResult();
            }
        });
        await all.Task.WaitAsync(Pair.Limit);
        return events;
    }
}
