using System.Buffers;

namespace Accelio.Reactive;

/// <summary>
/// The body of a message under construction. Pooled: on a context in the context's own stack, elsewhere shared by all threads; it keeps
/// its array as long as that is small.
/// </summary>
internal sealed class PayloadWriter : IBufferWriter<byte>
{
    private const int KeptLength = 64 << 10;
    private const int FirstLength = 512;
    private byte[] _bytes = [];
    private int _length;
    private PollerContext? _home;
    private PayloadWriter? _nextIdle;

    /// <summary>What was written; valid until <see cref="Return"/>.</summary>
    private ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    /// <summary>An empty writer, for whatever thread this is.</summary>
    public static PayloadWriter Rent()
    {
        if (AccelioContext.Current is not PollerContext context)
        {
            return OperationPool<PayloadWriter>.Shared.Get();
        }

        var writer = context.IdleWriters ?? new PayloadWriter();
        context.IdleWriters = writer._nextIdle;
        writer._nextIdle = null;
        writer._home = context;
        return writer;
    }

    /// <summary>Gives the writer back; the bytes are needed no more.</summary>
    public void Return()
    {
        _length = 0;
        if (_bytes.Length > KeptLength)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = [];
        }

        var home = _home;
        _home = null;
        if (home is { Poller.IsCurrent: true })
        {
            _nextIdle = home.IdleWriters;
            home.IdleWriters = this;
        }
        else
        {
            OperationPool<PayloadWriter>.Shared.Return(this);
        }
    }

    /// <summary>Writes a value and puts it into its envelope, instead of the payload there.</summary>
    public OutboundMessage Write<T>(T value, IAccelioSerializer<T> serializer, in OutboundMessage envelope)
    {
        serializer.Write(value, this);
        return envelope with { Payload = new ReadOnlySequence<byte>(Written) };
    }

    /// <inheritdoc/>
    public void Advance(int count)
    {
        if ((uint)count > (uint)(_bytes.Length - _length))
        {
            throw new ArgumentOutOfRangeException(nameof(count), count, "More was written than GetSpan or GetMemory gave room for.");
        }

        _length += count;
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(_length);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(_length);
    }

    private void Reserve(int sizeHint)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        var needed = (long)_length + Math.Max(1, sizeHint);
        if (needed <= _bytes.Length)
        {
            return;
        }

        // Doubled, so that a long body is copied a few times only.
        var length = Math.Max(Math.Max(FirstLength, needed), Math.Min(Array.MaxLength, 2L * _bytes.Length));
        var larger = length > KeptLength ? ArrayPool<byte>.Shared.Rent(checked((int)length)) : new byte[length];
        _bytes.AsSpan(0, _length).CopyTo(larger);
        if (_bytes.Length > KeptLength)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        _bytes = larger;
    }
}
