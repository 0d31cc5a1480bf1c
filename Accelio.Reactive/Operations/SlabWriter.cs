using System.Buffers;
using Accelio.Reactive.Engine;
using Accelio.Transports.Memory;

namespace Accelio.Reactive;

/// <summary>
/// What a caller writes a body into: memory of the context, from which it is sent. One per thread, for one callback at a time: used
/// anywhere else it throws.
/// </summary>
internal sealed class SlabWriter : IBufferWriter<byte>
{
    private const int FirstLength = 4 << 10;

    // Memory that nobody touches costs nothing, so blocks grow fast and little is copied.
    private const int Growth = 8;

    [ThreadStatic]
    private static SlabWriter? _idle;

    private readonly int _thread = Environment.CurrentManagedThreadId;
    private PollerContext? _context;
    private readonly List<Slab> _outgrown = [];
    private Slab? _slab;
    private WriterMemory? _memory;
    private long _limit;
    private int _length;

    /// <summary>Room behind what was written.</summary>
    private int Room => (_slab?.Length ?? 0) - _length;

    /// <summary>A writer for the callback that the calling thread is about to make; <see cref="End"/> or <see cref="Abandon"/>
    /// follows.</summary>
    /// <param name="context">Whose memory it is.</param>
    /// <param name="limit">The most that may be written, bytes.</param>
    public static SlabWriter Begin(PollerContext context, long limit)
    {
        // A callback that sends by a writer itself gets another one.
        var writer = _idle ?? new SlabWriter();
        _idle = null;
        writer._context = context;
        writer._limit = limit;
        return writer;
    }

    /// <summary>What was written, for the caller to give to a message; null when that is nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is longer than allowed.</exception>
    public HeldBody? End()
    {
        if (_length > _limit)
        {
            var length = _length;
            var limit = _limit;
            Abandon();
            throw new ArgumentOutOfRangeException(
                "write",
                length,
                $"What was written is longer than MaxMessageLength, {limit} bytes. Send it in parts, or raise the option on both sides.");
        }

        if (_length == 0)
        {
            Abandon();
            return null;
        }

        var body = SlabBody.Take(_slab!, _length);
        _slab = null;
        Close();
        return body;
    }

    /// <summary>Nothing is sent: the callback threw.</summary>
    public void Abandon()
    {
        _slab?.Release();
        _slab = null;
        Close();
    }

    /// <inheritdoc/>
    public void Advance(int count)
    {
        Demand();
        if ((uint)count > (uint)Room)
        {
            throw new ArgumentOutOfRangeException(
                nameof(count),
                count,
                $"There is room for {Room} bytes: ask GetSpan or GetMemory for as much as you write before Advance tells how much it was.");
        }

        _length += count;
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _slab!.Span[_length..];
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return WriterMemory.Open(ref _memory, _slab!, _length);
    }

    private void Reserve(int sizeHint)
    {
        Demand();
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        var needed = (long)_length + Math.Max(1, sizeHint);
        if (_slab is not null && needed <= _slab.Length)
        {
            return;
        }

        var larger = _context!.RentSlab(Math.Min(Slab.MaxLength, Math.Max(needed, Math.Max(FirstLength, (long)_length * Growth))));
        if (larger.Length < needed)
        {
            larger.Release();
            throw new ArgumentOutOfRangeException(nameof(sizeHint), sizeHint, $"A message has at most {Slab.MaxLength} bytes.");
        }

        if (_slab is not null)
        {
            // The callback may still hold a span of it: it stays his until he returns.
            _slab.Span[.._length].CopyTo(larger.Span);
            _outgrown.Add(_slab);
        }

        _slab = larger;
    }

    private void Close()
    {
        _memory?.Close();
        foreach (var slab in _outgrown)
        {
            slab.Release();
        }

        _outgrown.Clear();
        _context = null;
        _length = 0;
        _idle = this;
    }

    private void Demand()
    {
        if (_context is null || _thread != Environment.CurrentManagedThreadId)
        {
            throw new InvalidOperationException(
                "The writer of SendAsync is for use inside the callback that it was given to, on its thread: write there, "
                + "and keep neither the writer nor its memory.");
        }
    }
}
