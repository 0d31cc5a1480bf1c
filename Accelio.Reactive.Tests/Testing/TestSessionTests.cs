using System.Reactive.Linq;
using System.Text;
using System.Text.Json.Serialization;
using Microsoft.Reactive.Testing;
using Xunit;

namespace Accelio.Reactive.Tests.Testing;

/// <summary>A session whose peer is the test.</summary>
public partial class TestSessionTests
{
    [Fact]
    public async Task The_test_answers_requests()
    {
        await using var session = new TestSession { Peer = request => request.RespondAsync(new OutboundMessage(request.Payload) { Header = "h"u8.ToArray() }) };

        Assert.Equal("ask", await session.RequestAsync("ask"u8.ToArray(), answer => Encoding.UTF8.GetString(answer.Payload)));
        using (var answer = await session.RequestAsync("ask"u8.ToArray()))
        {
            Assert.Equal("h", Text(answer.Header));
            Assert.Same(session, answer.Session);
        }

        Assert.Equal("ask", Text((await session.Request("ask"u8.ToArray())).Payload));
        using var first = await session.RequestAsync("1"u8.ToArray(), out var firstId);
        using var second = await session.RequestAsync("2"u8.ToArray(), out var secondId);
        Assert.NotEqual(firstId, secondId);
    }

    [Fact]
    public async Task A_request_for_each_item_asks_the_peer_and_pairs_items_with_answers()
    {
        await using var session = new TestSession { Peer = request => request.RespondAsync(request.Payload) };

        var pairs = await session
            .RequestEach(["a", "b", "c"], 2, item => Encoding.ASCII.GetBytes(item), (item, answer) => item + Encoding.ASCII.GetString(answer.Payload))
            .ToList();

        Assert.Equal(["aa", "bb", "cc"], pairs.Order());
    }

    [Fact]
    public async Task Typed_calls_work_as_well()
    {
        var orders = AccelioJson.For(OrderJson.Default.Order);
        await using var session = new TestSession { Peer = request => request.RespondAsync(request.Payload) };

        Assert.Equal(new Order("tea", 2), await session.RequestAsync(new Order("tea", 2), orders, orders));
        await session.SendAsync(new Order("milk", 1), orders);

        Assert.Equal("""{"Item":"milk","Count":1}""", Text(Assert.Single(session.Sent).Payload));
    }

    [Fact]
    public async Task A_request_fails_as_the_test_wants()
    {
        await using var session = new TestSession();
        Assert.Equal(AccelioStatus.NotSupported, (await Assert.ThrowsAsync<RequestFailedException>(() => Ask(session))).Status);

        session.Peer = request => request.FailAsync(AccelioStatus.MessageInvalid, "no such pair");
        var failed = await Assert.ThrowsAsync<RequestFailedException>(() => Ask(session));
        Assert.Equal((AccelioStatus.MessageInvalid, true), (failed.Status, failed.MayHaveExecuted));
        Assert.Contains("no such pair", failed.Message, StringComparison.Ordinal);

        session.Peer = _ => throw new ConnectionLostException("cut");
        Assert.Equal("cut", (await Assert.ThrowsAsync<ConnectionLostException>(() => Ask(session))).Message);

        session.Peer = _ => default;
        Assert.Equal(AccelioStatus.MessageDiscarded, (await Assert.ThrowsAsync<RequestFailedException>(() => Ask(session))).Status);
    }

    [Fact]
    public async Task A_request_is_canceled_by_its_token()
    {
        await using var session = new TestSession { Peer = _ => new ValueTask(new TaskCompletionSource().Task) };
        using var source = new CancellationTokenSource();

        var asking = session.RequestAsync("x"u8.ToArray(), source.Token).AsTask();
        await source.CancelAsync();

        Assert.Equal(AbortOutcome.NotSupported, (await Assert.ThrowsAsync<AccelioCanceledException>(() => asking)).Outcome);
        Assert.Equal(AbortOutcome.NotSent, (await Assert.ThrowsAsync<AccelioCanceledException>(() => session.RequestAsync("x"u8.ToArray(), source.Token).AsTask())).Outcome);
    }

    [Fact]
    public void A_time_limit_is_measured_by_the_context()
    {
        var scheduler = new TestScheduler();
        using var context = AccelioContext.OnScheduler(scheduler);
        using var session = new TestSession("sim://test/", context) { Peer = _ => new ValueTask(new TaskCompletionSource().Task) };

        var asking = session.RequestAsync(new OutboundMessage("x"u8.ToArray()) { Timeout = TimeSpan.FromSeconds(3) }).AsTask();
        scheduler.AdvanceBy(TimeSpan.FromSeconds(3).Ticks - 1);
        Assert.False(asking.IsCompleted);
        scheduler.AdvanceBy(1);

        Assert.True(asking.IsFaulted);
        Assert.IsType<AccelioTimeoutException>(asking.Exception.InnerException);
        Assert.Same(context, session.HomeContext);
    }

    [Fact]
    public async Task What_is_sent_is_kept()
    {
        await using var session = new TestSession();
        var receipts = new List<DeliveryReceipt>();
        session.Receipts.Subscribe(receipts.Add);

        var asked = await session.SendAsync(new OutboundMessage("1"u8.ToArray()) { Header = "h"u8.ToArray(), Options = MessageOptions.LastInBatch | MessageOptions.RequestReceipt });
        Assert.True(session.TrySend("2"u8.ToArray(), out _));
        Assert.True((await session.DeliverAsync("3"u8.ToArray())).Accepted);

        Assert.Equal(["1", "2", "3"], session.Sent.Select(sent => Text(sent.Payload)));
        Assert.Equal(("h", true), (Text(session.Sent[0].Header), session.Sent[0].LastInBatch));
        Assert.Equal([new DeliveryReceipt(asked, true)], receipts);
    }

    [Fact]
    public async Task Messages_arrive_when_the_test_pushes_them()
    {
        await using var session = new TestSession();
        var read = new List<string>();
        session.Messages.Read(message => Encoding.UTF8.GetString(message.Payload)).Subscribe(read.Add);
        var reading = session.ReadAllAsync().GetAsyncEnumerator();
        var next = reading.MoveNextAsync();

        var pushed = session.Push("tick"u8.ToArray());

        Assert.True(await next);
        Assert.Same(session, reading.Current.Session);
        Assert.Equal(["tick"], read);
        Assert.False(pushed.IsReleased);
        reading.Current.Dispose();
        await reading.DisposeAsync();
        Assert.True(pushed.IsReleased);
        Assert.True(session.Push("tock"u8.ToArray()).IsReleased);
    }

    [Fact]
    public async Task Requests_have_one_consumer()
    {
        await using var session = new TestSession();
        Assert.Equal(AccelioStatus.NotSupported, (await session.AskAsync("x"u8.ToArray())).Status);

        using (session.Handle(request => request.RespondAsync("handled"u8.ToArray())))
        {
            Assert.Equal("handled", Text((await session.AskAsync("x"u8.ToArray())).Payload));
            Assert.Throws<InvalidOperationException>(() => session.Handle(_ => default));
            Assert.Throws<InvalidOperationException>(() => session.Requests.Subscribe(_ => { }));
        }

        using var observer = session.Requests.SelectMany(async request =>
        {
            await request.RespondAsync("observed"u8.ToArray());
            return true;
        }).Subscribe(_ => { });
        Assert.Equal("observed", Text((await session.AskAsync("x"u8.ToArray())).Payload));
        Assert.Throws<InvalidOperationException>(() => session.Handle(_ => default));
    }

    [Fact]
    public async Task The_peer_ends_the_session_in_good_order()
    {
        await using var session = new TestSession();
        var story = Story(session);

        session.End();
        session.End(new ConnectionLostException("too late"));

        Assert.Equal(["event SessionEstablished", "messages completed", "event SessionClosed ClosedByPeer", "events completed"], story);
        Assert.True(session.Closed.IsCompletedSuccessfully);
        Assert.Equal(SessionState.Closed, session.State);
        Assert.False(session.TrySend("x"u8.ToArray(), out _));
        await Assert.ThrowsAsync<ConnectionLostException>(() => session.SendAsync("x"u8.ToArray()).AsTask());
        Assert.Equal(["messages completed", "event SessionClosed ClosedByPeer", "events completed"], Story(session));
    }

    [Fact]
    public async Task The_link_is_lost_with_the_exception_of_the_test()
    {
        await using var session = new TestSession();
        var story = Story(session);

        session.End(new ConnectionLostException("cut"));

        Assert.Equal(["event SessionEstablished", "messages failed: cut", "event SessionClosed ConnectionLost", "events completed"], story);
        Assert.Equal("cut", (await Assert.ThrowsAsync<ConnectionLostException>(() => Ask(session))).Message);
    }

    [Fact]
    public async Task Disposing_ends_it_from_this_side()
    {
        var session = new TestSession("sim://desk:1/prices");
        var story = Story(session);

        await session.DisposeAsync();

        Assert.Equal("event SessionClosed ClosedLocally", story[^2]);
        Assert.Equal("/prices", session.Resource);
        Assert.Throws<InvalidOperationException>(() => session.HomeContext);
        Assert.Throws<NotSupportedException>(session.BeginBatch);
    }

    private static List<string> Story(AccelioSession session)
    {
        var story = new List<string>();
        session.Messages.Subscribe(_ => { }, error => story.Add($"messages failed: {error.Message}"), () => story.Add("messages completed"));
        session.Events.Subscribe(
            happened => story.Add(happened is SessionClosed closed ? $"event SessionClosed {closed.Reason}" : $"event {happened.GetType().Name}"),
            () => story.Add("events completed"));
        return story;
    }

    private static Task<int> Ask(AccelioSession session) => session.RequestAsync("x"u8.ToArray(), answer => answer.PayloadLength).AsTask();

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    internal sealed record Order(string Item, int Count);

    [JsonSerializable(typeof(Order))]
    internal sealed partial class OrderJson : JsonSerializerContext;
}
