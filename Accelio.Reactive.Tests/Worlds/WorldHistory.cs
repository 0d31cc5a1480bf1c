using Microsoft.Reactive.Testing;

namespace Accelio.Reactive.Tests.Worlds;

/// <summary>What was done and what was told in a random world, and where the one contradicts the other or a guarantee.</summary>
/// <param name="scheduler">The time.</param>
/// <param name="isOrdered">Whether messages of one session come in order: they have one connection.</param>
internal sealed class WorldHistory(TestScheduler scheduler, bool isOrdered)
{
    private readonly Dictionary<int, Entry> _entries = [];
    private readonly Dictionary<(int Session, bool IsRequest), int> _lastBegun = [];

    /// <summary>What is wrong.</summary>
    public List<string> Violations { get; } = [];

    /// <summary>What happened when.</summary>
    public List<string> Trace { get; } = [];

    /// <summary>How calls ended, and how often.</summary>
    public Dictionary<string, int> Ends { get; } = [];

    /// <summary>Handlers that run.</summary>
    public int Running { get; set; }

    /// <summary>Something happened.</summary>
    public void Tell(string what) => Trace.Add($"{scheduler.Clock / 10_000.0,10:0.0000} ms {what}");

    /// <summary>A call is made.</summary>
    public void Call(int number)
    {
        Tell($"#{number} called");
        _entries.Add(number, new Entry());
    }

    /// <summary>The peer got a message: for the first time, whole, and after those that the same session sent before.</summary>
    public void Begin(in WorldMessage message, bool isRequest, bool isWhole)
    {
        var entry = _entries[message.Number];
        Tell($"#{message.Number} comes");
        Check(++entry.Begun == 1, message.Number, "came to the peer twice");
        Check(isWhole, message.Number, "came to the peer with other bytes");
        Check(entry.NotBegun is null, message.Number, $"came to the peer although its sender was told that it did not: {entry.NotBegun}");
        var key = (message.Session, isRequest);
        Check(!isOrdered || _lastBegun.GetValueOrDefault(key, -1) < message.Number, message.Number, $"came to the peer after {_lastBegun.GetValueOrDefault(key)}, which was sent later");
        _lastBegun[key] = message.Number;
    }

    /// <summary>A call ended.</summary>
    /// <param name="number">The call.</param>
    /// <param name="end">How.</param>
    /// <param name="begun">What its sender was told: true if the peer had it, false if not, null if nobody knows.</param>
    public void EndCall(int number, string end, bool? begun)
    {
        var entry = _entries[number];
        Tell($"#{number} {end}");
        Check(++entry.Ends == 1, number, $"ended again: {end}");
        Check(begun is not true || entry.Begun == 1, number, $"{end}, but the peer never had it");
        if (begun is false)
        {
            entry.NotBegun = end;
            Check(entry.Begun == 0, number, $"{end}, and that the peer did not have it, but it had");
        }

        Ends[end] = Ends.GetValueOrDefault(end) + 1;
    }

    /// <summary>Everything is over.</summary>
    public void Close()
    {
        foreach (var (number, entry) in _entries)
        {
            Check(entry.Ends == 1, number, "never ended");
        }

        if (Running != 0)
        {
            Violations.Add($"{Running} handlers still run");
        }
    }

    /// <summary>Something must be so.</summary>
    public void Check(bool isTrue, int number, string otherwise)
    {
        if (!isTrue)
        {
            Violations.Add($"#{number} {otherwise}");
        }
    }

    private sealed class Entry
    {
        public int Begun;
        public int Ends;
        public string? NotBegun;
    }
}
