namespace Accelio.Samples.Chaos;

/// <summary>How a run is to be.</summary>
/// <param name="Duration">How long there is traffic.</param>
/// <param name="Servers">Servers.</param>
/// <param name="Clients">Client processes.</param>
/// <param name="Contexts">Contexts of each server and each client: a session has a connection on each.</param>
/// <param name="Interval">Time between two faults, on average.</param>
/// <param name="Faults">What may happen.</param>
/// <param name="Resume">Whether sessions go on over another link when theirs is lost.</param>
/// <param name="Seed">Decides what happens when.</param>
internal sealed record ChaosOptions(TimeSpan Duration, int Servers, int Clients, int Contexts, TimeSpan Interval, IReadOnlyList<FaultKind> Faults, bool Resume, int Seed);
