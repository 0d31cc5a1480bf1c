using System.Collections.Concurrent;
using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Accelio.Reactive.Tests.Tcp;
using Accelio.Transports;
using Xunit;

namespace Accelio.Reactive.Tests.Messages;

/// <summary>
/// Payload, header and response buffer are borrowed until the call's task completes, however it completes: the memory is scribbled over right
/// then, and whatever the peer gets is checked byte for byte; a response buffer is not written to any more. What a call says of itself is held
/// against what the peer saw: an answered message was there, and one that cannot have run was not.
/// </summary>
public abstract partial class BorrowRuleTests(Sessions.Wire wire) : SessionTests(wire)
{
    private const int Lanes = 4;
    private const int LastNumber = 99_999_999;
    private readonly ConcurrentQueue<string> _wrong = new();
    private readonly ConcurrentDictionary<int, bool> _seen = new();
    private readonly ConcurrentQueue<int> _ran = new();
    private readonly ConcurrentQueue<int> _neverRan = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource> _late = new();
    private readonly ConcurrentQueue<byte[]> _buffers = new();
    private readonly SteppedTime _time = new();
    private int _interrupted;

    public static TheoryData<BorrowOutcome, int> Rows
    {
        get
        {
            var rows = new TheoryData<BorrowOutcome, int>();
            foreach (var outcome in Enum.GetValues<BorrowOutcome>())
            {
                rows.Add(outcome, 300);
                rows.Add(outcome, 70_000);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Memory_is_free_when_the_call_completes(BorrowOutcome outcome, int length)
    {
        await using var pair = await Pair.OpenAsync(
            server =>
            {
                server.Messages.Subscribe(message => Check(message));
                server.Handle(request => ServeAsync(request, outcome));
            },
            client: options => options.MaxMessageLength = outcome == BorrowOutcome.RefusedTooLong ? 1024 : options.MaxMessageLength,
            wire: Over,
            contexts: options => options.TimeProvider = outcome == BorrowOutcome.TimedOut && options.Name == "test-client" ? _time : options.TimeProvider);
        if (outcome == BorrowOutcome.RefusedSessionOver)
        {
            await pair.Session.DisposeAsync();
        }

        var calls = length > 8192 ? 25 : 100;
        var lanes = Enumerable.Range(0, Lanes).Select(lane => Task.Run(() => CallAsync(pair, outcome, lane, calls, length))).ToArray();
        if (EndsUnderWay(outcome))
        {
            await Until.TrueAsync(() => _seen.Count >= 20, () => $"the peer saw {_seen.Count}");
            await EndAsync(pair, outcome);
        }

        await Task.WhenAll(lanes).WaitAsync(TimeSpan.FromMinutes(2));
        if (!EndsUnderWay(outcome) && outcome != BorrowOutcome.RefusedSessionOver)
        {
            // What was sent before has arrived when this has.
            await pair.Session.DeliverAsync(MessageOf(LastNumber, new byte[300], new byte[16])).AsTask().WaitAsync(Pair.Limit);
            Assert.True(_seen.TryRemove(LastNumber, out _));
        }

        var (least, most) = Arrivals(outcome, calls);
        await Until.TrueAsync(() => _seen.Count >= least, () => $"the peer saw {_seen.Count} of {least}; {string.Join("; ", _wrong)}");
        Assert.InRange(_seen.Count, least, most);
        Assert.True(_interrupted >= Interrupted(outcome, calls), $"{_interrupted} calls ended as the row says");
        Assert.Empty(_wrong);
        Assert.All(_buffers, buffer => Assert.True(BorrowedBytes.IsAsScribbled(buffer), "a response buffer was written to after the end of all calls"));
        Assert.All(_ran, number => Assert.True(_seen.ContainsKey(number), $"call {number} ended as if the peer had seen it"));
        Assert.All(_neverRan, number => Assert.False(_seen.ContainsKey(number), $"call {number} ended as if the peer could not have seen it"));
    }

    /// <summary>Not when each call has completed, but when the session has: nothing of it is read or written to any more.</summary>
    [Theory]
    [InlineData(300)]
    [InlineData(70_000)]
    [InlineData(900_000)]
    public async Task Memory_of_calls_under_way_is_free_when_DisposeAsync_has_completed(int length)
    {
        const int Calls = 20;
        await using var pair = await OpenAsync(server => server.Handle(request => ServeAsync(request, BorrowOutcome.SelfDisposed)));
        for (var round = 0; round < 5; round++)
        {
            await using var session = await pair.ConnectAsync();
            var first = (round * 1000) + 1;
            var memories = Enumerable.Range(first, Calls).Select(number => (Number: number, Body: new byte[length], Header: new byte[16], Answer: new byte[length])).ToArray();
            var calls = memories
                .Select(memory => session.RequestAsync(MessageOf(memory.Number, memory.Body, memory.Header) with { ResponseBuffer = memory.Answer }, Compare).AsTask())
                .ToArray();
            await Until.TrueAsync(() => _seen.ContainsKey(first + round), () => $"round {round}: the peer saw {_seen.Count}");

            await session.DisposeAsync();
            foreach (var memory in memories)
            {
                BorrowedBytes.Scribble(memory.Body);
                BorrowedBytes.Scribble(memory.Header);
                BorrowedBytes.Scribble(memory.Answer);
            }

            foreach (var call in calls)
            {
                Assert.True(await Record.ExceptionAsync(() => call.WaitAsync(Pair.Limit)) is null or ConnectionLostException);
            }

            Assert.All(memories, memory => Assert.True(BorrowedBytes.IsAsScribbled(memory.Answer)));
        }

        await Until.NothingIsHeldAsync(pair.ServerContext);
        Assert.Empty(_wrong);
    }

    private static bool EndsUnderWay(BorrowOutcome outcome) =>
        outcome is BorrowOutcome.PeerDisposed or BorrowOutcome.SelfDisposed or BorrowOutcome.LinkLostThere or BorrowOutcome.LinkLostHere;

    /// <summary>How many calls the peer sees, at least and at most, of so many of each lane.</summary>
    private static (int Least, int Most) Arrivals(BorrowOutcome outcome, int calls) => outcome switch
    {
        BorrowOutcome.RefusedTooLong or BorrowOutcome.RefusedHeaderTooLong or BorrowOutcome.RefusedSessionOver => (0, 0),
        BorrowOutcome.Canceled or BorrowOutcome.Aborted => (Lanes * (calls / 2), Lanes * calls),
        BorrowOutcome.TimedOut => (1, Lanes * calls),
        _ when EndsUnderWay(outcome) => (20, int.MaxValue),
        _ => (Lanes * calls, Lanes * calls),
    };

    /// <summary>How many calls end, at least, by something else than an answer, of so many of each lane.</summary>
    private static int Interrupted(BorrowOutcome outcome, int calls) => outcome switch
    {
        BorrowOutcome.Canceled or BorrowOutcome.Aborted => Lanes * (calls / 2),
        BorrowOutcome.TimedOut => Lanes * (calls / 3),
        _ => 0,
    };

    private static bool IsExpected(BorrowOutcome outcome, Exception? exception) => outcome switch
    {
        BorrowOutcome.FailedByPeer => exception is RequestFailedException { Status: AccelioStatus.Unsuccessful },
        BorrowOutcome.AnswerTooLarge => exception is AccelioException { Status: AccelioStatus.UserBufferOverflow },
        BorrowOutcome.Canceled or BorrowOutcome.Aborted => exception is null or AccelioCanceledException,
        BorrowOutcome.TimedOut => exception is null or AccelioTimeoutException,
        BorrowOutcome.RefusedTooLong => exception is ArgumentOutOfRangeException,
        BorrowOutcome.RefusedHeaderTooLong => exception is AccelioException { MayHaveExecuted: false },
        BorrowOutcome.RefusedSessionOver => exception is ConnectionLostException { MayHaveExecuted: false },
        _ when EndsUnderWay(outcome) => exception is null or ConnectionLostException,
        _ => exception is null,
    };

    private static async Task EndAsync(Pair pair, BorrowOutcome outcome)
    {
        switch (outcome)
        {
            case BorrowOutcome.PeerDisposed:
                pair.Accepted.Dispose();
                break;
            case BorrowOutcome.SelfDisposed:
                pair.Session.Dispose();
                break;
            case BorrowOutcome.LinkLostThere:
                await CutAsync(pair.ServerContext, pair.Accepted);
                break;
            default:
                await CutAsync(pair.ClientContext, pair.Session);
                break;
        }

        static ValueTask CutAsync(AccelioContext context, AccelioSession session) => context.RunAsync(_ =>
        {
            ((SessionCore)session).Usable!.Machine.Link.Abort(LinkError.TransportFailed, "the test cut the link");
            return default;
        });
    }

    private static OutboundMessage MessageOf(int number, byte[] body, byte[] header)
    {
        BorrowedBytes.Fill(body, number);
        BorrowedBytes.Fill(header, number);
        return new OutboundMessage(body) { Header = header };
    }

    private void Check(InboundMessage message)
    {
        var copy = message.Detach();
        var payload = copy.Payload.Span;
        var header = copy.Header.Span;
        if (!BorrowedBytes.IsSound(payload) || !BorrowedBytes.IsSound(header) || BorrowedBytes.NumberOf(header) != BorrowedBytes.NumberOf(payload))
        {
            _wrong.Enqueue($"the peer got other bytes than were sent: {payload.Length} bytes, {Convert.ToHexString(payload[..8])}");
        }

        if (!_seen.TryAdd(BorrowedBytes.NumberOf(payload), true))
        {
            _wrong.Enqueue($"the peer got call {BorrowedBytes.NumberOf(payload)} twice");
        }
    }

    private int Compare(InboundMessage answer)
    {
        var payload = answer.Detach().Payload.Span;
        if (!BorrowedBytes.IsSound(payload))
        {
            _wrong.Enqueue("an answer of other bytes");
        }

        return payload.Length;
    }
}
