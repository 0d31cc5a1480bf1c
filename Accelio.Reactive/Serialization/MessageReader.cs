using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Accelio.Reactive;

/// <summary>A serializer as a function over messages: one per serializer, so that a call makes no delegate.</summary>
internal sealed class MessageReader<T>
{
    private static readonly ConditionalWeakTable<IAccelioSerializer<T>, MessageReader<T>> Readers = [];
    private readonly IAccelioSerializer<T> _serializer;

    private MessageReader(IAccelioSerializer<T> serializer)
    {
        _serializer = serializer;
        Function = Read;
    }

    /// <summary>Reads a message; throws <see cref="SerializationFailedException"/> when it is no such value.</summary>
    public Func<InboundMessage, T> Function { get; }

    /// <summary>The reader of a serializer.</summary>
    public static MessageReader<T> For(IAccelioSerializer<T> serializer) =>
        Readers.GetValue(serializer, static key => new MessageReader<T>(key));

    /// <summary>Reads a one-way message; one that is no such value is rejected, told to its session's <see cref="AccelioSession.Errors"/>
    /// and logged: what a peer sends must not end a stream that others feed too.</summary>
    public bool TryRead(InboundMessage message, [MaybeNullWhen(false)] out T value)
    {
        try
        {
            value = Read(message);
            return true;
        }
        catch (SerializationFailedException exception)
        {
            (message.Session as SessionCore)?.OnUnreadable(exception);

            // By a lease of its own: other observers have yet to see the message.
            message.Retain().Reject();
            value = default;
            return false;
        }
    }

    private T Read(InboundMessage message)
    {
        try
        {
            return _serializer.Read(message.Payload);
        }
        catch (Exception exception)
        {
            var uri = message.Session?.Uri;
            throw new SerializationFailedException(
                $"A body of {message.PayloadLength} bytes on session {uri} is not a {typeof(T)} that "
                + $"{_serializer.GetType().Name} can read: {exception.Message} Are both sides of the session made for the same type?",
                typeof(T),
                uri,
                exception);
        }
    }
}
