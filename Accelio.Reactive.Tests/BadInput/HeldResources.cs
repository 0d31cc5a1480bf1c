namespace Accelio.Reactive.Tests.BadInput;

/// <summary>What a context holds for its peers.</summary>
/// <param name="Blocks">Blocks of message memory.</param>
/// <param name="Budgeted">Bytes taken from the receive budget.</param>
/// <param name="Descriptors">Descriptors that are watched.</param>
internal readonly record struct HeldResources(long Blocks, long Budgeted, int Descriptors);
