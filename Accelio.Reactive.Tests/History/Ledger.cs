using System.Collections.Concurrent;

namespace Accelio.Reactive.Tests.History;

/// <summary>
/// What handlers did with requests, and what their senders were told, by the number that each request carries. Keeps what is outstanding only: a number is forgotten once its sender has drawn the line under it.
/// </summary>
internal sealed class Ledger
{
    private readonly ConcurrentDictionary<int, Entry> _open = new();
    private int _lastNumber;

    /// <summary>What contradicts what.</summary>
    public ConcurrentQueue<string> Contradictions { get; } = new();

    /// <summary>Numbers that are not forgotten.</summary>
    public int Open => _open.Count;

    /// <summary>A request is about to be made.</summary>
    public int NewNumber()
    {
        var number = Interlocked.Increment(ref _lastNumber);
        _open[number] = new Entry();
        return number;
    }

    /// <summary>A handler begins.</summary>
    public void Begin(int number)
    {
        if (!_open.TryGetValue(number, out var entry))
        {
            Contradictions.Enqueue($"{number} began when its sender was done with it");
        }
        else if (Interlocked.Increment(ref entry.Begun) != 1)
        {
            Contradictions.Enqueue($"{number} began twice");
        }
        else if (Volatile.Read(ref entry.Refused) is { } why)
        {
            Contradictions.Enqueue($"{number} began, of which was said: {why}");
        }
    }

    /// <summary>A handler is about to answer.</summary>
    public void Answer(int number)
    {
        if (_open.TryGetValue(number, out var entry))
        {
            Volatile.Write(ref entry.Answered, 1);
        }
    }

    /// <summary>The sender was told that no handler sees the request.</summary>
    public void NotBegun(int number, string why) => Check(number, why, entry =>
    {
        Volatile.Write(ref entry.Refused, why);
        Interlocked.MemoryBarrier();
        return Volatile.Read(ref entry.Begun) == 0;
    });

    /// <summary>The sender got the answer, or was told that the handler gave one.</summary>
    public void HasAnswer(int number, string why) => Check(number, why, static entry => Volatile.Read(ref entry.Begun) == 1 && Volatile.Read(ref entry.Answered) == 1);

    /// <summary>The sender was told that the handler had it and stopped; where the request had a time limit, its answer may have come too late.</summary>
    public void Stopped(int number, string why, bool isTimed) =>
        Check(number, why, entry => Volatile.Read(ref entry.Begun) == 1 && (isTimed || Volatile.Read(ref entry.Answered) == 0));

    /// <summary>Everything that was said and done about the request has been.</summary>
    public void Forget(int number) => _open.TryRemove(number, out _);

    private void Check(int number, string why, Func<Entry, bool> isTrue)
    {
        if (!_open.TryGetValue(number, out var entry))
        {
            Contradictions.Enqueue($"{number} ended twice, at last: {why}");
        }
        else if (!isTrue(entry))
        {
            Contradictions.Enqueue($"{number}: {why}, but it began {entry.Begun} times and {(entry.Answered == 0 ? "was not answered" : "was answered")}");
        }
    }

    private sealed class Entry
    {
        public int Begun;
        public int Answered;
        public string? Refused;
    }
}
