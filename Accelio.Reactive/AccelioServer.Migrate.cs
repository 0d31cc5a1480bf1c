namespace Accelio.Reactive;

/// <content>Moving sessions to other servers and portals while they work.</content>
public abstract partial class AccelioServer
{
    /// <summary>
    /// Moves a session to another server while messages are under way: what its client has sent is served and answered here, what is new waits at the client, and goes to the other server. Nothing is refused, lost or
    /// executed twice, and all stays in order. Both sides need <see cref="AccelioPeerOptions.Resume"/>.
    /// </summary>
    /// <remarks>
    /// With a <see cref="AccelioServerOptions.HandOver"/> here and there, and the same <see cref="AccelioServerOptions.MigrationKey"/>, it remains the same session. Without one here, the client begins a new session at the
    /// other server, in the place of this one; its <see cref="AccelioSession"/> stays the same. Leases of the session's messages must be disposed of in time, and answers to this server's own messages come.
    /// Not from inside a handler of the session, for which it would wait.
    /// </remarks>
    /// <param name="session">A session of this server.</param>
    /// <param name="target">Where the session's clients reach the other server; at most 200 bytes.</param>
    /// <param name="options">Settings; copied.</param>
    /// <param name="cancellationToken">What has not left yet stays.</param>
    /// <returns>What became of the session. A session that stays works on as before.</returns>
    /// <exception cref="ArgumentException">The session is none of this server's, the target is no complete URI, or an option makes no sense.</exception>
    /// <exception cref="InvalidOperationException">This server has a <see cref="AccelioServerOptions.HandOver"/> and no <see cref="AccelioServerOptions.MigrationKey"/>.</exception>
    /// <exception cref="AccelioException">The other server is not there, or does not take sessions over from this one; all stays as it was.</exception>
    public virtual ValueTask<MigrationReport> MigrateAsync(AccelioSession session, Uri target, MigrationOptions? options = null, CancellationToken cancellationToken = default) => throw NotMovable();

    /// <summary>The same for all sessions that are chosen, side by side: before a server is stopped, say.</summary>
    /// <param name="sessions">Says of each session of this server whether it is moved; on its home context.</param>
    /// <param name="target">Where the sessions' clients reach the other server; at most 200 bytes.</param>
    /// <param name="options">Settings; copied. The limit is for each session.</param>
    /// <param name="cancellationToken">What has not left yet stays.</param>
    /// <returns>What became of each session that was chosen.</returns>
    /// <exception cref="ArgumentException">The target is no complete URI, or an option makes no sense.</exception>
    /// <exception cref="InvalidOperationException">This server has a <see cref="AccelioServerOptions.HandOver"/> and no <see cref="AccelioServerOptions.MigrationKey"/>.</exception>
    /// <exception cref="AccelioException">The other server is not there, or does not take sessions over from this one; all stays as it was.</exception>
    public virtual ValueTask<MigrationReport> MigrateAsync(Func<AccelioSession, bool> sessions, Uri target, MigrationOptions? options = null, CancellationToken cancellationToken = default) => throw NotMovable();

    /// <summary>
    /// Moves connections from the other portals of this server to one of them while messages are under way: to relieve a context, or to empty it. What a connection's client has sent is served and answered where it is; what is
    /// new waits at the client, and goes to the portal. Nothing is refused, lost or executed twice, and all stays in order. Both sides need <see cref="AccelioPeerOptions.Resume"/>, and nothing else: a session stays the same, on
    /// its home context, and what waits to be sent to its client goes along. In the place of the <see cref="AccelioConnection"/>, which ends, there is another one on the portal's context.
    /// </summary>
    /// <param name="connections">Says of each connection that is not there yet whether it is moved; on its session's home context.</param>
    /// <param name="portal">Where the connections go.</param>
    /// <param name="options">Settings; copied. The limit is for each session.</param>
    /// <param name="cancellationToken">What has not moved yet stays.</param>
    /// <returns>What became of each session of which a connection was chosen: its connections move together.</returns>
    /// <exception cref="ArgumentException">The portal is none of this server's, or an option makes no sense.</exception>
    public virtual ValueTask<MigrationReport> MigrateAsync(
        Func<AccelioConnection, bool> connections, AccelioPortal portal, MigrationOptions? options = null, CancellationToken cancellationToken = default) => throw NotMovable();

    private static NotSupportedException NotMovable() => new("This server cannot move sessions.");
}
