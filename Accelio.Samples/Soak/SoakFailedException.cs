namespace Accelio.Samples.Soak;

/// <summary>The run could not go on: a process ended that should not have, or did not do what it was told.</summary>
internal sealed class SoakFailedException(string message) : Exception(message);
