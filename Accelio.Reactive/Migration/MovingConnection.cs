using Accelio.Reactive.Engine;
using Accelio.Transports.Wire;

namespace Accelio.Reactive;

/// <summary>A connection that is being moved.</summary>
internal sealed class MovingConnection(SessionCore part, ConnectionCore connection)
{
    /// <summary>The session, or the part of one, that it carries.</summary>
    public SessionCore Part => part;

    /// <summary>The connection.</summary>
    public ConnectionCore Connection => connection;

    /// <summary>The engine's connection.</summary>
    public ConnectionMachine Machine => connection.Machine;

    /// <summary>What it is, once it is quiet.</summary>
    public ConnectionHandOver HandOver { get; set; }

    /// <summary>What its client shows until it is told to show something else.</summary>
    public ResumeToken OldToken { get; set; }

    /// <summary>Where it will be, and what its client will have to show there.</summary>
    public TakenConnection Taken { get; set; }
}
