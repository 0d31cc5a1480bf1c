using System.Runtime.CompilerServices;
using Accelio.Transports;
using Accelio.Transports.Rdma;
using Accelio.Transports.Tcp;

namespace Accelio.Reactive;

/// <summary>The transports by scheme.</summary>
internal static class TransportTable
{
    private static readonly ITransport Tcp = new TcpTransport();
    private static readonly ITransport Rdma = new RdmaTransport();

    /// <summary>The transport for a URI, on a context.</summary>
    /// <exception cref="ArgumentException">The URI is relative, its scheme is none of ours, or it names no host or port.</exception>
    public static ITransport Find(Uri uri, PollerContext context, [CallerArgumentExpression(nameof(uri))] string? name = null)
    {
        ArgumentNullException.ThrowIfNull(uri, name);
        if (!uri.IsAbsoluteUri)
        {
            throw new ArgumentException($"'{uri}' is not a complete URI: write it as tcp://host:port/resource.", name);
        }

        return uri.Scheme switch
        {
            "tcp" or "rdma" when uri.Host.Length == 0 || uri.Port < 0 =>
                throw new ArgumentException($"'{uri}' names no host or no port, and there are no defaults: write it as {uri.Scheme}://host:port/resource.", name),
            "tcp" => Tcp,
            "rdma" => Rdma,
            "sim" => (context.Options.SimulatedNetwork ?? SimulatedNetwork.Shared).CreateTransport(context.Options.SimulatedHost),
            _ => throw new ArgumentException($"The scheme of '{uri}' is not known: this version speaks tcp://, rdma:// and sim://.", name),
        };
    }
}
