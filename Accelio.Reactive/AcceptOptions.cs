namespace Accelio.Reactive;

/// <summary>How a session is accepted.</summary>
public sealed class AcceptOptions
{
    /// <summary>What the client sees as <see cref="AccelioSession.AcceptedData"/>; at most 3700 bytes.</summary>
    public ReadOnlyMemory<byte> PrivateData { get; set; }

    /// <summary>
    /// Servers over several contexts: the portals to which the client brings its connections; it takes them in turn, beginning with another one for each session. Null takes all of them, an empty list
    /// keeps the session on the link that it was asked for on. The portal that it was asked for on is left out. Ignored where all contexts share one port.
    /// </summary>
    public IReadOnlyList<AccelioPortal>? Portals { get; set; }
}
