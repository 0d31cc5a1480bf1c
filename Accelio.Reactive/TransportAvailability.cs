using System.Diagnostics.CodeAnalysis;

namespace Accelio.Reactive;

/// <summary>Whether a transport can be used on this machine, and if not, why.</summary>
/// <param name="Reason">Null when it can be used; else a sentence for people that says what is missing and what would help. Connecting and listening fail with the same one.</param>
public readonly record struct TransportAvailability(string? Reason)
{
    /// <summary>Whether it can be used.</summary>
    [MemberNotNullWhen(false, nameof(Reason))]
    public bool IsAvailable => Reason is null;

    /// <inheritdoc/>
    public override string ToString() => Reason ?? "available";
}
