using System.Net;
using Accelio.Transports.Wire;

namespace Accelio.Reactive.Engine;

/// <summary>What the set-up of a session has told about the other side, for the connections that are added later.</summary>
/// <param name="Id">The id by which it is addressed where connections have none of their own; to a server also that of the session.</param>
/// <param name="Depths">What it announced as its queues.</param>
/// <param name="Key">What clients have to show for later connections; null where one side knows no keys.</param>
/// <param name="Address">Where it is. A client without a key has to come from there again.</param>
internal readonly record struct SessionPeer(uint Id, QueueDepths Depths, UInt128? Key, EndPoint Address)
{
    /// <summary>Servers: whether whoever greets is the client that has set the session up.</summary>
    public bool IsSource(IncomingHello hello) => Key is { } key
        ? hello.SessionKey == key
        : (Address, hello.Link.Link.RemoteEndPoint) is not (IPEndPoint one, IPEndPoint other) || one.Address.Equals(other.Address);
}
