using System.Runtime.CompilerServices;
using Accelio.Reactive.Engine;
using Accelio.Transports.Wire;

namespace Accelio.Reactive;

/// <content>Sessions that are moved to other servers, and those that are taken over from them.</content>
internal sealed partial class ServerCore
{
    private MovedSessions? _moved;

    /// <summary>The sessions that were moved from here, for clients that come back. Context only.</summary>
    internal MovedSessions Moved => _moved ??= new MovedSessions(Context.Poller.Timers, _settings.ResumeWindow, _options.MaxSuspendedConnections);

    /// <inheritdoc/>
    public override ValueTask<MigrationReport> MigrateAsync(AccelioSession session, Uri target, MigrationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        return session is SessionCore { Server: { } server } && ReferenceEquals(server, this)
            ? MigrateAsync(other => ReferenceEquals(other, session), target, options, cancellationToken)
            : throw Migrations.Foreign(nameof(session));
    }

    /// <inheritdoc/>
    public override ValueTask<MigrationReport> MigrateAsync(Func<AccelioSession, bool> sessions, Uri target, MigrationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sessions);
        Migrations.CheckTarget(target, _options, [_endPoint]);
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

        // There is no other context.
        return new ValueTask<MigrationReport>(new MigrationReport([]));
    }

    /// <summary>Takes a session over from another server. Context only.</summary>
    /// <param name="state">The session.</param>
    /// <param name="host">The host by which the other server names this one.</param>
    /// <param name="token">Fires when the other server does not wait any more.</param>
    /// <returns>What its client is told, for each connection.</returns>
    /// <exception cref="AccelioException">It cannot be taken.</exception>
    internal ValueTask<TakenConnection[]> ImportAsync(HandOverState state, string host, CancellationToken token)
    {
        if (_options.HandOver is not { } handOver || !_options.Resume)
        {
            throw Refusal("that server has no HandOver, or no Resume, and takes no sessions over");
        }

        if (state.State.Length > _options.MaxHandOverLength)
        {
            throw Refusal($"the state has {state.State.Length} bytes, and MaxHandOverLength of that server is {_options.MaxHandOverLength}");
        }

        if (state.AnswerRoom > (ulong)_options.MaxResponseLength)
        {
            throw Refusal($"the client may answer with {state.AnswerRoom} bytes, and MaxResponseLength of that server is {_options.MaxResponseLength}");
        }

        return _whole is null ? ImportHereAsync(state, handOver, token) : _whole.ImportAsync(state, handOver, host, token);
    }

    /// <summary>The engine's connection for one that is taken over, under the id that it has had: from another server, or, with the token that it has had, from another context of this one. Context only.</summary>
    /// <exception cref="AccelioException">There is no room for it, or the id is taken.</exception>
    internal ConnectionMachine NewImport(ConnectionCore connection, in ConnectionHandOver state, UInt128? key, ResumeToken? token)
    {
        if (!TryKeep(connection))
        {
            throw Refusal($"that server waits for {_kept.Count} clients, and MaxSuspendedConnections is {_options.MaxSuspendedConnections}");
        }

        if (token is null && state.HasOwnId && !Directory.TryEnter(state.Id, session: null))
        {
            Release(connection);
            throw Refusal($"that server has a connection 0x{state.Id:x8} already");
        }

        var link = LinkMachine.ForImport(this, _settings, Context.Poller, Context.Messages, Context.Budget, Context.Entropy);
        var machine = new ConnectionMachine(link, connection, state.Id, isClient: false);
        machine.Import(state, key, token);
        return machine;
    }

    /// <summary>Enters the id of a session that is taken over; it must not live here. Any context; it may complete on another one.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    internal static async ValueTask EnterAsync(SessionDirectory directory, HandOverState state, IServedSession session)
    {
        if (directory.Find(state.Id) is { } before)
        {
            await before.MakeWayAsync(state.Key).ConfigureAwait(false);
        }

        if (!directory.TryEnter(state.Id, session))
        {
            throw Refusal($"that server has a session 0x{state.Id:x8} already");
        }
    }

    /// <summary>Why a session is not taken over.</summary>
    internal static AccelioException Refusal(string text) => new(text, AccelioStatus.SessionRefused);

    /// <summary>Accepts the session over which another server hands sessions over; nobody else sees it.</summary>
    /// <returns>False when it is a session like any other.</returns>
    private bool TryOpenDesk(IncomingSession incoming)
    {
        if (ResourcePath.Of(incoming.Uri) != HandOverDesk.Resource)
        {
            return false;
        }

        if (_options.MigrationKey.IsEmpty)
        {
            incoming.Reject(AccelioStatus.SessionRefused, default);
            return true;
        }

        var session = new SessionCore(Context, _options, incoming.Uri, this, holdsSharedContext: false);
        session.Handle(new HandOverDesk(this, _options, incoming.Link.Link.RemoteEndPoint, new Uri(incoming.Uri).Host).HandleAsync);
        if (Context.TryAdd(session))
        {
            _sessions.Add(session);
            session.Accept(incoming, default);
        }
        else
        {
            incoming.Reject(AccelioStatus.SessionRefused, default);
            session.Refuse();
        }

        return true;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<MigrationReport> MigrateCore(Func<AccelioSession, bool> sessions, Uri target, TimeSpan limit, CancellationToken token)
    {
        var caller = ContextSwitch.ToCaller;
        token.ThrowIfCancellationRequested();
        await Context.SwitchTo();
        var migrations = new Migrations(Context, _options, Directory, Moved, target, limit, token);
        var report = await migrations.RunAsync(_sessions.Where(static session => session.Resource != HandOverDesk.Resource).ToArray(), sessions).ConfigureAwait(false);
        await caller;
        return report;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<TakenConnection[]> ImportHereAsync(HandOverState state, SessionHandOver handOver, CancellationToken token)
    {
        var session = new SessionCore(Context, _options, state.Uri, this, holdsSharedContext: false);
        try
        {
            await handOver.ImportAsync(session, state.State, token).ConfigureAwait(VirtualSynchronizationContext.IsCurrent);
            await Context.SwitchTo();
            if (!TryTake(session))
            {
                throw Refusal("that server is closing");
            }

            await EnterAsync(Directory, state, session).ConfigureAwait(false);
            var tokens = session.Import(state, state.Connections);
            _sessionStream.Push(session);
            return [.. tokens.Select(static token => new TakenConnection(token, string.Empty))];
        }
        catch (Exception exception)
        {
            await Context.SwitchTo();
            session.Discard($"The session was not taken over: {exception.Message}");
            throw;
        }
    }
}
