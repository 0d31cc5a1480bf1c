using System.Buffers;
using Accelio.Reactive.Engine;
using Accelio.Transports.Wire;

namespace Accelio.Reactive;

/// <summary>A message of which nothing has left, once more: for another connection.</summary>
internal static class MovedMessage
{
    /// <summary>The same message, with the time that is left of its limit.</summary>
    public static OutboundMessage Of(OutgoingMessage message)
    {
        var rest = message.Connection is { } connection ? message.RestAt(connection.Now) : message.TimeLimit;
        return new OutboundMessage(message.HasCopy ? new ReadOnlySequence<byte>(message.Payload.ToArray()) : message.Payload)
        {
            Header = message.HasCopy ? message.Header.ToArray() : message.Header,
            Idempotent = message.Idempotent,
            ResponseBuffer = message.ResponseBuffer,
            Tag = message.Tag,
            Timeout = rest == long.MaxValue ? Timeout.InfiniteTimeSpan : TimeSpan.FromTicks(Math.Max(1, rest)),
            Options = (message.LastInBatch ? MessageOptions.LastInBatch : MessageOptions.None)
                | (message.WantsReceipt ? MessageOptions.RequestReceipt : MessageOptions.None)
                | ((message.Flags & MessageFlags.ImmediateReadReceipt) != 0 ? MessageOptions.ImmediateReceipt : MessageOptions.None),
        };
    }
}
