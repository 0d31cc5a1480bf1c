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
        Resume = items is { HasResume: true, HasResumeToken: true, HasConnectionId: true } && link.HasResume ? items.Resume : null;
        ResumeToken = items.ResumeToken;
    }

    /// <summary>Where the client stands on the connection that it comes back for; null when it adds one.</summary>
    public ResumeItem? Resume { get; }

    /// <summary>What the client shows to get that connection.</summary>
    public ResumeToken ResumeToken { get; }

    /// <summary>The id by which the client wants the connection to be addressed.</summary>
    public uint ConnectionId => _connectionId.GetValueOrDefault();

    /// <summary>What the client waits with.</summary>
    public uint Task => _task;

    /// <summary>Whether the link is still there.</summary>
    public bool IsOpen => _link.Phase == LinkPhase.Open;

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

        Answer(AccelioStatus.NotSession, retryAfter: 0);
    }

    /// <summary>Refuses a client that comes back for a connection: what it came for is untouched.</summary>
    /// <param name="status">Why.</param>
    /// <param name="retryAfter">When to try again, in ticks; 0 where that is of no use.</param>
    public void Decline(AccelioStatus status, long retryAfter = 0)
    {
        if (IsOpen)
        {
            _link.OnSessionAnswered();
            Answer(status, retryAfter);
        }
    }

    /// <summary>Tells a client that comes back for a connection where that has been moved.</summary>
    /// <param name="target">The URI in UTF-8, at most <see cref="MoveGoPayload.MaxTarget"/> bytes.</param>
    /// <param name="token">What to show there.</param>
    public void SendOn(ReadOnlySpan<byte> target, in ResumeToken token)
    {
        if (!IsOpen)
        {
            return;
        }

        _link.OnSessionAnswered();
        scoped OutboundFrame frame = default;
        frame.Header.Type = FrameType.HelloResponse;
        frame.Header.RemoteTask = _task;
        frame.Header.Status = (uint)AccelioStatus.SessionRedirected;
        frame.Header.Flags = MessageFlags.Items;
        Span<byte> buffer = stackalloc byte[MessageItems.MaxWritten];
        frame.Items = buffer[..new MessageItems { HasResumeToken = true, ResumeToken = token, HasMoved = true, Moved = target }.Write(buffer)];
        _link.Link.Send(ref frame);
        _link.OnRefused();
    }

    private void Answer(AccelioStatus status, long retryAfter)
    {
        scoped OutboundFrame frame = default;
        frame.Header.Type = FrameType.HelloResponse;
        frame.Header.RemoteTask = _task;
        frame.Header.Status = (uint)status;
        Span<byte> buffer = stackalloc byte[MessageItems.MaxWritten];
        if (retryAfter != 0)
        {
            frame.Header.Flags = MessageFlags.Items;
            frame.Items = buffer[..new MessageItems { HasRetryAfter = true, RetryAfter = WireTime.ToNanoseconds(retryAfter) }.Write(buffer)];
        }

        _link.Link.Send(ref frame);
        _link.OnRefused();
    }
}
