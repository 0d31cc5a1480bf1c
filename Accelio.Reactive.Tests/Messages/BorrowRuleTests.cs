using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Reactive.Threading.Tasks;
using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Messages;

/// <summary>
/// Payload, header and response buffer are borrowed until the call's task completes, however it completes: the memory is scribbled over right
/// then, and whatever the peer gets is checked byte for byte; a response buffer is not written to any more.
/// </summary>
public abstract class BorrowRuleTests(Sessions.Wire wire) : SessionTests(wire)
{
    private const byte Scribbled = 0xEE;
    private readonly ConcurrentQueue<string> _wrong = new();
    private int _seen;

    public enum Outcome
    {
        Tried,
        Cold,
        Sent,
        Delivered,
        Answered,
        AnsweredIntoBuffer,
        FailedByPeer,
        AnswerTooLarge,
        Canceled,
        Aborted,
        TimedOut,
        Disconnected,
        Disposed,
    }

    public static TheoryData<Outcome, int> Rows
    {
        get
        {
            var rows = new TheoryData<Outcome, int>();
            foreach (var outcome in Enum.GetValues<Outcome>())
            {
                rows.Add(outcome, 300);
                rows.Add(outcome, 70_000);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Memory_is_free_when_the_call_completes(Outcome outcome, int length)
    {
        const int Lanes = 4;
        await using var pair = await OpenAsync(server =>
        {
            server.Messages.Subscribe(message => Check(message));
            server.Handle(request => ServeAsync(request, outcome));
        });
        var calls = outcome is Outcome.Disconnected or Outcome.Disposed ? 400 : length > 8192 ? 25 : 100;
        var lanes = Enumerable.Range(0, Lanes).Select(lane => Task.Run(() => CallAsync(pair, outcome, lane, calls, length))).ToArray();
        if (outcome is Outcome.Disconnected or Outcome.Disposed)
        {
            while (Volatile.Read(ref _seen) < 20)
            {
                await Task.Yield();
            }

            (outcome == Outcome.Disposed ? pair.Session : pair.Accepted).Dispose();
        }

        await Task.WhenAll(lanes).WaitAsync(TimeSpan.FromMinutes(2));

        var expected = outcome <= Outcome.AnswerTooLarge ? Lanes * calls : outcome == Outcome.Aborted ? 0 : 1;
        await Until.TrueAsync(() => Volatile.Read(ref _seen) >= expected, () => $"the peer saw {_seen} of {expected}; {string.Join("; ", _wrong)}");
        Assert.Empty(_wrong);
    }

    private async Task CallAsync(Pair pair, Outcome outcome, int lane, int calls, int length)
    {
        var body = new byte[length];
        var header = new byte[16];
        var buffer = new byte[outcome == Outcome.AnswerTooLarge ? 10 : length];
        for (var call = 0; call < calls; call++)
        {
            Fill(body, (lane * 100_000) + call);
            Fill(header, (lane * 100_000) + call);
            var message = new OutboundMessage(body) { Header = header };
            if (outcome > Outcome.Answered)
            {
                message = message with { ResponseBuffer = buffer };
            }

            var exception = await Record.ExceptionAsync(() => CallOnceAsync(pair.Session, outcome, message, call, Scribble));
            Scribble();
            buffer.AsSpan().Fill(Scribbled);
            if (!IsExpected(outcome, exception))
            {
                _wrong.Enqueue($"call {call} of lane {lane} ended with {exception}");
            }

            // What is still under way of earlier calls has its chance to write now.
            await Task.Yield();
            if (buffer.AsSpan().IndexOfAnyExcept(Scribbled) >= 0)
            {
                _wrong.Enqueue($"the response buffer of call {call} of lane {lane} was written to after the call");
            }
        }

        void Scribble()
        {
            body.AsSpan().Fill(Scribbled);
            header.AsSpan().Fill(Scribbled);
        }
    }

    private async Task CallOnceAsync(AccelioSession session, Outcome outcome, OutboundMessage message, int call, Action scribble)
    {
        switch (outcome)
        {
            case Outcome.Tried:
                Assert.True(session.TrySend(message, out _));
                break;
            case Outcome.Cold:
                // Borrowed during the call of Subscribe only.
                var answered = session.Request(message, Compare).ToTask();
                scribble();
                await answered;
                break;
            case Outcome.Sent:
                await session.SendAsync(message);
                break;
            case Outcome.Delivered:
                await session.DeliverAsync(message);
                break;
            case Outcome.Canceled:
                using (var source = new CancellationTokenSource())
                {
                    // Some are given up before they have left, the others while the peer is at them.
                    var seen = Volatile.Read(ref _seen);
                    var asking = session.RequestAsync(message, Compare, source.Token).AsTask();
                    for (var i = 0; call % 2 == 0 ? i < call % 7 : !asking.IsCompleted && Volatile.Read(ref _seen) == seen; i++)
                    {
                        await Task.Yield();
                    }

                    await source.CancelAsync();
                    await asking;
                }

                break;
            case Outcome.Aborted:
                var batch = session.BeginBatch();
                var begun = batch.RequestAsync(message).AsTask();
                for (var i = 0; i < call % 7; i++)
                {
                    await Task.Yield();
                }

                await batch.AbortAsync();
                (await begun).Dispose();
                break;
            case Outcome.TimedOut:
                await session.RequestAsync(message with { Timeout = TimeSpan.FromMilliseconds(1 + (call % 5)) }, Compare);
                break;
            default:
                await session.RequestAsync(message, Compare);
                break;
        }
    }

    private async ValueTask ServeAsync(InboundRequest request, Outcome outcome)
    {
        Check(request.Message);
        switch (outcome)
        {
            case Outcome.FailedByPeer:
                throw new InvalidOperationException("as the test wants it");
            case Outcome.TimedOut:
                // Some answers come while the request is being given up.
                await Task.Delay(Random.Shared.Next(8));
                break;
            default:
                break;
        }

        // An array of its own, borrowed as well: the request's payload would do, and has tests of its own.
        var answer = request.Message.Detach().Payload.ToArray();
        try
        {
            await request.RespondAsync(answer);
        }
        catch (AccelioException)
        {
            // The requester is gone, or has no room.
        }

        answer.AsSpan().Fill(Scribbled);
    }

    private int Compare(InboundMessage answer)
    {
        var payload = answer.Detach().Payload.Span;
        if (!IsSound(payload))
        {
            _wrong.Enqueue("an answer of other bytes");
        }

        return payload.Length;
    }

    private void Check(InboundMessage message)
    {
        Interlocked.Increment(ref _seen);
        var copy = message.Detach();
        if (!IsSound(copy.Payload.Span) || !IsSound(copy.Header.Span)
            || BinaryPrimitives.ReadInt32LittleEndian(copy.Header.Span) != BinaryPrimitives.ReadInt32LittleEndian(copy.Payload.Span))
        {
            _wrong.Enqueue($"the peer got other bytes than were sent: {copy.Payload.Length} bytes, {Convert.ToHexString(copy.Payload.Span[..8])}");
        }
    }

    private static void Fill(byte[] bytes, int number)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)(number + (i * 7) + (i >> 8));
        }

        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
    }

    private static bool IsSound(ReadOnlySpan<byte> bytes)
    {
        var expected = new byte[bytes.Length];
        Fill(expected, BinaryPrimitives.ReadInt32LittleEndian(bytes));
        return bytes.SequenceEqual(expected);
    }

    private static bool IsExpected(Outcome outcome, Exception? exception) => outcome switch
    {
        <= Outcome.AnsweredIntoBuffer => exception is null,
        Outcome.FailedByPeer => exception is RequestFailedException { Status: AccelioStatus.Unsuccessful },
        Outcome.AnswerTooLarge => exception is AccelioException,
        Outcome.Canceled or Outcome.Aborted => exception is null or AccelioCanceledException,
        Outcome.TimedOut => exception is null or AccelioTimeoutException,
        _ => exception is null or AccelioException,
    };
}
