namespace Accelio.Reactive;

/// <summary>
/// The server has moved the session to another server or portal (<see cref="AccelioServer.MigrateAsync(AccelioSession, Uri, MigrationOptions?, CancellationToken)"/>). On the client's side it goes on there: nothing was
/// lost, nothing happened twice. On the server's side it has left; unless it is still the same server, <see cref="SessionClosed"/> follows.
/// </summary>
/// <param name="Target">The URI at which the session goes on.</param>
/// <param name="IsNewSession">Whether the server there began it anew, because the old one has no <see cref="AccelioServerOptions.HandOver"/>.</param>
public sealed record SessionMigrated(string Target, bool IsNewSession) : AccelioSessionEvent;
