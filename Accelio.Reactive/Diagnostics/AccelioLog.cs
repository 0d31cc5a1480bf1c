using Accelio.Reactive.Engine;
using Accelio.Transports;
using Microsoft.Extensions.Logging;

namespace Accelio.Reactive;

/// <summary>Every log message of the library; the event ids are stable.</summary>
internal static partial class AccelioLog
{
    /// <summary>User code threw where nobody waits for it.</summary>
    [LoggerMessage(1, LogLevel.Error, "A callback on context {Context} threw")]
    public static partial void UnhandledException(ILogger logger, string context, Exception exception);

    /// <summary>A handler of requests threw.</summary>
    [LoggerMessage(2, LogLevel.Error, "A request handler of session {Uri} threw; the requester was told that it failed")]
    public static partial void HandlerFailed(ILogger logger, string uri, Exception exception);

    /// <summary>A link ended other than in good order.</summary>
    [LoggerMessage(3, LogLevel.Warning, "The link to {Peer} ended: {Error}: {Detail}")]
    public static partial void LinkFailed(ILogger logger, object? peer, LinkError error, string detail);

    /// <summary>Somebody came for a connection that is not his, or with an attempt that another one has overtaken.</summary>
    [LoggerMessage(11, LogLevel.Warning, "{Peer} was refused a connection that had lost its link: {Status}")]
    public static partial void ResumeRefused(ILogger logger, object? peer, AccelioStatus status);

    /// <summary>A session was to be handed over to this server, and was refused.</summary>
    [LoggerMessage(12, LogLevel.Warning, "A session that {Peer} wanted to hand over was refused with {Status}: {Detail}")]
    public static partial void HandOverRefused(ILogger logger, object? peer, AccelioStatus status, string detail);

    /// <summary>Something the protocol says to ignore.</summary>
    [LoggerMessage(4, LogLevel.Debug, "Link to {Peer}: {Note}: {Detail}")]
    public static partial void LinkNote(ILogger logger, object? peer, LinkNote note, string detail);

    /// <summary>Messages waited in vain for a consumer.</summary>
    [LoggerMessage(5, LogLevel.Warning, "Session {Uri}: {Requests} requests and {Messages} messages found no consumer {Why}")]
    public static partial void Unclaimed(ILogger logger, string uri, int requests, int messages, string why);

    /// <summary>A handler threw when nobody waited for its answer any more.</summary>
    [LoggerMessage(7, LogLevel.Debug, "A request handler of session {Uri} threw after its request could not be answered any more")]
    public static partial void LateHandlerFailed(ILogger logger, string uri, Exception exception);

    /// <summary>A callback held the context up.</summary>
    [LoggerMessage(6, LogLevel.Warning, "A callback on context {Context} took {Milliseconds} ms; everything that lives there waited")]
    public static partial void SlowCallback(ILogger logger, string context, long milliseconds);

    /// <summary>The context was free to choose its TCP engine, and could not have the first choice.</summary>
    [LoggerMessage(9, LogLevel.Information, "Context {Context} uses the portable TCP engine: {Reason}")]
    public static partial void PortableEngine(ILogger logger, string context, string reason);

    /// <summary>A one-way message was no value of the type that a consumer wants.</summary>
    [LoggerMessage(8, LogLevel.Warning, "Session {Uri}: a one-way message was rejected, because it could not be read")]
    public static partial void Unreadable(ILogger logger, string uri, Exception exception);

    /// <summary>Callers dropped leases; their buffers and credits were taken back.</summary>
    [LoggerMessage(10, LogLevel.Warning, "Context {Context}: {Count} leases of messages were dropped without Dispose; the garbage collector found them late. The last one: {Last}")]
    public static partial void LeasesDropped(ILogger logger, string context, int count, string last);
}
