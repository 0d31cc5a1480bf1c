using Accelio.Transports.Rdma;

namespace Accelio.Reactive;

/// <summary>The transports that a URI's scheme chooses from, as far as a machine may lack one of them: <c>tcp://</c> and <c>sim://</c> are everywhere.</summary>
public static class AccelioTransports
{
    /// <summary><c>rdma://</c>: RDMA verbs over libibverbs and librdmacm, on 64-bit Linux.</summary>
    public static AccelioTransport Rdma { get; } = new(RdmaTransport.SchemeName, static () => RdmaSupport.Obstacle);
}
