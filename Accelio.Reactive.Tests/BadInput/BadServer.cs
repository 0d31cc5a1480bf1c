using Accelio.Transports;

namespace Accelio.Reactive.Tests.BadInput;

/// <summary>One way in which a server may break the protocol, and what must come of it.</summary>
/// <param name="Name">What it does.</param>
/// <param name="From">How far it keeps to the rules.</param>
/// <param name="Misbehave">How it breaks them.</param>
/// <param name="Error">The name under which its link is closed.</param>
/// <param name="Field">What the text of the error must name.</param>
internal sealed record BadServer(string Name, Stage From, Action<RawServer> Misbehave, LinkError Error, string Field)
{
    /// <summary>Whether it offers our extensions, instead of being a C program.</summary>
    public bool IsOurs { get; init; }

    /// <summary>Options of the client that matter here.</summary>
    public Action<AccelioSessionOptions>? Options { get; init; }

    /// <summary>For servers that stall: how long they are borne at least. They are cut off within a second more.</summary>
    public TimeSpan Limit { get; init; }

    public override string ToString() => Name;
}
