using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Accelio.Reactive.Engine;

namespace Accelio.Reactive;

/// <summary>
/// A message to be sent: a small header and a body, each borrowed until the call's task completes, however it completes (bodies up to 8 KiB are copied when the message is admitted). A plain
/// value: make a new one for every send, or keep one and change it with <c>with</c>.
/// </summary>
public readonly record struct OutboundMessage
{
    // A body in one piece is kept as what it was given as: most are, and a sequence takes longer to look into than to send.
    private readonly ReadOnlyMemory<byte> _piece;
    private readonly ReadOnlySequence<byte> _sequence;

    /// <summary>Creates a message with a body; memory of a <see cref="RegisteredMemory"/> is held by the library itself.</summary>
    public OutboundMessage(ReadOnlyMemory<byte> payload)
    {
        _piece = payload;
        IsRegistered = !payload.IsEmpty && MemoryMarshal.TryGetMemoryManager<byte, RegisteredMemory>(payload, out _);
    }

    /// <summary>Creates a message with a body that the library holds by itself until it has left; see <see cref="RegisteredMemory"/>.</summary>
    public OutboundMessage(RegisteredMemory payload)
    {
        ArgumentNullException.ThrowIfNull(payload);
        _piece = payload.Memory;
        IsRegistered = true;
    }

    /// <summary>Creates a message with a body of several parts; they arrive as one.</summary>
    public OutboundMessage(ReadOnlySequence<byte> payload) => _sequence = payload;

    /// <summary>The header, for what routes or describes the body; by default at most 256 bytes.</summary>
    public ReadOnlyMemory<byte> Header { get; init; }

    /// <summary>The body, up to <c>MaxMessageLength</c> of the peer.</summary>
    public ReadOnlySequence<byte> Payload
    {
        get => _piece.IsEmpty ? _sequence : new ReadOnlySequence<byte>(_piece);
        init
        {
            _piece = default;
            _sequence = value;
            IsRegistered = false;
        }
    }

    /// <summary>Requests: where the response's body shall go. Empty: the library finds memory up to <see cref="AccelioPeerOptions.MaxResponseLength"/>. A response that does not
    /// fit fails with <see cref="AccelioStatus.PartialMessage"/>.</summary>
    public Memory<byte> ResponseBuffer { get; init; }

    /// <summary>Time for the answer; null takes <see cref="AccelioPeerOptions.RequestTimeout"/>; <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> waits until the session ends. What is left of
    /// it when a request leaves goes with it: a peer of ours does not begin what is over.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>A number of the caller's choice, by which messages can be given up together: <see cref="AccelioSession.AbortTagAsync"/>. 0 for none. It never travels.</summary>
    public long Tag { get; init; }

    /// <summary>
    /// Messages with the same key go out on the same connection of a session that has several, and so arrive in the order in which they were sent, as long as that connection lives. 0 for none: then
    /// <see cref="AccelioPeerOptions.Selection"/> chooses. It never travels.
    /// </summary>
    public long Key { get; init; }

    /// <summary>
    /// Requests: whether running it twice does no harm. Where sessions survive their links (<see cref="AccelioPeerOptions.Resume"/>) and the server that may have run it is gone, it is sent to another one instead of failing with
    /// <see cref="ConnectionLostException"/>. It never travels.
    /// </summary>
    public bool Idempotent { get; init; }

    /// <summary>What is asked for this message.</summary>
    public MessageOptions Options { get; init; }

    /// <summary>Whether the body is registered memory, of which <see cref="Hold"/> takes a hold.</summary>
    internal bool IsRegistered { get; private init; }

    /// <summary>Length of the body in bytes.</summary>
    internal long PayloadLength => _piece.IsEmpty ? _sequence.Length : _piece.Length;

    /// <summary>Takes a hold on the registered memory of the body.</summary>
    /// <exception cref="ObjectDisposedException">It was disposed of.</exception>
    internal HeldBody Hold()
    {
        MemoryMarshal.TryGetMemoryManager<byte, RegisteredMemory>(_piece, out var memory, out var start, out var length);
        return memory!.Lend(start, length);
    }

    /// <summary>The body, if it is in one piece.</summary>
    internal bool TryGetSpan(out ReadOnlySpan<byte> span)
    {
        if (!_piece.IsEmpty)
        {
            span = LeasedMemory.Read(_piece);
            return true;
        }

        span = _sequence.FirstSpan;
        return _sequence.IsSingleSegment;
    }

    /// <summary>The body, if it is in one piece of which reading cannot throw: an array, or what has arrived and is still leased. Most are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryRead(out ReadOnlySpan<byte> span)
    {
        if (MemoryMarshal.TryGetMemoryManager<byte, LeasedMemory>(_piece, out var leased, out var start, out var length))
        {
            return leased.TryRead(start, length, out span);
        }

        if (_piece.IsEmpty || !MemoryMarshal.TryGetArray(_piece, out var array))
        {
            span = default;
            return PayloadLength == 0;
        }

        span = array;
        return true;
    }

    /// <summary>A message with this body.</summary>
    public static implicit operator OutboundMessage(byte[] payload) => new(payload.AsMemory());

    /// <summary>A message with this body.</summary>
    public static implicit operator OutboundMessage(Memory<byte> payload) => new((ReadOnlyMemory<byte>)payload);

    /// <summary>A message with this body.</summary>
    public static implicit operator OutboundMessage(ReadOnlyMemory<byte> payload) => new(payload);

    /// <summary>A message with this body.</summary>
    public static implicit operator OutboundMessage(ReadOnlySequence<byte> payload) => new(payload);

    /// <summary>A message with this body.</summary>
    public static implicit operator OutboundMessage(RegisteredMemory payload) => new(payload);

    /// <summary>A message with this body, for languages without implicit conversions.</summary>
    public static OutboundMessage FromRegisteredMemory(RegisteredMemory payload) => new(payload);

    /// <summary>A message with this body, for languages without implicit conversions.</summary>
    public static OutboundMessage FromReadOnlyMemory(ReadOnlyMemory<byte> payload) => new(payload);
}
