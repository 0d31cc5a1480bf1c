using Accelio.Transports;
using Accelio.Transports.Tcp;

namespace Accelio.Reactive;

/// <summary>The transports by scheme.</summary>
internal static class TransportTable
{
    private static readonly ITransport Tcp = new TcpTransport();

    /// <summary>The transport for a URI, on a context.</summary>
    /// <exception cref="ArgumentException">The URI is relative or its scheme is none of ours.</exception>
    public static ITransport Find(Uri uri, PollerContext context)
    {
        ArgumentNullException.ThrowIfNull(uri);
        if (!uri.IsAbsoluteUri)
        {
            throw new ArgumentException($"'{uri}' is not a complete URI: write it as tcp://host:port/resource.", nameof(uri));
        }

        return uri.Scheme switch
        {
            "tcp" => Tcp,
            "sim" => (context.Options.SimulatedNetwork ?? SimulatedNetwork.Shared).CreateTransport(),
            _ => throw new ArgumentException($"The scheme of '{uri}' is not known: this version speaks tcp:// and sim://.", nameof(uri)),
        };
    }
}
