namespace Accelio.Reactive;

/// <summary>Messages with consecutive ids, both ends included. Ids given out on the session's context and elsewhere are counted apart (<see cref="MessageId"/>): a range is of one kind.</summary>
public readonly record struct MessageRange
{
    /// <summary>Creates a range.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="first"/> is no message.</exception>
    /// <exception cref="ArgumentException">The ids are of different kinds, or in the wrong order.</exception>
    public MessageRange(MessageId first, MessageId last)
    {
        if (first.Value <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(first), first.Value, "The id is no message's: take it from the call that sent the message.");
        }

        if (((first.Value ^ last.Value) & 1) != 0)
        {
            throw new ArgumentException(
                $"{first.Value} and {last.Value} do not make a range: one message was sent on the session's context and the other elsewhere, and their ids are counted apart. Use two ranges.",
                nameof(last));
        }

        if (last.Value < first.Value)
        {
            throw new ArgumentException($"The last id, {last.Value}, comes before the first, {first.Value}.", nameof(last));
        }

        First = first;
        Last = last;
    }

    /// <summary>The first message.</summary>
    public MessageId First { get; }

    /// <summary>The last message.</summary>
    public MessageId Last { get; }

    /// <summary>How many ids there are in the range.</summary>
    public long Count => First.Value == 0 ? 0 : ((Last.Value - First.Value) / 2) + 1;

    /// <summary>Whether a message is in the range.</summary>
    public bool Contains(MessageId id) => id.Value >= First.Value && id.Value <= Last.Value && id.Value != 0 && ((id.Value ^ First.Value) & 1) == 0;

    /// <summary>One message.</summary>
    public static implicit operator MessageRange(MessageId id) => new(id, id);

    /// <summary>One message, for languages without implicit conversions.</summary>
    public static MessageRange FromMessageId(MessageId id) => new(id, id);
}
