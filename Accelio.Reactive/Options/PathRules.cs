namespace Accelio.Reactive;

/// <summary>What the paths of a session have to be.</summary>
internal static class PathRules
{
    /// <summary>A copy of the paths.</summary>
    /// <param name="options">The settings that they are part of.</param>
    /// <param name="name">What they are called there.</param>
    /// <exception cref="ArgumentException">They make no sense; the message says which and why.</exception>
    public static IReadOnlyList<SessionPath> Checked(AccelioSessionOptions options, string name)
    {
        Check.NotNull(options.Paths, name);
        Check.Range((int)options.PathMode, (int)PathMode.ActiveStandby, (int)PathMode.ActiveActive, nameof(AccelioSessionOptions.PathMode));
        SessionPath[] copy = [.. options.Paths];
        if (copy.Length == 0)
        {
            return copy;
        }

        for (var i = 0; i < copy.Length; i++)
        {
            if (copy[i] is null)
            {
                throw new ArgumentException($"{name}[{i}] is null: name paths that are there, or leave it out.", name);
            }

            for (var j = 0; j < i; j++)
            {
                if (Equals(copy[i].LocalAddress, copy[j].LocalAddress) && copy[i].Server == copy[j].Server)
                {
                    throw new ArgumentException($"{name}[{i}], {copy[i]}, is {name}[{j}] once more: give it another local address, or another server URI.", name);
                }
            }
        }

        var fault = copy.Length > 64 ? $"{name} has {copy.Length} paths: name at most 64."
            : !options.Resume ? $"{name} needs Resume: without it a connection ends with its path. Set Resume to true."
            : options.PathMode != PathMode.ActiveStandby ? null
            : options.OwnLink ? $"{name} with {PathMode.ActiveStandby} shares the links that stand by: set OwnLink to false, or give the session a LinkGroup."
            : Math.Max(1, options.Contexts.Count) * options.ConnectionsPerContext > 1
                ? $"A session with {PathMode.ActiveStandby} has one connection: name one context and one connection, or use {PathMode.ActiveActive}." : null;
        return fault is null ? copy : throw new ArgumentException(fault, name);
    }
}
