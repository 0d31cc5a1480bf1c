using System.Diagnostics.CodeAnalysis;

namespace Accelio.Reactive;

/// <summary>
/// Messages between one thread that adds and one that takes, first in first out. Grows by longer segments; once long enough it allocates nothing. What bounds it is the window of the sender: each
/// message in here is leased.
/// </summary>
internal sealed class MessageRing
{
    private const int FirstLength = 32;
    private const int LongestLength = 1 << 16;
    private Segment _first = new(FirstLength);
    private Segment _last;

    public MessageRing() => _last = _first;

    /// <summary>Whether there is nothing to take. Exact for the thread that takes; others see what was so a moment ago.</summary>
    public bool IsEmpty
    {
        get
        {
            var first = Volatile.Read(ref _first);
            return first.IsEmpty && Volatile.Read(ref first.Next) is null;
        }
    }

    /// <summary>Adds a message; one thread at a time.</summary>
    public void Add(InboundMessage message)
    {
        if (_last.TryAdd(message))
        {
            return;
        }

        var next = new Segment(Math.Min(_last.Length * 2, LongestLength));
        next.TryAdd(message);
        Volatile.Write(ref _last.Next, next);
        _last = next;
    }

    /// <summary>Takes the oldest message; one thread at a time.</summary>
    public bool TryTake([MaybeNullWhen(false)] out InboundMessage message)
    {
        while (!_first.TryTake(out message))
        {
            if (Volatile.Read(ref _first.Next) is not { } next)
            {
                return false;
            }

            // The adder left for the next segment; what it put in here last is visible now.
            if (_first.TryTake(out message))
            {
                return true;
            }

            Volatile.Write(ref _first, next);
        }

        return true;
    }

    private sealed class Segment(int length)
    {
        private readonly InboundMessage[] _items = new InboundMessage[length];
        private int _taken;
        private int _added;

        /// <summary>The next segment, once this one was too short.</summary>
        public Segment? Next;

        public int Length => _items.Length;

        public bool IsEmpty => Volatile.Read(ref _added) == Volatile.Read(ref _taken);

        public bool TryAdd(InboundMessage message)
        {
            var added = _added;
            if (added - Volatile.Read(ref _taken) == _items.Length)
            {
                return false;
            }

            _items[added & (_items.Length - 1)] = message;
            Volatile.Write(ref _added, added + 1);
            return true;
        }

        public bool TryTake(out InboundMessage message)
        {
            var taken = _taken;
            if (taken == Volatile.Read(ref _added))
            {
                message = default;
                return false;
            }

            ref var item = ref _items[taken & (_items.Length - 1)];
            message = item;
            item = default;
            Volatile.Write(ref _taken, taken + 1);
            return true;
        }
    }
}
