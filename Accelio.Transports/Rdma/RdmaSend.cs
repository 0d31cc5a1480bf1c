namespace Accelio.Transports.Rdma;

/// <summary>A request in a send queue.</summary>
/// <param name="Message">The message, to be given back; null for other requests.</param>
/// <param name="ReadLength">READs of a message's body: how many bytes; else 0.</param>
/// <param name="Direct">What somebody asked for of the peer's memory; else null.</param>
internal readonly record struct RdmaSend(RdmaMessage? Message, int ReadLength, DirectOperation? Direct = null);
