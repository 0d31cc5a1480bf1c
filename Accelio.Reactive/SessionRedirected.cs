namespace Accelio.Reactive;

/// <summary>Clients: the server sent the session elsewhere, and it is asked for there now. Comes before <see cref="SessionEstablished"/>, once for each place; a late subscriber gets these, too.</summary>
/// <param name="Target">The URI, as the server wrote it.</param>
public sealed record SessionRedirected(string Target) : AccelioSessionEvent;
