using Accelio.Transports;
using Accelio.Transports.Wire;

namespace Accelio.Reactive.Engine;

/// <summary>A client's greeting for a session that was set up elsewhere, copied out of the frame: waits to be accepted or refused. Poller only.</summary>
internal sealed class IncomingHello
{
    private readonly LinkMachine _link;
    private readonly uint _task;
    private readonly uint? _connectionId;
    private readonly PeerTerms _terms;

    public IncomingHello(LinkMachine link, in FrameHeader header, in MessageItems items)
    {
        _link = link;
        _task = header.LocalTask;
        _terms = PeerTerms.From(items);
        _connectionId = items.HasConnectionId ? items.ConnectionId : null;
        SessionId = header.Destination;
        SessionKey = items.HasSessionKey ? items.SessionKey : null;
    }

    /// <summary>The link it came on.</summary>
    public LinkMachine Link => _link;

    /// <summary>The session that it is for.</summary>
    public uint SessionId { get; }

    /// <summary>What proves that the sender has set that session up; C peers have none.</summary>
    public UInt128? SessionKey { get; }

    /// <summary>Whether the connection needs an id of its own: the peer knows them. Else it goes by the session's.</summary>
    public bool HasConnectionId => _connectionId is not null;

    /// <summary>Whether the session's id may be the connection's on this link.</summary>
    public bool IsIdFree => !_link.HasConnection(SessionId);

    /// <summary>Accepts; returns the connection, established when <see cref="IConnectionEvents.OnEstablished"/> was called, or null when the link is gone.</summary>
    /// <param name="events">Who is told of the connection.</param>
    /// <param name="localId">Its id here: the session's, unless it has one of its own.</param>
    /// <param name="peer">The client, as the set-up of the session has told it.</param>
    public ConnectionMachine? Accept(IConnectionEvents events, uint localId, in SessionPeer peer)
    {
        if (_link.Phase != LinkPhase.Open)
        {
            return null;
        }

        _link.OnSessionAnswered();
        var connection = _link.AddConnection(events, isClient: false, localId);
        connection.AnswerHello(_task, _connectionId ?? peer.Id, peer.Depths, _terms, HasConnectionId);
        return connection;
    }

    /// <summary>Refuses: a client of ours goes elsewhere; others have no answer for that, and lose the link.</summary>
    public void Refuse(string reason)
    {
        if (_link.Phase != LinkPhase.Open)
        {
            return;
        }

        _link.OnSessionAnswered();
        if (!_link.HasConnections)
        {
            _link.Link.Abort(LinkError.UnexpectedFrame, reason);
            return;
        }

        OutboundFrame frame = default;
        frame.Header.Type = FrameType.HelloResponse;
        frame.Header.RemoteTask = _task;
        frame.Header.Status = (uint)AccelioStatus.NotSession;
        _link.Link.Send(ref frame);
        _link.OnRefused();
    }
}
