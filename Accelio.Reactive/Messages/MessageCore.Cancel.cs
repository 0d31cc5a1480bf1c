namespace Accelio.Reactive;

/// <content>The token of a request: made when it is asked for, fired when the right to answer is taken away, or the sender wants no answer any more.</content>
internal sealed unsafe partial class MessageCore
{
    private RequestCancellation? _cancellation;

    /// <summary>The token that fires when the request may be answered no more. Any thread.</summary>
    internal CancellationToken Canceled(int version)
    {
        while (true)
        {
            var answer = Volatile.Read(ref _answer);
            if (answer == AnswerIn(AnswerNone, version))
            {
                // Answered: nothing is left that could be canceled.
                return Volatile.Read(ref _cancellation) is { } used && used.Version == version ? used.Token : CancellationToken.None;
            }

            if (answer != AnswerIn(AnswerOpen, version) && answer != AnswerIn(AnswerClaimed, version))
            {
                return new CancellationToken(canceled: true);
            }

            if (IsAborted(version))
            {
                return new CancellationToken(canceled: true);
            }

            var present = Volatile.Read(ref _cancellation);
            if (present is not null && present.Version == version)
            {
                return present.Token;
            }

            var made = _poller.IsCurrent ? _pool.RentCancellation() : new RequestCancellation();
            made.Version = version;
            if (ReferenceEquals(Interlocked.CompareExchange(ref _cancellation, made, present), present))
            {
                // If the end has come meanwhile, nobody has seen this one: the next turn sees the end.
                if (Volatile.Read(ref _answer) >> StateBits == version && !IsGivenUp(version) && !IsAborted(version))
                {
                    return made.Token;
                }
            }
        }
    }

    /// <summary>How long the request may still be answered; null without a limit. Any thread.</summary>
    internal TimeSpan? Remaining(int version)
    {
        var due = Volatile.Read(ref _answerDue);
        var answer = Volatile.Read(ref _answer);
        if (answer != AnswerIn(AnswerOpen, version) && answer != AnswerIn(AnswerClaimed, version))
        {
            return TimeSpan.Zero;
        }

        return due == long.MaxValue ? null : TimeSpan.FromTicks(Math.Max(0, due - (_poller.IsCurrent ? _poller.Now : _poller.ReadTime())));
    }

    private void FireCanceled(int version)
    {
        if (Volatile.Read(ref _cancellation) is { } cancellation && cancellation.Version == version)
        {
            _cancellation = null;
            _poller.Enqueue(cancellation);
        }
    }

    private void ReturnCancellation()
    {
        var cancellation = _cancellation!;
        _cancellation = null;
        if (cancellation.Version == Version)
        {
            _pool.ReturnCancellation(cancellation);
        }
    }
}
