namespace Accelio.Reactive;

/// <summary>The session is set up: messages flow.</summary>
public sealed record SessionEstablished : AccelioSessionEvent;
