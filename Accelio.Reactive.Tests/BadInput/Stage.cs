namespace Accelio.Reactive.Tests.BadInput;

/// <summary>How far a peer has come by the rules before it breaks one.</summary>
internal enum Stage
{
    /// <summary>The sockets are connected; nothing was sent.</summary>
    Connected,

    /// <summary>The connect messages were sent; servers: and the link set-up of the client has come.</summary>
    Introduced,

    /// <summary>The link is set up; servers: and the request for a session has come.</summary>
    Linked,

    /// <summary>A session is open.</summary>
    InSession,

    /// <summary>Servers: a session is open, and a request of the client waits for its answer.</summary>
    Asked,
}
