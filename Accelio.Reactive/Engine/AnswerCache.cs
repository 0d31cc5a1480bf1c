namespace Accelio.Reactive.Engine;

/// <summary>
/// The last answers to a C client, which sends a request again whose answer it has not got when its link was lost. Bounded: the oldest go first, and libxio does not say which it has. Poller only.
/// </summary>
internal sealed class AnswerCache(int maxAnswers, long maxBytes)
{
    private readonly Dictionary<ulong, KeptAnswer> _answers = [];
    private readonly Queue<KeptAnswer> _order = [];
    private long _bytes;

    /// <summary>Answers kept.</summary>
    public int Count => _answers.Count;

    /// <summary>Keeps an answer, in the place of an earlier one to the same request.</summary>
    public void Add(KeptAnswer answer)
    {
        Forget(answer.Serial);
        if (answer.Length > maxBytes)
        {
            return;
        }

        _answers[answer.Serial] = answer;
        _order.Enqueue(answer);
        _bytes += answer.Length;
        while (_order.Count > maxAnswers || _bytes > maxBytes)
        {
            var oldest = _order.Dequeue();
            if (_answers.TryGetValue(oldest.Serial, out var kept) && ReferenceEquals(kept, oldest))
            {
                Forget(oldest.Serial);
            }
        }
    }

    /// <summary>The answer to the request or message with this serial number, or null when there is none, or none any more.</summary>
    public KeptAnswer? Find(ulong serial) => _answers.GetValueOrDefault(serial);

    private void Forget(ulong serial)
    {
        if (_answers.Remove(serial, out var answer))
        {
            _bytes -= answer.Length;
        }
    }
}
