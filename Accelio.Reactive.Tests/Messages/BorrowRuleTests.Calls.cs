using System.Reactive.Threading.Tasks;
using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Messages;

/// <content>The calls, one lane after another, and the handler.</content>
public abstract partial class BorrowRuleTests
{
    private async Task CallAsync(Pair pair, BorrowOutcome outcome, int lane, int calls, int length)
    {
        var body = new byte[outcome == BorrowOutcome.RefusedTooLong ? Math.Max(length, 1025) : length];
        var header = new byte[outcome == BorrowOutcome.RefusedHeaderTooLong ? 257 : 16];
        var buffer = new byte[outcome == BorrowOutcome.AnswerTooLarge ? 10 : length];
        var takesBuffer = outcome is not (BorrowOutcome.Tried or BorrowOutcome.Cold or BorrowOutcome.Sent or BorrowOutcome.Delivered or BorrowOutcome.Answered);
        var isOver = false;
        _buffers.Enqueue(buffer);
        BorrowedBytes.Scribble(buffer);

        // Where the session ends under way, each lane goes on until it does.
        for (var call = 0; EndsUnderWay(outcome) ? !isOver : call < calls; call++)
        {
            var number = (lane * 100_000) + call;
            var message = MessageOf(number, body, header);
            if (takesBuffer)
            {
                message = message with { ResponseBuffer = buffer };
            }

            var exception = await Record.ExceptionAsync(() => CallOnceAsync(pair.Session, outcome, message, number, Scribble));
            Scribble();
            BorrowedBytes.Scribble(buffer);
            Note(outcome, number, exception);
            isOver = exception is ConnectionLostException;

            // What is still under way of earlier calls has its chance to write now.
            _late.GetValueOrDefault(number)?.TrySetResult();
            await Task.Yield();
            if (!BorrowedBytes.IsAsScribbled(buffer))
            {
                _wrong.Enqueue($"the response buffer of call {number} was written to after the call");
            }
        }

        void Scribble()
        {
            BorrowedBytes.Scribble(body);
            BorrowedBytes.Scribble(header);
        }
    }

    private void Note(BorrowOutcome outcome, int number, Exception? exception)
    {
        if (!IsExpected(outcome, exception))
        {
            _wrong.Enqueue($"call {number} ended with {exception}");
        }

        if (exception is AccelioCanceledException or AccelioTimeoutException)
        {
            Interlocked.Increment(ref _interrupted);
        }

        switch (exception)
        {
            case null or RequestFailedException:
                _ran.Enqueue(number);
                break;
            case AccelioCanceledException { MayHaveExecuted: false } or AccelioException { MayHaveExecuted: false } or ArgumentException:
                _neverRan.Enqueue(number);
                break;
        }
    }

    private async Task CallOnceAsync(AccelioSession session, BorrowOutcome outcome, OutboundMessage message, int number, Action scribble)
    {
        _late[number] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        switch (outcome)
        {
            case BorrowOutcome.Tried:
                Assert.True(session.TrySend(message, out _));
                break;
            case BorrowOutcome.Cold:
                // Borrowed during the call of Subscribe only.
                var answered = session.Request(message, Compare).ToTask();
                scribble();
                await answered;
                break;
            case BorrowOutcome.Sent:
                await session.SendAsync(message);
                break;
            case BorrowOutcome.Delivered:
                await session.DeliverAsync(message);
                break;
            case BorrowOutcome.Canceled:
                using (var source = new CancellationTokenSource())
                {
                    var asking = session.RequestAsync(message, Compare, source.Token).AsTask();
                    await GoOnAsync(asking, number);
                    await source.CancelAsync();
                    await asking;
                }

                break;
            case BorrowOutcome.Aborted:
                var batch = session.BeginBatch();
                var begun = batch.RequestAsync(message).AsTask();
                await GoOnAsync(begun, number);
                await batch.AbortAsync();
                (await begun).Dispose();
                break;
            case BorrowOutcome.TimedOut:
                await TimeOutAsync(session, message with { Timeout = TimeSpan.FromMilliseconds(5) }, number);
                break;
            case BorrowOutcome.RefusedTooLong or BorrowOutcome.RefusedHeaderTooLong or BorrowOutcome.RefusedSessionOver when number % 3 != 0:
                message = message with { ResponseBuffer = default };
                _ = number % 3 == 1 ? await session.SendAsync(message) : (await session.DeliverAsync(message)).Id;
                break;
            default:
                await session.RequestAsync(message, Compare);
                break;
        }
    }

    /// <summary>Even calls are given up soon, some before they have left; odd ones when the peer is at them, which answers when they are over.</summary>
    private async Task GoOnAsync(Task asking, int number)
    {
        if (number % 2 == 0)
        {
            _late[number].TrySetResult();
            for (var i = 0; i < number % 7; i++)
            {
                await Task.Yield();
            }
        }
        else
        {
            await Until.TrueAsync(() => asking.IsCompleted || _seen.ContainsKey(number), () => $"call {number} went astray");
        }
    }

    /// <summary>One call in three is answered when its time is over, one as its time ends, and one may be in time.</summary>
    private async Task TimeOutAsync(AccelioSession session, OutboundMessage message, int number)
    {
        var asking = session.RequestAsync(message, Compare).AsTask();
        switch (number % 3)
        {
            case 0:
                await Until.TrueAsync(() => asking.IsCompleted || _seen.ContainsKey(number), () => $"call {number} went astray");
                break;
            case 1:
                _late[number].TrySetResult();
                break;
            default:
                _late[number].TrySetResult();
                await asking;
                return;
        }

        _time.Advance(TimeSpan.FromMilliseconds(10));
        await asking;
    }

    private async ValueTask ServeAsync(InboundRequest request, BorrowOutcome outcome)
    {
        Check(request.Message);
        switch (outcome)
        {
            case BorrowOutcome.FailedByPeer:
                throw new InvalidOperationException("as the test wants it");
            case BorrowOutcome.Canceled or BorrowOutcome.Aborted or BorrowOutcome.TimedOut:
                // Until the call is over, or the peer says that it is given up.
                var late = _late[BorrowedBytes.NumberOf(request.Payload.FirstSpan)];
                using (request.Canceled.UnsafeRegister(static gate => ((TaskCompletionSource)gate!).TrySetResult(), late))
                {
                    await late.Task;
                }

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

        BorrowedBytes.Scribble(answer);
    }
}
