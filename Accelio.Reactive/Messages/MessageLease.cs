using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Accelio.Reactive;

/// <summary>
/// One lease of a message, as handles refer to it: the version that a handle must name, whether the lease still holds, and the memory
/// through which it shows the message. Of two kinds: <see cref="MessageCore"/> is the library's own lease, lent to callbacks;
/// <see cref="OwnedLease"/> is the caller's.
/// </summary>
internal abstract unsafe class MessageLease
{
    /// <summary>Bit of the state: the lease holds. The version stands above it, the count of further holds on a core below.</summary>
    private protected const long Holding = 1L << 30;

    /// <summary>Bits of the state that count.</summary>
    private protected const long Counted = Holding - 1;

    /// <summary>Version in the upper half; <see cref="Holding"/> and the count in the lower.</summary>
    private protected long _state;

    // Where the windows of the present version end; see LeasedMemory.
    private int _headerEnd;
    private int _payloadEnd;
    private LeasedMemory? _headerMemory;
    private LeasedMemory? _payloadMemory;

    /// <summary>The message.</summary>
    public MessageCore Core { get; private protected init; } = null!;

    /// <summary>The version that handles of the present lease carry.</summary>
    public int Version => (int)(Volatile.Read(ref _state) >> 32);

    /// <summary>Whether a handle of this version may still read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsLeased(int version) => (Volatile.Read(ref _state) & ~Counted) == Stamp(version);

    /// <summary>Throws unless a handle of this version may still read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Demand(int version)
    {
        if (!IsLeased(version))
        {
            ThrowStale();
        }
    }

    /// <summary>The header as memory that notices the end of the lease. Any thread.</summary>
    public ReadOnlyMemory<byte> Header(int version)
    {
        Demand(version);
        var length = Core.HeaderLength;
        return length == 0 ? default : Memory(ref _headerMemory, isHeader: true).Window(_headerEnd, length);
    }

    /// <summary>The body as memory that notices the end of the lease. Any thread.</summary>
    public ReadOnlyMemory<byte> Payload(int version)
    {
        Demand(version);
        var length = Core.PayloadLength;
        return length == 0 ? default
            : Core.TryGetUserMemory(out var memory) ? memory
            : Memory(ref _payloadMemory, isHeader: false).Window(_payloadEnd, length);
    }

    /// <summary>The header as a span. Any thread.</summary>
    public ReadOnlySpan<byte> HeaderSpan(int version)
    {
        Demand(version);
        var span = Core.HeaderNow;
        Volatile.ReadBarrier();

        // Once more: what was read belongs to this message only if its lease still holds.
        Demand(version);
        return span;
    }

    /// <summary>The body as a span. Any thread.</summary>
    public ReadOnlySpan<byte> PayloadSpan(int version)
    {
        Demand(version);
        var span = Core.PayloadNow;
        Volatile.ReadBarrier();
        Demand(version);
        return span;
    }

    /// <summary>Adds a lease that is the caller's. Any thread.</summary>
    /// <exception cref="ObjectDisposedException">This one has ended.</exception>
    public abstract OwnedLease Retain(int version);

    /// <summary>What Dispose of a handle does: nothing, if the lease has ended. Any thread.</summary>
    public abstract void Dispose(int version);

    /// <summary>Marks the message as rejected and does what Dispose does. Any thread.</summary>
    public void Reject(int version)
    {
        Demand(version);
        Core.Rejected = true;
        Dispose(version);
    }

    /// <summary>Says that the time of the handle is over, and what to do.</summary>
    [DoesNotReturn]
    public static void ThrowStale() => throw Stale();

    /// <summary>The exception that says so.</summary>
    public static ObjectDisposedException Stale() => new(
        nameof(InboundMessage),
        "The lease of this message has ended: in OnNext a message is valid until the last observer returned, in a handler until it ends, "
        + "and never after Dispose. Project it inside the callback (Read(m => Parse(m.Payload))), copy it (Detach), "
        + "or Retain() it and Dispose the handle that Retain returned.");

    /// <summary>For memory that was handed out: the address of the bytes for reading now, their length, and where their window
    /// ends.</summary>
    internal byte* Resolve(LeasedMemory memory, bool isHeader, out int end, out int length)
    {
        if (!TryResolve(memory, isHeader, out var address, out end, out length))
        {
            ThrowStale();
        }

        return address;
    }

    /// <summary>The same without an exception.</summary>
    /// <returns>Whether the lease holds.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryResolve(LeasedMemory memory, bool isHeader, out byte* address, out int end, out int length)
    {
        var state = Volatile.Read(ref _state);
        end = isHeader ? _headerEnd : _payloadEnd;
        length = isHeader ? Core.HeaderLength : Core.PayloadLength;
        if ((state & Holding) == 0)
        {
            address = null;
            return false;
        }

        address = Core.Resolve(isHeader);
        Volatile.ReadBarrier();
        return !memory.IsRetired && ((Volatile.Read(ref _state) ^ state) & ~Counted) == 0;
    }

    /// <summary>For memory that was handed out: a hold on the message, to be given up by <see cref="MessageCore.Unhold"/>.</summary>
    internal void HoldForPin()
    {
        var version = Version;
        if (!Core.TryHold(CoreVersion))
        {
            ThrowStale();
        }

        if (!IsLeased(version))
        {
            Core.Unhold();
            ThrowStale();
        }
    }

    /// <summary>The version of the core that this lease belongs to.</summary>
    private protected abstract int CoreVersion { get; }

    /// <summary>State of a lease of this version that holds, without further holds.</summary>
    private protected static long Stamp(int version) => ((long)version << 32) | Holding;

    /// <summary>Places the windows of the next lease where no memory of an earlier one points. Before the version is raised.</summary>
    private protected void OpenWindows(int headerLength, int payloadLength)
    {
        _headerEnd = LeasedMemory.Place(ref _headerMemory, _headerEnd, headerLength);
        _payloadEnd = LeasedMemory.Place(ref _payloadMemory, _payloadEnd, payloadLength);
    }

    private LeasedMemory Memory(ref LeasedMemory? memory, bool isHeader)
    {
        if (memory is { } present)
        {
            return present;
        }

        var made = new LeasedMemory(this, isHeader);
        return Interlocked.CompareExchange(ref memory, made, null) ?? made;
    }
}
