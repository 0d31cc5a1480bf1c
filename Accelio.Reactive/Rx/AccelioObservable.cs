using System.Reactive.Linq;

namespace Accelio.Reactive;

/// <summary>
/// The first operator after a stream of messages. A message is leased: inside OnNext only, so operators that keep or hand on a message need one of these in front.
/// </summary>
public static class AccelioObservable
{
    /// <summary>Makes a value of every message inside its OnNext: the front door of every query.</summary>
    /// <typeparam name="T">What <paramref name="read"/> makes.</typeparam>
    public static IObservable<T> Read<T>(this IObservable<InboundMessage> source, Func<InboundMessage, T> read)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(read);
        return source.Select(read);
    }

    /// <summary>Copies every message; the copies may be kept and handed on as one likes.</summary>
    public static IObservable<DetachedMessage> Detach(this IObservable<InboundMessage> source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.Select(static message => message.Detach());
    }
}
