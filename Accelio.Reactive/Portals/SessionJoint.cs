using Accelio.Reactive.Engine;

namespace Accelio.Reactive;

/// <summary>A session that one part has set up, for the others that bring their connections to it.</summary>
/// <param name="Server">The server, as the set-up has told it.</param>
/// <param name="LocalId">The id of the session here.</param>
/// <param name="Portals">Where to go, in the order of the server.</param>
/// <param name="Lead">Where it was set up.</param>
/// <param name="Places">Where another one can be set up when its server cannot be reached any more.</param>
/// <param name="MovedTo">Where its server is, if it is not the one that the session was opened at.</param>
internal sealed record SessionJoint(SessionPeer Server, uint LocalId, IReadOnlyList<string> Portals, string Lead, IReadOnlyList<RouteTarget> Places, string? MovedTo)
{
    /// <summary>The list as a part goes through it: each begins with another portal.</summary>
    public IReadOnlyList<string> PortalsFor(int index) => [.. Portals.Select((_, i) => Portals[(index + i) % Portals.Count])];
}
