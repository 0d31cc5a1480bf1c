using Accelio.Transports.Polling;

namespace Accelio.Transports.Simulated;

/// <summary>Something under way.</summary>
/// <param name="Path">On which path.</param>
/// <param name="Item">What.</param>
internal readonly record struct Arrival(WirePath Path, WorkItem Item);
