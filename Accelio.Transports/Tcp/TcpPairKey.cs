using System.Net;

namespace Accelio.Transports.Tcp;

/// <summary>What the two sockets of a pair know of each other (wire protocol, section 3.1).</summary>
/// <param name="Address">Address of the client; the same for both.</param>
/// <param name="Port">Port that the socket comes from.</param>
/// <param name="SecondPort">Port that the other one comes from.</param>
internal readonly record struct TcpPairKey(IPAddress Address, ushort Port, ushort SecondPort)
{
    /// <summary>The key of the other socket.</summary>
    public TcpPairKey Twin => new(Address, SecondPort, Port);
}
