using System.Reactive.Concurrency;
using System.Reactive.Linq;

namespace Accelio.Reactive;

/// <summary>
/// The first operator after a stream of messages. A message is leased: inside OnNext only, so operators that keep or hand on a message need one of these in front.
/// </summary>
public static partial class AccelioObservable
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

    /// <summary>Adds a lease to every message, for an observer who disposes each of them, when and where it likes. Until then the sender is not given the room back: what is kept here, or dropped by an
    /// operator in between, makes the sender wait.</summary>
    public static IObservable<InboundMessage> Retain(this IObservable<InboundMessage> source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.Select(static message => message.Retain());
    }

    /// <summary>
    /// Reads the messages, and goes on, at another place: on the scheduler <paramref name="to"/>, in order, woken once for all that have gathered. A message stays leased until it was read there, so
    /// that a place that cannot keep up makes the sender wait; nothing else bounds what gathers. Towards a context's <see cref="AccelioContext.Scheduler"/> and the thread pool (<c>Scheduler.Default</c>)
    /// a message costs no allocation; every other scheduler is asked to schedule once per batch.
    /// </summary>
    /// <typeparam name="T">What <paramref name="read"/> makes.</typeparam>
    /// <param name="source">Messages.</param>
    /// <param name="to">Where to go on.</param>
    /// <param name="read">Makes a value of a message; runs on the scheduler. What it throws ends the query with OnError.</param>
    /// <remarks>An observer that throws loses its subscription; the exception goes to <see cref="AccelioContext.UnhandledExceptions"/> of the context that the messages come from.</remarks>
    public static IObservable<T> HandOff<T>(this IObservable<InboundMessage> source, IScheduler to, Func<InboundMessage, T> read)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(to);
        ArgumentNullException.ThrowIfNull(read);
        return new HandOff<T>(source, to, read);
    }

    /// <summary>
    /// Brings the messages of streams of several contexts together on one: a message stream like any other, whose OnNext calls run on <paramref name="context"/> one at a time, each message leased until
    /// the call returns. In order per source. Completes with the last of the sources, fails with the first that fails.
    /// </summary>
    /// <exception cref="ArgumentException">The context is not one made by <see cref="AccelioContext"/>.</exception>
    public static IObservable<InboundMessage> MergeOn(this IEnumerable<IObservable<InboundMessage>> sources, AccelioContext context)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(context);
        var target = context as PollerContext
            ?? throw new ArgumentException("Messages can be brought to contexts made by AccelioContext: Start, Manual or OnScheduler.", nameof(context));
        var streams = sources.ToArray();
        if (streams.Length == 0 || Array.IndexOf(streams, null) >= 0)
        {
            throw new ArgumentException("There must be one stream at least, and none of them null.", nameof(sources));
        }

        return new MergedMessages(streams, target);
    }
}
