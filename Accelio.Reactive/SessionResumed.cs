namespace Accelio.Reactive;

/// <summary>A connection that had lost its link goes on over another one with the same server: nothing was lost, and nothing happens twice.</summary>
public sealed record SessionResumed : AccelioSessionEvent;
