using System.Buffers;

namespace Accelio.Reactive;

/// <summary>
/// Turns values of one type into bodies of messages and back. One instance serves all sessions and threads at once, so it keeps no state of
/// a call. <see cref="AccelioJson"/> makes one of System.Text.Json; <see cref="TypedMessages"/> has the calls that take them.
/// </summary>
/// <typeparam name="T">The type of the values.</typeparam>
public interface IAccelioSerializer<T>
{
    /// <summary>Writes a value. What it throws comes out of the call, and nothing is sent.</summary>
    /// <param name="value">The value.</param>
    /// <param name="to">Where to; only until the method returns.</param>
    void Write(T value, IBufferWriter<byte> to);

    /// <summary>
    /// Reads a value. What it throws becomes a <see cref="SerializationFailedException"/>: bytes of a peer may be anything, so check them.
    /// </summary>
    /// <param name="from">The whole body, where it was received; valid until the method returns, and memory kept from it throws
    /// later.</param>
    T Read(in ReadOnlySequence<byte> from);
}
