using Accelio.Transports;

namespace Accelio.Reactive.Tests.BadInput;

/// <summary>One way in which a client may break the protocol, and what must come of it.</summary>
/// <param name="Name">What it does.</param>
/// <param name="From">How far it keeps to the rules.</param>
/// <param name="Misbehave">How it breaks them.</param>
/// <param name="Error">The name under which its link is closed; <see cref="LinkError.None"/> when the protocol says to tolerate it.</param>
/// <param name="Field">What the text of the error must name.</param>
internal sealed record BadPeer(string Name, Stage From, Action<RawPeer> Misbehave, LinkError Error = LinkError.None, string Field = "")
{
    /// <summary>Whether it uses two sockets.</summary>
    public bool IsDual { get; init; }

    /// <summary>Whether it offers our extensions, instead of being a C program.</summary>
    public bool IsOurs { get; init; }

    /// <summary>Options of the server that matter here.</summary>
    public Action<AccelioServerOptions>? Options { get; init; }

    /// <summary>For peers that stall: how long they are borne at least. They are cut off within a second more.</summary>
    public TimeSpan Limit { get; init; }

    /// <summary>For peers that drip: what, byte by byte, two a second.</summary>
    public Func<RawPeer, byte[]>? Drip { get; init; }

    public override string ToString() => Name;
}
