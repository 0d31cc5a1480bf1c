namespace Accelio.Reactive.Tests.Misuse;

/// <summary>What must never happen: something was read that is not what was sent.</summary>
internal sealed class WrongBytesException(string message) : Exception(message);
