namespace Accelio.Transports.Rdma;

/// <summary>The keys of registered memory.</summary>
/// <param name="Local">For work requests of this end.</param>
/// <param name="Remote">For work requests of peers.</param>
internal sealed record RdmaKeys(uint Local, uint Remote);
