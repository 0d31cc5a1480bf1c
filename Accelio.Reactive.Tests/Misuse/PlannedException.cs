namespace Accelio.Reactive.Tests.Misuse;

/// <summary>What the user code of a run throws.</summary>
internal sealed class PlannedException() : Exception("planned");
