namespace Accelio.Transports.Rdma;

/// <summary>A request in a send queue.</summary>
/// <param name="Message">The message, to be given back; null for other requests.</param>
/// <param name="ReadLength">READs: how many bytes; else 0.</param>
internal readonly record struct RdmaSend(RdmaMessage? Message, int ReadLength);
