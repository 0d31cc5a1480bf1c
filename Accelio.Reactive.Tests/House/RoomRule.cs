namespace Accelio.Reactive.Tests.House;

/// <summary>What the code of one namespace, and of those below it, must not mention.</summary>
/// <param name="Room">The namespace.</param>
/// <param name="Why">The reason, for whoever breaks the rule.</param>
/// <param name="Forbidden">Namespaces, types or members, each with everything in it.</param>
internal sealed record RoomRule(string Room, string Why, params string[] Forbidden)
{
    /// <summary>The mentions that break the rule.</summary>
    public IEnumerable<TypeUse> Broken(IEnumerable<TypeUse> uses) =>
        uses.Where(use => IsIn(use.Room, Room) && Forbidden.Any(forbidden => IsIn(use.Used, forbidden)));

    private static bool IsIn(string name, string container) =>
        name.StartsWith(container, StringComparison.Ordinal) && (name.Length == container.Length || name[container.Length] == '.');
}
