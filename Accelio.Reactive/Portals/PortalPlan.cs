namespace Accelio.Reactive;

/// <summary>Where the connections of a new session go.</summary>
/// <param name="Home">The context of the first of them, on which the session lives.</param>
/// <param name="Portals">What the client is told; nothing keeps it on the link that it asked on.</param>
internal readonly record struct PortalPlan(PollerContext Home, ReadOnlyMemory<byte>[] Portals);
