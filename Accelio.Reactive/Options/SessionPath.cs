using System.Net;

namespace Accelio.Reactive;

/// <summary>One of several ways to a server: from a certain address of this machine, to a certain address of the server, or both. Immutable.</summary>
public sealed class SessionPath
{
    /// <summary>Names a way.</summary>
    /// <param name="localAddress">The address of this machine to connect from, and with it the interface; null lets the system choose, or takes <see cref="AccelioSessionOptions.LocalAddress"/>.</param>
    /// <param name="server">Where the same server listens on this way, e.g. <c>tcp://10.2.0.1:2061</c>; null for the URI that the session is opened with. Its resource is that of the session.</param>
    /// <exception cref="ArgumentException">The URI is relative, or both are null.</exception>
    public SessionPath(IPAddress? localAddress = null, Uri? server = null)
    {
        if (localAddress is null && server is null)
        {
            throw new ArgumentException("A path without anything of its own is none: name the local address it comes from, the URI where it leads, or both.", nameof(localAddress));
        }

        if (server is { IsAbsoluteUri: false })
        {
            throw new ArgumentException($"'{server}' has no scheme and host: write it as tcp://host:port.", nameof(server));
        }

        LocalAddress = localAddress;
        Server = server;
    }

    /// <summary>The address of this machine to connect from.</summary>
    public IPAddress? LocalAddress { get; }

    /// <summary>Where the server listens on this way.</summary>
    public Uri? Server { get; }

    /// <inheritdoc/>
    public override string ToString() => $"from {LocalAddress?.ToString() ?? "any address"} to {Server?.ToString() ?? "the session's URI"}";

    /// <summary>The way as one for a session.</summary>
    /// <param name="uri">What the session is opened with.</param>
    internal RouteTarget ToTarget(string uri) => new(Server is null ? uri : new Uri(Server, new Uri(uri).PathAndQuery).OriginalString, LocalAddress);
}
