using System.Runtime.CompilerServices;
using System.Text;
using Accelio.Transports.Wire;

namespace Accelio.Reactive;

/// <content>Sessions that are moved to other servers, and those that are taken over from them.</content>
internal sealed partial class WideServer
{
    /// <inheritdoc/>
    public override ValueTask<MigrationReport> MigrateAsync(AccelioSession session, Uri target, MigrationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        return session is WideSession wide && ReferenceEquals(wide.Server, this)
            ? MigrateAsync(other => ReferenceEquals(other, session), target, options, cancellationToken)
            : throw Migrations.Foreign(nameof(session));
    }

    /// <inheritdoc/>
    public override ValueTask<MigrationReport> MigrateAsync(Func<AccelioSession, bool> sessions, Uri target, MigrationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sessions);
        Migrations.CheckTarget(target, _options, [_endPoint, .. Portals.Select(static portal => portal.EndPoint)]);
        (options ?? new MigrationOptions()).Validate();
        Context.Poller.DemandCaller();
        return VirtualCall<MigrationReport>.Around(MigrateCore(sessions, target, (options ?? new MigrationOptions()).Limit, cancellationToken));
    }

    /// <inheritdoc/>
    public override ValueTask<MigrationReport> MigrateAsync(Func<AccelioConnection, bool> connections, AccelioPortal portal, MigrationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(connections);
        Migrations.CheckPortal(portal, Portals);
        (options ?? new MigrationOptions()).Validate();
        Context.Poller.DemandCaller();
        var moves = new PortalMoves(this, ((PortalCore)portal).Server, (options ?? new MigrationOptions()).Limit, cancellationToken);
        return VirtualCall<MigrationReport>.Around(MoveCore(moves, connections, cancellationToken));
    }

    /// <summary>Takes a session over from another server, its connections at the portals in turn. Any context; it may complete on another one.</summary>
    /// <exception cref="AccelioException">It cannot be taken.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<TakenConnection[]> ImportAsync(HandOverState state, SessionHandOver handOver, string host, CancellationToken token)
    {
        var open = _servers.Where(static server => server.IsOpen).ToArray();
        if (open.Length == 0)
        {
            throw ServerCore.Refusal("that server is closing");
        }

        var first = (int)((uint)Interlocked.Increment(ref _turn) % (uint)open.Length);
        ServerCore[] portals = [.. state.Connections.Select((_, i) => open[(first + i) % open.Length])];
        var session = new WideSession(portals[0].Context, _options, state.Uri, this);
        try
        {
            await session.Home.SwitchTo();
            await handOver.ImportAsync(session, state.State, token).ConfigureAwait(VirtualSynchronizationContext.IsCurrent);
            await session.Home.SwitchTo();
            if (!TryEnter(session) || !session.Home.TryAdd(session))
            {
                throw ServerCore.Refusal("that server is closing");
            }

            await ServerCore.EnterAsync(Directory, state, session).ConfigureAwait(false);
            await session.Home.SwitchTo();
            return await session.ImportAsync(state, portals, portal => AddressOf(portal, host)).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            await session.Home.SwitchTo();
            session.Discard($"The session was not taken over: {exception.Message}");
            throw;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<MigrationReport> MigrateCore(Func<AccelioSession, bool> sessions, Uri target, TimeSpan limit, CancellationToken token)
    {
        var caller = ContextSwitch.ToCaller;
        token.ThrowIfCancellationRequested();
        await Context.SwitchTo();
        var report = await new Migrations(Context, _options, Directory, _servers[0].Moved, target, limit, token).RunAsync(ListSessions(), sessions).ConfigureAwait(false);
        await caller;
        return report;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<MigrationReport> MoveCore(PortalMoves moves, Func<AccelioConnection, bool> connections, CancellationToken token)
    {
        var caller = ContextSwitch.ToCaller;
        token.ThrowIfCancellationRequested();
        await Context.SwitchTo();
        var report = await moves.RunAsync(ListSessions(), connections).ConfigureAwait(false);
        await caller;
        return report;
    }

    private WideSession[] ListSessions()
    {
        lock (_gate)
        {
            return [.. _sessions];
        }
    }

    // Behind one port the server finds the context itself; so it does, with one round trip more, where the name of a portal is too long.
    private string AddressOf(ServerCore portal, string host)
    {
        if (_options.SharesPort)
        {
            return string.Empty;
        }

        var uri = new UriBuilder(portal.EndPoint.Scheme, _options.AdvertisedHost ?? host, portal.EndPoint.Port).Uri.GetLeftPart(UriPartial.Authority);
        return Encoding.UTF8.GetByteCount(uri) <= MoveGoPayload.MaxTarget ? uri : string.Empty;
    }
}
