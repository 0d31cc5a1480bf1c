using System.Text;
using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>Which handler serves a session: its own, that of its resource, or the server's for all.</summary>
public class ResourceTests
{
    [Theory]
    [InlineData("/prices", "/prices", true)]
    [InlineData("/prices", "/prices?currency=eur", true)]
    [InlineData("/prices", "/prices#today", true)]
    [InlineData("/prices", "/pri%63es", true)]
    [InlineData("/a b", "/a%20b", true)]
    [InlineData("/gr\u00fc\u00dfe", "/gr%C3%BC%C3%9Fe", true)]
    [InlineData("/a/../prices", "/prices", true)]
    [InlineData("/", "", true)]
    [InlineData("/prices", "/prices/", false)]
    [InlineData("/prices", "/Prices", false)]
    [InlineData("/prices", "/prices/today", false)]
    [InlineData("/a/b", "/a%2Fb", false)]
    [InlineData("/prices", "", false)]
    public async Task A_resource_is_the_path_of_the_sessions_uri_in_one_spelling(string registered, string asked, bool served)
    {
        await using var pair = await Pair.OpenAsync(server =>
        {
            Say(server, "all");
            server.Handle(registered, request => request.RespondAsync("resource"u8.ToArray()));
        });
        await using var session = await AccelioSession.ConnectAsync(new Uri(pair.Server.EndPoint.OriginalString.TrimEnd('/') + asked));

        Assert.Equal(served ? "resource" : "all", await AskAsync(session));
    }

    [Theory]
    [InlineData("prices")]
    [InlineData("")]
    [InlineData("//host/prices")]
    [InlineData("/prices?all")]
    [InlineData("/prices#all")]
    [InlineData("tcp://host/prices")]
    public async Task What_is_no_resource_is_refused(string resource)
    {
        await using var pair = await Pair.OpenAsync();

        var handler = Assert.Throws<ArgumentException>(() => pair.Server.Handle(resource, _ => default));
        var messages = Assert.Throws<ArgumentException>(() => pair.Server.MessagesFor(resource));

        Assert.Equal(("resource", "resource"), (handler.ParamName, messages.ParamName));
        Assert.Contains($"'{resource}'", handler.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sessions_own_handler_goes_before_its_resources_and_that_before_the_servers()
    {
        await using var pair = await Pair.OpenAsync(resource: "/prices");
        var all = Say(pair.Server, "all");
        Assert.Equal("all", await AskAsync(pair.Session));

        var resource = pair.Server.Handle("/prices", request => request.RespondAsync("resource"u8.ToArray()));
        Assert.Equal("resource", await AskAsync(pair.Session));

        var own = pair.Accepted.Handle(request => request.RespondAsync("session"u8.ToArray()));
        Assert.Equal("session", await AskAsync(pair.Session));

        own.Dispose();
        Assert.Equal("resource", await AskAsync(pair.Session));
        resource.Dispose();
        Assert.Equal("all", await AskAsync(pair.Session));
        all.Dispose();
    }

    [Fact]
    public async Task A_resource_has_one_handler_at_a_time_and_another_after_Dispose()
    {
        await using var pair = await Pair.OpenAsync(resource: "/prices");
        var first = pair.Server.Handle("/prices", request => request.RespondAsync("first"u8.ToArray()));

        Assert.Throws<InvalidOperationException>(() => pair.Server.Handle("/pri%63es", _ => default));
        Assert.Equal("first", await AskAsync(pair.Session));
        first.Dispose();
        var waiting = AskAsync(pair.Session);
        pair.Server.Handle("/prices", request => request.RespondAsync("second"u8.ToArray()));
        first.Dispose();

        Assert.Equal("second", await waiting.WaitAsync(Pair.Limit));
        Assert.Equal("second", await AskAsync(pair.Session));
    }

    [Fact]
    public async Task A_resource_that_nobody_serves_waits_and_then_is_not_supported()
    {
        await using var pair = await Pair.OpenAsync(
            server => server.Handle("/orders", request => request.RespondAsync("orders"u8.ToArray())),
            options => options.UnclaimedTimeout = TimeSpan.FromMilliseconds(100),
            resource: "/prices");

        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => AskAsync(pair.Session));

        Assert.Equal(AccelioStatus.NotSupported, failure.Status);
    }

    [Fact]
    public async Task Messages_are_observed_by_resource_and_by_all_and_those_of_no_one_wait()
    {
        var seen = new List<string>();
        await using var pair = await Pair.OpenAsync(resource: "/prices");
        await using var other = await pair.ConnectAsync(resource: "/orders");
        pair.Server.MessagesFor("/prices").Read(message => "prices " + message.PayloadLength).Subscribe(seen.Add);

        await pair.Session.DeliverAsync(new byte[1]);
        var waiting = other.DeliverAsync(new byte[2]).AsTask();
        await pair.Session.DeliverAsync(new byte[3]);
        Assert.False(waiting.IsCompleted);
        pair.Server.Messages.Read(message => "all " + message.PayloadLength).Subscribe(seen.Add);

        Assert.True((await waiting.WaitAsync(Pair.Limit)).Accepted);
        await pair.Session.DeliverAsync(new byte[4]);
        Assert.Equal(["prices 1", "prices 3", "all 2", "prices 4", "all 4"], seen);
    }

    [Fact]
    public async Task A_server_that_has_ended_takes_no_handlers_and_its_streams_are_over()
    {
        await using var pair = await Pair.OpenAsync();
        var before = Ended(pair.Server.MessagesFor("/before"));

        await pair.Server.DisposeAsync();

        Assert.Throws<ObjectDisposedException>(() => pair.Server.Handle("/prices", _ => default));
        await before.WaitAsync(Pair.Limit);
        await Ended(pair.Server.MessagesFor("/after")).WaitAsync(Pair.Limit);
    }

    [Fact]
    public async Task The_server_is_shown_the_uri_as_the_client_wrote_it()
    {
        var seen = new List<string>();
        await using var pair = await Pair.OpenAsync();
        using var accepting = pair.Server.SessionRequests.Subscribe(request =>
        {
            seen.Add(request.RequestedUri);
            request.Accept();
        });
        var written = $"TCP://127.0.0.1:{pair.Server.EndPoint.Port}/a/../Prices?of=%7eEUR USD";
        var address = new Uri(written);
        Assert.NotEqual(written, address.AbsoluteUri);

        await using var session = await AccelioSession.ConnectAsync(address, Pair.WithPatience(new AccelioSessionOptions { Context = pair.ClientContext }));

        Assert.Equal([written], seen);
    }

    [Fact]
    public async Task Both_sides_know_the_resource()
    {
        await using var pair = await Pair.OpenAsync(resource: "/pri%63es?currency=eur");

        Assert.Equal(("/prices", "/prices"), (pair.Session.Resource, pair.Accepted.Resource));
    }

    private static IDisposable Say(AccelioServer server, string text) =>
        server.Handle(request => request.RespondAsync(Encoding.ASCII.GetBytes(text)));

    private static async Task<string> AskAsync(AccelioSession session) =>
        await session.RequestAsync(new byte[1], answer => Encoding.ASCII.GetString(answer.Payload));

    private static Task Ended(IObservable<InboundMessage> stream)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        stream.Subscribe(_ => { }, ended.SetResult);
        return ended.Task;
    }
}
