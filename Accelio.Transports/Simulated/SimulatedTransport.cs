using System.Net;
using Accelio.Transports.Polling;

namespace Accelio.Transports.Simulated;

/// <summary>
/// Links between pollers of one process: the same framing, credits and callbacks as the real transports, without an operating system.
/// URI: <c>sim://host:port?kind=stream|slots&amp;seed=n</c>.
/// </summary>
internal sealed class SimulatedTransport : ITransport
{
    /// <summary>Creates the transport of one network.</summary>
    public SimulatedTransport(SimulatedHub hub, SimulatedOptions? options = null)
    {
        Hub = hub;
        Options = options ?? new SimulatedOptions();
    }

    /// <summary>The network.</summary>
    public SimulatedHub Hub { get; }

    /// <summary>How links are made.</summary>
    public SimulatedOptions Options { get; }

    /// <inheritdoc/>
    public string Scheme => "sim";

    /// <inheritdoc/>
    public ValueTask<EndPoint[]> ResolveAsync(Uri uri, CancellationToken cancellationToken) => throw null!;

    /// <inheritdoc/>
    public IListener Listen(Poller poller, EndPoint address, LinkOptions options, Func<Link, ILinkSink> accept) => throw null!;

    /// <inheritdoc/>
    public Link Dial(Poller poller, EndPoint address, LinkOptions options, ILinkSink sink) => throw null!;
}
