namespace Accelio.Reactive;

/// <summary>Who made a message that never travelled: the message says to him what else it would have asked its connection, or told it.</summary>
internal interface IMadeMessage
{
    /// <summary>The session the message is said to have come on.</summary>
    AccelioSession? Session { get; }

    /// <summary>The connection the message is said to have come on.</summary>
    AccelioConnection? Connection { get; }

    /// <summary>The request was answered, once: by a message when the status is <see cref="AccelioStatus.Success"/>. Any thread.</summary>
    void OnAnswered(in OutboundMessage response, AccelioStatus status, string? text);
}
