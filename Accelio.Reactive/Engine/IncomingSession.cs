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

    /// <summary>Accepts; returns the connection, established when <see cref="IConnectionEvents.OnEstablished"/> was called, or null when the link is gone.</summary>
    public ConnectionMachine? Accept(IConnectionEvents events, ReadOnlySpan<byte> privateData)
    {
        if (_link.Phase != LinkPhase.Open)
        {
            return null;
        }

        _link.OnSessionAnswered();
        var connection = _link.AddConnection(events, isClient: false);
        connection.SetPeer(_peerId, _depths, _terms);
        connection.SendAccept(_task, privateData);
        return connection;
    }

    /// <summary>Rejects; both sides then close the connection that was never one.</summary>
    public void Reject(AccelioStatus reason, ReadOnlySpan<byte> privateData) => TurnAway()?.SendReject(_task, (uint)reason, privateData);

    /// <summary>Sends the client elsewhere; both sides then close the connection that was never one.</summary>
    public void Redirect(ReadOnlySpan<ReadOnlyMemory<byte>> portals) => TurnAway()?.SendRedirect(_task, portals);

    /// <summary>A connection for an answer that ends it, or null when the link is gone.</summary>
    private ConnectionMachine? TurnAway()
    {
        if (_link.Phase != LinkPhase.Open)
        {
            return null;
        }

        _link.OnSessionAnswered();
        var connection = _link.AddConnection(NoEvents.Instance, isClient: false);
        connection.SetPeer(_peerId, _depths, _terms);
        return connection;
    }
}
