namespace Accelio.Reactive.Engine;

/// <summary>Where a connection is; the closing states are those of wire protocol section 16.</summary>
internal enum ConnectionState
{
    /// <summary>Clients: the set-up request or hello was sent.</summary>
    Connecting = 0,

    /// <summary>Messages flow.</summary>
    Online,

    /// <summary>Closing here: the FIN waits behind what is queued.</summary>
    FinQueued,

    /// <summary>Our FIN is out.</summary>
    FinWait1,

    /// <summary>Our FIN was acknowledged, the peer's is due.</summary>
    FinWait2,

    /// <summary>Both FINs are out, ours is not acknowledged.</summary>
    Closing,

    /// <summary>The peer closed, we answered with our own FIN.</summary>
    LastAck,

    /// <summary>The link is lost, and the connection goes on when there is another one.</summary>
    Suspended,

    /// <summary>Servers: nothing is under way, and another place takes the connection over.</summary>
    Frozen,

    /// <summary>Over.</summary>
    Closed,
}
