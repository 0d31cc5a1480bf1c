using Accelio.Reactive.Engine;

namespace Accelio.Reactive;

/// <summary>A server's session, on one context or several, to whoever moves it. Home context only.</summary>
internal interface IMovableSession : IServedSession
{
    /// <summary>The session's home.</summary>
    PollerContext Home { get; }

    /// <summary>The client, as the set-up has told it.</summary>
    SessionPeer Client { get; }

    /// <summary>The id by which the client names the session.</summary>
    uint? KnownAs { get; }

    /// <summary>Who moves it at present.</summary>
    MigrationRun? Mover { get; set; }

    /// <summary>The connections of the moment, with their parts; none while one of them is being made or closed.</summary>
    IReadOnlyList<MovingConnection> ListMoving();

    /// <summary>All connections are about to depart, or to be drained, for this target.</summary>
    void Leave(string target, bool isNewSession);
}
