using System.Runtime.InteropServices;
using Accelio.Reactive.Engine;

namespace Accelio.Reactive;

/// <content>Where long bodies go, when users say so.</content>
internal sealed partial class ConnectionCore
{
    /// <inheritdoc/>
    RegisteredMemory? IConnectionEvents.ChooseMemory(
        ConnectionMachine connection, bool isRequest, ReadOnlySpan<byte> header, long length, out int start)
    {
        start = 0;
        if (_hasEnded || _options.BufferSelector is not { } select)
        {
            return null;
        }

        try
        {
            var chosen = select(new BodyAnnouncement(this, isRequest, header, length));
            return chosen.IsEmpty ? null : Hold(chosen, length, out start);
        }
        catch (Exception exception)
        {
            // The user's mistake is not the sender's: the body goes where it would have gone.
            _session.Context.ReportUnhandled(exception);
            return null;
        }
    }

    private static RegisteredMemory Hold(Memory<byte> chosen, long length, out int start)
    {
        if (!MemoryMarshal.TryGetMemoryManager<byte, RegisteredMemory>(chosen, out var memory, out start, out var room))
        {
            throw new InvalidOperationException("The BufferSelector answered with memory that is not registered. Give a part of the Memory of a RegisteredMemory, or default.");
        }

        if (room < length)
        {
            throw new InvalidOperationException($"The BufferSelector gave {room} bytes to a body of {length}. Give at least as many as the announcement says, or default.");
        }

        memory.Hold();
        return memory;
    }
}
