using Accelio.Transports.Wire;

namespace Accelio.Reactive.Engine;

/// <summary>What a peer of ours says at set-up about what it takes and grants; of a C peer, nothing.</summary>
/// <param name="WindowMessages">Messages that it takes at first.</param>
/// <param name="WindowBytes">Bytes that it takes at first.</param>
/// <param name="ResponseRoom">How long a response may be; 0 where every request says so itself.</param>
/// <param name="RequestTime">How long it waits for the answer to a request, in ticks, unless the request says so itself; <see cref="long.MaxValue"/> for no limit.</param>
internal readonly record struct PeerTerms(long WindowMessages, long WindowBytes, long ResponseRoom, long RequestTime)
{
    /// <summary>The terms in the items of a session set-up or a greeting.</summary>
    public static PeerTerms From(in MessageItems items) => new(
        items.HasWindow ? items.WindowMessages : 0,
        items.HasWindow ? (long)Math.Min(items.WindowBytes, long.MaxValue) : 0,
        items.HasResponseRoom ? (long)Math.Min(items.ResponseRoom, long.MaxValue) : 0,
        items.HasDeadline ? WireTime.ToTicks(items.Deadline) : long.MaxValue);
}
