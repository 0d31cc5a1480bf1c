namespace Accelio.Reactive.Tests.Worlds;

/// <summary>Since when there are worlds of a kind: seeds that were kept before something was added have to make the worlds that they made.</summary>
public enum WorldAge
{
    /// <summary>From the beginning.</summary>
    First,

    /// <summary>With sessions that are moved, and sessions with several paths.</summary>
    Journeys,

    /// <summary>With servers on libxio.</summary>
    CServers,
}
