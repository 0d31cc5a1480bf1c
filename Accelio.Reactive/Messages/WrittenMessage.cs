using System.Buffers;

namespace Accelio.Reactive;

/// <summary>What a callback writes, as a message of ordinary memory: for sessions and connections that have no memory of the library to write into.</summary>
internal static class WrittenMessage
{
    /// <summary>Calls back once. What the callback throws comes out.</summary>
    public static OutboundMessage By<TState>(TState state, Action<TState, IBufferWriter<byte>> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        var writer = new ArrayBufferWriter<byte>();
        write(state, writer);
        return writer.WrittenMemory;
    }
}
