using Accelio.Reactive.Engine;

namespace Accelio.Reactive;

/// <summary>A session of a server, for the connections that its client adds.</summary>
internal interface IServedSession
{
    /// <summary>A client greets at a portal. On that portal's context.</summary>
    void OnHello(ServerCore portal, IncomingHello hello);

    /// <summary>A client comes back to a portal for a connection of the session whose link is lost. On that portal's context.</summary>
    void OnReturn(ServerCore portal, IncomingHello hello);

    /// <summary>The session with this key is taken over again from elsewhere: makes way, if this only stands for it or waits in vain for its client. Any context; it may complete on another one.</summary>
    ValueTask MakeWayAsync(UInt128 key);
}
