namespace Accelio.Reactive.Tests.BadInput;

/// <summary>
/// The table of what clients may do wrong: everything of sections 19.2 and 19.3 of the wire protocol, from the first byte of a socket to
/// the last of a session. <c>BadPeerTests</c> reads it.
/// </summary>
internal static partial class BadPeers
{
    /// <summary>Those who break the protocol.</summary>
    public static IReadOnlyDictionary<string, BadPeer> Violations { get; } =
        ByName([.. WithoutLink, .. WithoutSession, .. Fields, .. WithinSession]);

    /// <summary>Those who do what C peers do, or newer ones may, and are to be borne.</summary>
    public static IReadOnlyDictionary<string, BadPeer> Tolerated { get; } = ByName(Oddities);

    /// <summary>Those who are silent, slow, or stop half-way.</summary>
    public static IReadOnlyDictionary<string, BadPeer> Stalling { get; } = ByName(Stalls);

    private static Dictionary<string, BadPeer> ByName(IEnumerable<BadPeer> peers) => peers.ToDictionary(peer => peer.Name);
}
