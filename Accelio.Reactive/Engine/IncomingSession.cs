using System.Text;
using Accelio.Transports.Wire;

namespace Accelio.Reactive.Engine;

/// <summary>A client's request for a session, copied out of the frame: waits to be accepted, rejected or redirected. Poller only.</summary>
internal sealed class IncomingSession
{
    private readonly LinkMachine _link;
    private readonly uint _task;
    private readonly uint _peerId;
    private readonly QueueDepths _depths;
    private readonly PeerTerms _terms;

    public IncomingSession(LinkMachine link, uint task, in SessionSetupRequest request, in MessageItems items)
    {
        _link = link;
        _task = task;
        _peerId = request.SessionId;
        _depths = request.Depths;
        _terms = PeerTerms.From(items);
        Uri = Encoding.UTF8.GetString(request.Uri);
        PrivateData = request.PrivateData.ToArray();
    }

    /// <summary>The link it came on.</summary>
    public LinkMachine Link => _link;

    /// <summary>The URI as the client wrote it.</summary>
    public string Uri { get; }

    /// <summary>What the client sent along.</summary>
    public byte[] PrivateData { get; }

    /// <summary>The client, for the connections that it adds later; they have to show the key, if it knows keys.</summary>
    public SessionPeer ToPeer(UInt128 key) => new(_peerId, _depths, _link.HasConnections ? key : null, _link.Link.RemoteEndPoint);

    /// <summary>Accepts; returns the connection, established when <see cref="IConnectionEvents.OnEstablished"/> was called, or null when the link is gone.</summary>
    /// <param name="events">Who is told of the connection.</param>
    /// <param name="privateData">For the client.</param>
    /// <param name="id">The session's id, which is that of the connection, too; null takes any that is free on the link.</param>
    /// <param name="key">What connections added later have to show.</param>
    public ConnectionMachine? Accept(IConnectionEvents events, ReadOnlySpan<byte> privateData, uint? id = null, UInt128? key = null)
    {
        if (Open(events, id) is not { } connection)
        {
            return null;
        }

        connection.SendAccept(_task, default, privateData, key);
        return connection;
    }

    /// <summary>Accepts, and has the client bring its connections to portals; the one that it asked on closes.</summary>
    /// <returns>False when the link is gone.</returns>
    public bool AcceptAt(ReadOnlySpan<ReadOnlyMemory<byte>> portals, ReadOnlySpan<byte> privateData, uint id, UInt128 key)
    {
        if (Open(NoEvents.Instance, id) is not { } connection)
        {
            return false;
        }

        connection.SendAccept(_task, portals, privateData, key);
        return true;
    }

    /// <summary>Rejects; both sides then close the connection that was never one.</summary>
    public void Reject(AccelioStatus reason, ReadOnlySpan<byte> privateData) => Open(NoEvents.Instance)?.SendReject(_task, (uint)reason, privateData);

    /// <summary>Sends the client elsewhere; both sides then close the connection that was never one.</summary>
    public void Redirect(ReadOnlySpan<ReadOnlyMemory<byte>> portals) => Open(NoEvents.Instance)?.SendRedirect(_task, portals);

    /// <summary>A connection for the answer, or null when the link is gone.</summary>
    private ConnectionMachine? Open(IConnectionEvents events, uint? id = null)
    {
        if (_link.Phase != LinkPhase.Open)
        {
            return null;
        }

        _link.OnSessionAnswered();
        var connection = _link.AddConnection(events, isClient: false, id);
        connection.SetPeer(_peerId, _depths, _terms);
        return connection;
    }
}
