using Accelio.Reactive.Engine;
using Accelio.Transports;

namespace Accelio.Reactive;

/// <summary>What a session is known by to its two sides only.</summary>
internal static class SessionKeys
{
    /// <summary>A new key.</summary>
    public static UInt128 New(IEntropy entropy)
    {
        UInt128 key = 0;
        for (var i = 0; i < 4; i++)
        {
            key = (key << 32) | entropy.NextUInt32();
        }

        return key;
    }

    /// <summary>Cuts the link off on which somebody greets who has not set the session up, or greets twice.</summary>
    /// <returns>Whether it was one of those.</returns>
    public static bool IsForeign(IncomingHello hello, in SessionPeer peer)
    {
        var fault = !peer.IsSource(hello) ? "which this client has not set up"
            : !hello.HasConnectionId && !hello.IsIdFree ? "which has a connection on this link already"
            : null;
        if (fault is not null)
        {
            hello.Link.Link.Abort(LinkError.UnexpectedFrame, $"hello for session 0x{hello.SessionId:x8}, {fault}");
        }

        return fault is not null;
    }
}
