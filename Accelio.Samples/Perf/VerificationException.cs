namespace Accelio.Samples.Perf;

/// <summary>An answer was not what it should be.</summary>
internal sealed class VerificationException(string message) : Exception(message);
