using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Accelio.Transports.Polling;

/// <summary>
/// The queue through which other threads reach a poller: many producers, one reader, first in first out, linked through the items
/// themselves. Posting is wait-free: one addition and one exchange, whatever the others do.
/// <para>
/// Every post draws a ticket first. The reader compares tickets with what it has taken, so that it knows of an item even in the moment
/// between ticket and link; and closing the mailbox is one bit in the ticket counter, so that "accepted" and "refused" are divided by one
/// atomic operation and no accepted item can be overlooked.
/// </para>
/// <para>
/// The mailbox also carries the reader's "I sleep" flag, because it is the other half of posting: a producer links its item, then looks at
/// the flag; the reader raises the flag, then looks at the tickets. Both sides have a full fence in between, hence at least one of them
/// sees the other.
/// </para>
/// </summary>
internal sealed class Mailbox
{
    private const long ClosedBit = 1;
    private const long OneTicket = 2;

    private readonly WorkItem _stub = new Stub();
    private ProducerSide _shared;

    // The reader's side.
    private WorkItem _first;
    private long _taken;
    private long _finalCount = -1;

    /// <summary>Creates an open, empty mailbox.</summary>
    public Mailbox()
    {
        _first = _stub;
        _shared.Last = _stub;
    }

    /// <summary>Whether posts are refused. Any thread.</summary>
    public bool IsClosed => (Volatile.Read(ref _shared.Tickets) & ClosedBit) != 0;

    /// <summary>Items accepted and not yet taken. Reader only.</summary>
    public long Pending => (_finalCount >= 0 ? _finalCount : Volatile.Read(ref _shared.Tickets) / OneTicket) - _taken;

    /// <summary>
    /// Adds an item; false when the mailbox is closed. Any thread. The item may be used again as soon as the reader has taken it.
    /// </summary>
    public bool TryPost(WorkItem item)
    {
        if ((Interlocked.Add(ref _shared.Tickets, OneTicket) & ClosedBit) != 0)
        {
            return false;
        }

        Link(item);
        return true;
    }

    /// <summary>
    /// Takes the oldest item. Reader only. False when there is none, and also when the producer of the next one has drawn its ticket and
    /// not linked it yet: then <see cref="Pending"/> is not zero.
    /// </summary>
    public bool TryTake([NotNullWhen(true)] out WorkItem? item)
    {
        var first = _first;
        var next = Volatile.Read(ref first.Next);
        if (ReferenceEquals(first, _stub))
        {
            if (next is null)
            {
                item = null;
                return false;
            }

            _first = first = next;
            next = Volatile.Read(ref first.Next);
        }

        if (next is null)
        {
            // The last item is only let go when something follows it; the stub will do.
            if (!ReferenceEquals(first, Volatile.Read(ref _shared.Last)))
            {
                item = null;
                return false;
            }

            Link(_stub);
            next = Volatile.Read(ref first.Next);
            if (next is null)
            {
                item = null;
                return false;
            }
        }

        _first = next;
        _taken++;
        item = first;
        return true;
    }

    /// <summary>Refuses posts from now on; what was accepted before stays to be taken. Reader only.</summary>
    public void Close()
    {
        if (_finalCount < 0)
        {
            _finalCount = Interlocked.Or(ref _shared.Tickets, ClosedBit) / OneTicket;
        }
    }

    /// <summary>Publishes that the reader is about to sleep. The reader looks at <see cref="Pending"/> once more afterwards.</summary>
    public void RaiseSleepFlag() => Interlocked.Exchange(ref _shared.Sleeping, 1);

    /// <summary>The reader is awake.</summary>
    public void LowerSleepFlag() => Volatile.Write(ref _shared.Sleeping, 0);

    /// <summary>Whether the caller, having posted, has to wake the reader: true for one caller per sleep. Any thread.</summary>
    public bool TakeSleepFlag() => Volatile.Read(ref _shared.Sleeping) != 0 && Interlocked.Exchange(ref _shared.Sleeping, 0) != 0;

    private void Link(WorkItem item)
    {
        item.Next = null;
        var previous = Interlocked.Exchange(ref _shared.Last, item);
        Volatile.Write(ref previous.Next, item);
    }

    /// <summary>What producers write, on cache lines of its own.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct ProducerSide
    {
        [FieldOffset(128)]
        public WorkItem Last;

        [FieldOffset(136)]
        public long Tickets;

        [FieldOffset(144)]
        public int Sleeping;
    }

    private sealed class Stub : WorkItem
    {
        public override void Execute()
        {
        }
    }
}
