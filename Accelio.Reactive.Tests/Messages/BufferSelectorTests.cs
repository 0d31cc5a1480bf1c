using System.Collections.Concurrent;
using System.Text;
using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Messages;

/// <summary>Long bodies of the peer are received into memory that the user chooses, before they arrive.</summary>
public abstract class BufferSelectorTests(Sessions.Wire wire) : SessionTests(wire)
{
    // Longer than any receive buffer, so that the body is never complete when its header is read.
    private const int Long = 700_000;
    private static readonly byte[] Body = Pair.Bytes(Long);

    private readonly RegisteredMemory _memory = RegisteredMemory.Rent(1 << 20);
    private readonly ConcurrentQueue<string> _asked = new();

    public static TheoryData<string, Type> Mistakes => new()
    {
        { "throws", typeof(FormatException) },
        { "is a byte too short", typeof(InvalidOperationException) },
        { "is not registered", typeof(InvalidOperationException) },
        { "was disposed of", typeof(ObjectDisposedException) },
    };

    [Fact]
    public async Task A_long_request_lies_where_the_selector_said_and_stays_there_when_its_lease_has_ended()
    {
        var seen = new TaskCompletionSource<(RegisteredMemory?, int, bool)>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pair = await OpenAsync(
            server => server.Handle(request =>
            {
                request.Message.TryGetRegistered(out var memory, out var start);
                seen.SetResult((memory, start, _memory.IsInUse));
                return request.RespondAsync(request.Payload);
            }),
            server: options => options.BufferSelector = Into(_memory.Memory[1000..]),
            resource: "/store");

        var question = new OutboundMessage(Body) { Header = "for you"u8.ToArray() };
        Assert.Equal(Body, await pair.Session.RequestAsync(question, Copy));

        Assert.Equal((_memory, 1000, true), await seen.Task.WaitAsync(Pair.Limit));
        Assert.Equal($"request of {Long} for /store: for you", Assert.Single(_asked));
        await NothingIsInUseAsync();
        Assert.True(Body.AsSpan().SequenceEqual(_memory.GetSpan().Slice(1000, Long)));
    }

    [Fact]
    public async Task A_long_one_way_message_does_and_its_lease_keeps_the_memory_whatever_becomes_of_its_owner()
    {
        var seen = new ConcurrentQueue<InboundMessage>();
        await using var pair = await OpenAsync(
            server => server.Messages.Subscribe(message => seen.Enqueue(message.Retain())),
            server: options => options.BufferSelector = Into(_memory.Memory));

        await pair.Session.SendAsync(Body);
        await Until.TrueAsync(() => !seen.IsEmpty, () => "no message");
        _memory.Dispose();

        Assert.True(seen.TryDequeue(out var message));
        Assert.True(message.TryGetRegistered(out var memory, out var start));
        Assert.Equal((_memory, 0, 1), (memory, start, _memory.Holds));
        Assert.Equal(Body, Copy(message));
        message.Dispose();
        Assert.Throws<ObjectDisposedException>(() => message.TryGetRegistered(out _, out _));
        await Until.TrueAsync(() => _memory.Holds == 0, () => "the memory is still held");
        Assert.Equal($"message of {Long} for /: ", Assert.Single(_asked));
    }

    [Fact]
    public async Task It_is_not_asked_for_what_arrives_with_its_header_and_may_leave_a_body_to_the_library()
    {
        var isLanded = new ConcurrentQueue<bool>();
        await using var pair = await OpenAsync(
            server => server.Handle(request =>
            {
                isLanded.Enqueue(request.Message.TryGetRegistered(out _, out _));
                return request.RespondAsync(request.Payload);
            }),
            server: options => options.BufferSelector = Into(default));

        Assert.Equal(Body[..4000], await pair.Session.RequestAsync(Body[..4000], Copy));
        Assert.Empty(_asked);
        Assert.Equal(Body, await pair.Session.RequestAsync(Body, Copy));

        Assert.Single(_asked);
        Assert.Equal([false, false], isLanded);
    }

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_selector_that_is_wrong_is_reported_and_costs_nobody_anything(string how, Type thrown)
    {
        var gone = RegisteredMemory.Rent(Long);
        var wrong = how switch
        {
            "throws" => Into(default),
            "is a byte too short" => Into(_memory.Memory[..(Long - 1)]),
            "is not registered" => Into(new byte[Long]),
            _ => Into(gone.Memory),
        };
        gone.Dispose();
        await using var pair = await OpenAsync(Pair.Echo, server: options => options.BufferSelector = (in BodyAnnouncement body) =>
        {
            var chosen = wrong(body);
            return how == "throws" ? throw new FormatException("mine") : chosen;
        });
        await using var other = await pair.ConnectAsync();
        var reported = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watching = pair.ServerContext.UnhandledExceptions.Subscribe(error => reported.TrySetResult(error));

        var answers = await Task.WhenAll(pair.Session.RequestAsync(Body, Copy).AsTask(), other.RequestAsync(Body, Copy).AsTask()).WaitAsync(Pair.Limit);

        Assert.All(answers, answer => Assert.Equal(Body, answer));
        Assert.IsType(thrown, await reported.Task.WaitAsync(Pair.Limit));
        Assert.Equal(2, _asked.Count);
        Assert.False(_memory.IsInUse);
    }

    [Fact]
    public async Task Clients_choose_for_the_requests_of_their_server()
    {
        await using var pair = await OpenAsync(client: options => options.BufferSelector = Into(_memory.Memory));
        pair.Session.Handle(request => request.Message.TryGetRegistered(out _, out _) ? request.RespondAsync(request.Payload) : request.FailAsync(AccelioStatus.Unsuccessful));

        Assert.Equal(Body, await pair.Accepted.RequestAsync(Body, Copy));
        await NothingIsInUseAsync();
    }

    [Fact]
    public async Task A_request_given_up_while_its_body_arrives_gives_the_memory_back()
    {
        using var source = new CancellationTokenSource();
        var isSeen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pair = await OpenAsync(Pair.Echo, server: options => options.BufferSelector = (in BodyAnnouncement _) =>
        {
            isSeen.TrySetResult();
            return _memory.Memory;
        });

        var asking = pair.Session.RequestAsync(Body, Copy, source.Token).AsTask();
        await isSeen.Task.WaitAsync(Pair.Limit);
        await source.CancelAsync();

        await Record.ExceptionAsync(() => asking.WaitAsync(Pair.Limit));
        Assert.Equal(Body, await pair.Session.RequestAsync(Body, Copy));
        await NothingIsInUseAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_session_that_ends_inside_the_selector_gives_the_memory_back_and_hurts_no_other_on_its_link(bool isShared)
    {
        AccelioSession? doomed = null;
        await using var pair = await OpenAsync(
            Pair.Echo,
            server: options => options.BufferSelector = (in BodyAnnouncement body) =>
            {
                if (body.Connection.Session == doomed)
                {
                    doomed!.Dispose();
                }

                return _memory.Memory;
            },
            client: options => options.OwnLink = !isShared);
        await using var other = await pair.ConnectAsync(options => options.OwnLink = !isShared);
        doomed = pair.Accepted;

        await Assert.ThrowsAsync<ConnectionLostException>(() => pair.Session.RequestAsync(Body, Copy).AsTask().WaitAsync(Pair.Limit));

        await NothingIsInUseAsync();
        Assert.Equal(Body, await other.RequestAsync(Body, Copy));
        await NothingIsInUseAsync();
    }

    [Fact]
    public async Task A_link_that_is_lost_while_a_body_arrives_gives_the_memory_back()
    {
        var isSeen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pair = await OpenAsync(Pair.Echo, server: options => options.BufferSelector = (in BodyAnnouncement _) =>
        {
            isSeen.TrySetResult();
            return _memory.Memory;
        });

        var asking = pair.Session.RequestAsync(Body, Copy).AsTask();
        await isSeen.Task.WaitAsync(Pair.Limit);
        pair.Session.Dispose();

        await Record.ExceptionAsync(() => asking.WaitAsync(Pair.Limit));
        await NothingIsInUseAsync();
    }

    private static byte[] Copy(InboundMessage message) => message.Detach().Payload.ToArray();

    private Task NothingIsInUseAsync() => Until.TrueAsync(() => !_memory.IsInUse, () => $"{_memory.Holds} holds are still out");

    private BufferSelector Into(Memory<byte> memory) => (in BodyAnnouncement body) =>
    {
        var header = Encoding.ASCII.GetString(body.Header);
        _asked.Enqueue($"{(body.IsRequest ? "request" : "message")} of {body.Length} for {body.Connection.Session.Resource}: {header}");
        return memory;
    };
}
