using System.Net;

namespace Accelio.Transports.Simulated;

/// <summary>A named address of a simulated network, with the wishes of the URI it came from. Equality is host and port alone.</summary>
internal sealed class SimulatedEndPoint : EndPoint, IEquatable<SimulatedEndPoint>
{
    /// <summary>Creates the address; the host is any name, compared without case.</summary>
    public SimulatedEndPoint(string host, int port)
    {
        ArgumentException.ThrowIfNullOrEmpty(host);
        ArgumentOutOfRangeException.ThrowIfNegative(port);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, ushort.MaxValue);
        Host = host.ToLowerInvariant();
        Port = port;
    }

    /// <summary>The name of the host, lower case.</summary>
    public string Host { get; }

    /// <summary>The port; 0 asks a listener to choose one.</summary>
    public int Port { get; }

    /// <summary>The kind of link to dial with (URI query <c>kind=stream</c> or <c>kind=slots</c>); null leaves it to the transport's options. Ignored by listeners.</summary>
    public LinkKind? Kind { get; init; }

    /// <summary>The seed of the chunking of stream links (URI query <c>seed=1234</c>); null leaves it to the transport's options. Ignored by listeners.</summary>
    public int? Seed { get; init; }

    /// <inheritdoc/>
    public bool Equals(SimulatedEndPoint? other) => other is not null && Port == other.Port && Host == other.Host;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SimulatedEndPoint);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Host, Port);

    /// <inheritdoc/>
    public override string ToString() => $"{Host}:{Port}";
}
