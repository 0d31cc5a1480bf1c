using System.Net.Sockets;

namespace Accelio.Transports;

/// <summary>A transport could not resolve, bind or prepare an address. Turned into the public exceptions by the session layer.</summary>
internal sealed class TransportException : IOException
{
    /// <summary>Creates the exception.</summary>
    public TransportException(string message, SocketError error, Exception? inner = null)
        : base(message, inner) => Error = error;

    /// <summary>What the system said.</summary>
    public SocketError Error { get; }
}
