using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Accelio.Reactive;

/// <content>From streams, which push, to readers, who pull.</content>
public static partial class AccelioObservable
{
    /// <summary>
    /// Begins to gather the messages of a stream for a reader. <b>Each message that the reader takes is the reader's</b>, who must dispose it. What gathers is bounded by the sender's window and nothing
    /// else: when the reader does not keep up, the sender waits. The channel ends with the stream, behind what is still unread: completed, or failed with the session's exception.
    /// </summary>
    /// <param name="source">Messages.</param>
    /// <param name="cancellationToken">Fires when nobody will read any more: what is unread is released, reading ends with <see cref="OperationCanceledException"/>.</param>
    public static ChannelReader<InboundMessage> ToChannel(this IObservable<InboundMessage> source, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        var channel = new MessageChannel(source);
        channel.StopWith(cancellationToken);
        return channel.Reader;
    }

    /// <summary>
    /// Gives the messages of a stream, from the beginning of the enumeration on, one by one. <b>Each message is the caller's</b>, who must dispose it: <c>await foreach (var message in ...) using (message)
    /// { ... }</c>. What is unread when the enumeration is left is released. Bounded by the sender's window and nothing else. An enumeration on a context goes on there.
    /// </summary>
    /// <exception cref="AccelioException">The session failed; after the last message.</exception>
    public static IAsyncEnumerable<InboundMessage> ReadAllAsync(this IObservable<InboundMessage> source, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Enumerate(source, cancellationToken);
    }

    private static async IAsyncEnumerable<InboundMessage> Enumerate(IObservable<InboundMessage> source, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var channel = new MessageChannel(source);
        var hasMore = true;
        while (hasMore)
        {
            while (channel.Reader.TryRead(out var message))
            {
                yield return message;
            }

            var context = AccelioContext.Current;
            hasMore = await channel.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(VirtualSynchronizationContext.IsCurrent);
            if (context is not null)
            {
                await context.SwitchTo();
            }
        }
    }
}
