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
            : throw new ArgumentException("The session is none of this server's: take it from its Sessions, or from a request of it.", nameof(session));
    }

    /// <inheritdoc/>
    public override ValueTask<MigrationReport> MigrateAsync(Func<AccelioSession, bool> sessions, Uri target, MigrationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sessions);
        Migrations.CheckTarget(target, _options);
        CheckTarget(target);
        (options ?? new MigrationOptions()).Validate();
        Context.Poller.DemandCaller();
        return VirtualCall<MigrationReport>.Around(MigrateCore(sessions, target, (options ?? new MigrationOptions()).Limit, cancellationToken));
    }

    /// <summary>Takes a session over from another server. Context only.</summary>
    /// <returns>What its client has to show here, for each connection.</returns>
    /// <exception cref="AccelioException">It cannot be taken.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<byte[]> ImportAsync(HandOverState state, CancellationToken token)
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

        DemandRoom(state);
        return _whole is null ? await ImportHereAsync(state, handOver, token).ConfigureAwait(false) : throw Refusal("that server has several contexts");
    }

    /// <summary>The engine's connection for one that is taken over. Context only.</summary>
    internal ConnectionMachine NewImport(IConnectionEvents events, in ConnectionHandOver state, UInt128 key)
    {
        var link = LinkMachine.ForImport(this, _settings, Context.Poller, Context.Messages, Context.Budget, Context.Entropy);
        var connection = new ConnectionMachine(link, events, state.Id, isClient: false);
        connection.Import(state, key);
        return connection;
    }

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
        session.Handle(new HandOverDesk(this, _options, incoming.Link.Link.RemoteEndPoint).HandleAsync);
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
        IMovableSession[] chosen = [.. _sessions.Where(session => session.Resource != HandOverDesk.Resource && sessions(session))];
        var migrations = new Migrations(Context, _options, Directory, Moved, target, limit, token);
        var report = await migrations.RunAsync(chosen).ConfigureAwait(false);
        await caller;
        return report;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<byte[]> ImportHereAsync(HandOverState state, SessionHandOver handOver, CancellationToken token)
    {
        var session = new SessionCore(Context, _options, state.Uri, this, holdsSharedContext: false);
        try
        {
            await handOver.ImportAsync(session, state.State, token).ConfigureAwait(VirtualSynchronizationContext.IsCurrent);
            await Context.SwitchTo();
            DemandRoom(state);
            if (!Context.TryAdd(session))
            {
                throw Refusal("that server is closing");
            }

            EnterIds(state, session);
        }
        catch (Exception exception)
        {
            await Context.SwitchTo();
            session.Discard($"The session was not taken over: {exception.Message}");
            throw;
        }

        _sessions.Add(session);
        var tokens = ToBytes(session.Import(state, state.Connections));
        _sessionStream.Push(session);
        return tokens;
    }

    /// <summary>Enters the ids of a session that is taken over; none of them may live here.</summary>
    internal void EnterIds(HandOverState state, IServedSession session)
    {
        if (Directory.Find(state.Id) is { } before)
        {
            before.TryMakeWay(this, state.Key);
        }

        if (!Directory.TryEnter(state.Id, session))
        {
            throw Refusal($"that server has a session 0x{state.Id:x8} already");
        }

        for (var i = 0; i < state.Connections.Length; i++)
        {
            if (!state.Connections[i].HasOwnId || Directory.TryEnter(state.Connections[i].Id, session: null))
            {
                continue;
            }

            var taken = state.Connections[i].Id;
            Directory.Remove(state.Id, session);
            foreach (var connection in state.Connections.Take(i).Where(static connection => connection.HasOwnId))
            {
                Directory.Remove(connection.Id);
            }

            throw Refusal($"that server has a connection 0x{taken:x8} already");
        }
    }

    /// <summary>Tokens as they travel.</summary>
    internal static byte[] ToBytes(IReadOnlyList<ResumeToken> tokens)
    {
        var bytes = new byte[tokens.Count * ResumeToken.Size];
        var writer = new SpanWriter(bytes);
        foreach (var token in tokens)
        {
            token.Write(ref writer);
        }

        return bytes;
    }

    private void DemandRoom(HandOverState state)
    {
        if (_isClosing)
        {
            throw Refusal("that server is closing");
        }

        if (_kept.Count + state.Connections.Length > _options.MaxSuspendedConnections)
        {
            throw Refusal($"that server waits for {_kept.Count} clients, and MaxSuspendedConnections is {_options.MaxSuspendedConnections}");
        }
    }

    private void CheckTarget(Uri target)
    {
        if (target.Host == _endPoint.Host && target.Port == _endPoint.Port)
        {
            throw new ArgumentException($"'{target}' is this server itself, where its sessions are already; name another one.", nameof(target));
        }
    }

    private static AccelioException Refusal(string text) => new(text, AccelioStatus.SessionRefused);
}
