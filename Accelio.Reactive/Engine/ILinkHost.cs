using Accelio.Transports;

namespace Accelio.Reactive.Engine;

/// <summary>What a link tells the shell that made it. Poller only.</summary>
internal interface ILinkHost
{
    /// <summary>The link's set-up is done: sessions may be opened on it.</summary>
    void OnLinkReady(LinkMachine link);

    /// <summary>Servers: a client asks for a session. To be answered by <see cref="IncomingSession.Accept"/> or <see cref="IncomingSession.Reject"/>.</summary>
    void OnSessionRequest(LinkMachine link, IncomingSession incoming);

    /// <summary>Servers: a client adds a connection to a session. To be answered by <see cref="IncomingHello.Accept"/> or <see cref="IncomingHello.Refuse"/>.</summary>
    void OnHello(LinkMachine link, IncomingHello hello);

    /// <summary>Clients: the last connection of the link is over.</summary>
    void OnLinkIdle(LinkMachine link);

    /// <summary>The link is gone, its connections have been told.</summary>
    void OnLinkClosed(LinkMachine link, LinkError error, string detail);

    /// <summary>Something worth a line in the log.</summary>
    void OnLinkNote(LinkMachine link, LinkNote note, string detail);
}
