namespace Accelio.Reactive;

/// <summary>
/// What a service keeps for a session, on its way to another server: <see cref="AccelioServerOptions.HandOver"/>. At the old server nothing of the session is under way when it is asked, and nothing begins until it has
/// answered; both methods count to <see cref="MigrationOptions.Limit"/>.
/// </summary>
public abstract class SessionHandOver
{
    /// <summary>For services whose sessions are all alike: there is nothing to hand over.</summary>
    public static SessionHandOver Stateless { get; } = new StatelessHandOver();

    /// <summary>Old server: puts what the service keeps for the session into bytes. The service goes on to keep it: the session may stay. Runs on the session's home context.</summary>
    /// <param name="session">The session; it takes no call that waits for the peer.</param>
    /// <param name="cancellationToken">Fires when the limit is over, or the session ends.</param>
    /// <returns>The bytes, at most <see cref="AccelioServerOptions.MaxHandOverLength"/>. What it throws keeps the session where it is.</returns>
    public abstract ValueTask<ReadOnlyMemory<byte>> ExportAsync(AccelioSession session, CancellationToken cancellationToken);

    /// <summary>
    /// New server: makes of the bytes what the service keeps for the session, before its client is here and before it appears on <see cref="AccelioServer.Sessions"/>: the place to subscribe and to register handlers, not
    /// to send. The client may still stay where it is; then the session ends without it. Runs on the session's home context.
    /// </summary>
    /// <param name="session">The session, which is about to be established here.</param>
    /// <param name="state">What the old server has exported; valid until the task completes.</param>
    /// <param name="cancellationToken">Fires when the old server does not wait any more.</param>
    /// <returns>Completes when the service is ready. What it throws keeps the session where it was; the old server reports its text.</returns>
    public abstract ValueTask ImportAsync(AccelioSession session, ReadOnlyMemory<byte> state, CancellationToken cancellationToken);

    private sealed class StatelessHandOver : SessionHandOver
    {
        /// <inheritdoc/>
        public override ValueTask<ReadOnlyMemory<byte>> ExportAsync(AccelioSession session, CancellationToken cancellationToken) => default;

        /// <inheritdoc/>
        public override ValueTask ImportAsync(AccelioSession session, ReadOnlyMemory<byte> state, CancellationToken cancellationToken) => default;
    }
}
