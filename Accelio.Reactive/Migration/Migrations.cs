using System.Runtime.CompilerServices;
using System.Text;
using Accelio.Transports.Wire;

namespace Accelio.Reactive;

/// <summary>Moves sessions of a server to another one: all that are given, side by side. Context of the server.</summary>
internal sealed class Migrations
{
    private readonly PollerContext _context;
    private readonly AccelioServerOptions _options;
    private readonly SessionDirectory _directory;
    private readonly MovedSessions _moved;
    private readonly string _target;
    private readonly TimeSpan _limit;
    private readonly CancellationToken _token;
    private HandOverPeer? _peer;

    public Migrations(PollerContext context, AccelioServerOptions options, SessionDirectory directory, MovedSessions moved, Uri target, TimeSpan limit, CancellationToken token)
    {
        _context = context;
        _options = options;
        _directory = directory;
        _moved = moved;
        _target = target.OriginalString;
        _limit = limit;
        _token = token;
    }

    /// <summary>What is thrown for a session of another server.</summary>
    public static ArgumentException Foreign(string name) => new("The session is none of this server's: take it from its Sessions, or from a request of it.", name);

    /// <summary>Checks where sessions are to be moved to.</summary>
    /// <exception cref="ArgumentException">It is no complete URI, or too long, or this server.</exception>
    /// <exception cref="InvalidOperationException">There is a hand-over, and no key for it.</exception>
    public static void CheckTarget(Uri target, AccelioServerOptions options, IEnumerable<Uri> here)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (target is not { IsAbsoluteUri: true, Host.Length: > 0, Port: > 0 })
        {
            throw new ArgumentException($"'{target}' is not a complete URI with a port; write it as tcp://host:port.", nameof(target));
        }

        if (here.Any(own => target.Host == own.Host && target.Port == own.Port))
        {
            throw new ArgumentException($"'{target}' is this server itself, where its sessions are already; name another one.", nameof(target));
        }

        var length = Encoding.UTF8.GetByteCount(target.OriginalString);
        if (length > MoveGoPayload.MaxTarget)
        {
            throw new ArgumentException($"'{target}' takes {length} bytes, and clients are told at most {MoveGoPayload.MaxTarget}; name the host by a shorter name.", nameof(target));
        }

        if (options.HandOver is not null && options.MigrationKey.IsEmpty)
        {
            throw new InvalidOperationException("Sessions are handed over to servers that know the same MigrationKey, and this server has none: set it on both, or HandOver to null, and sessions begin anew there.");
        }
    }

    /// <summary>Checks where connections are to be moved to.</summary>
    /// <exception cref="ArgumentException">It is no portal of this server.</exception>
    public static void CheckPortal(AccelioPortal portal, IReadOnlyList<AccelioPortal> own)
    {
        ArgumentNullException.ThrowIfNull(portal);
        if (!own.Contains(portal))
        {
            throw new ArgumentException("The portal is none of this server's: take it from its Portals. To another server sessions move by its URI.", nameof(portal));
        }
    }

    /// <summary>Moves those of the sessions that are chosen, each on its home context.</summary>
    /// <exception cref="AccelioException">The other server is not there, or does not know the key.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<MigrationReport> RunAsync(IReadOnlyList<IMovableSession> all, Func<AccelioSession, bool> isChosen)
    {
        var sessions = await ChooseAsync(all, isChosen).ConfigureAwait(false);
        await _context.SwitchTo();
        if (_options.HandOver is not null)
        {
            _peer = await HandOverPeer.OpenAsync(_context, _options, new Uri(_target), _limit, _token).ConfigureAwait(false);
            await _context.SwitchTo();
        }

        try
        {
            return await SideBySideAsync(_context, [.. sessions.Select<IMovableSession, Func<ValueTask<SessionMigration>>>(session => () => MoveAsync(session))]).ConfigureAwait(false);
        }
        finally
        {
            if (_peer is not null)
            {
                await _peer.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Begins all moves, and waits until all have ended.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<MigrationReport> SideBySideAsync(PollerContext context, Func<ValueTask<SessionMigration>>[] moves)
    {
        var report = new SessionMigration[moves.Length];
        if (report.Length != 0)
        {
            var (left, done) = (report.Length, new Signal(context));
            for (var i = 0; i < report.Length; i++)
            {
                _ = MoveIntoAsync(i);
            }

            await done.WaitAsync().ConfigureAwait(false);

            async Task MoveIntoAsync(int place)
            {
                report[place] = await moves[place]().ConfigureAwait(false);
                if (Interlocked.Decrement(ref left) == 0)
                {
                    done.Set();
                }
            }
        }

        return new MigrationReport(report);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<List<IMovableSession>> ChooseAsync(IReadOnlyList<IMovableSession> all, Func<AccelioSession, bool> isChosen)
    {
        List<IMovableSession> chosen = [];
        foreach (var session in all)
        {
            await new ContextSwitch(session.Home.Poller, isOptional: true);
            if (session.Home.Poller.IsCurrent && isChosen((AccelioSession)session))
            {
                chosen.Add(session);
            }
        }

        return chosen;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<SessionMigration> MoveAsync(IMovableSession session)
    {
        try
        {
            await session.Home.SwitchTo();
            return await MoveFromAsync(session).ConfigureAwait(false);
        }
        catch (ObjectDisposedException exception)
        {
            return new SessionMigration((AccelioSession)session, MigrationOutcome.Stayed, exception.Message);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<SessionMigration> MoveFromAsync(IMovableSession session)
    {
        using var run = new MigrationRun(session, session.ListMoving(), _limit, _token);
        await run.BecomeQuietAsync().ConfigureAwait(false);
        var outcome = _peer is null ? MigrationOutcome.BegunAnew : MigrationOutcome.Migrated;
        if (run.Reason is null)
        {
            var leaving = _peer is null ? SendAwayAsync(session, run) : HandOverAsync(session, run);
            await leaving.ConfigureAwait(false);
            await session.Home.SwitchTo();
        }

        return new SessionMigration((AccelioSession)session, run.Reason is null ? outcome : MigrationOutcome.Stayed, run.Reason ?? string.Empty);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendAwayAsync(IMovableSession session, MigrationRun run)
    {
        if (await run.DepartAsync(moving => moving.Machine.TryLeave(run, _target)).ConfigureAwait(false) == run.Connections.Count)
        {
            session.Leave(_target, isNewSession: true);
        }
        else
        {
            run.Fail("a link was lost, or closed, in the moment in which the client was told");
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask HandOverAsync(IMovableSession session, MigrationRun run)
    {
        TakenConnection[] taken;
        try
        {
            var state = await _options.HandOver!.ExportAsync((AccelioSession)session, run.BrokenOff).ConfigureAwait(VirtualSynchronizationContext.IsCurrent);
            if (state.Length > _options.MaxHandOverLength)
            {
                throw new AccelioException($"the HandOver has exported {state.Length} bytes, and MaxHandOverLength is {_options.MaxHandOverLength}", AccelioStatus.MessageSize);
            }

            await _context.SwitchTo();
            taken = await _peer!.OfferAsync(Describe(session, run, state), run.BrokenOff).ConfigureAwait(false);
            await session.Home.SwitchTo();
        }
        catch (Exception exception)
        {
            await session.Home.SwitchTo();
            run.BreakOff(exception.Message);
            return;
        }

        if (run.Reason is not null)
        {
            // The other server waits for a client that is not sent to it, and in vain.
            return;
        }

        for (var i = 0; i < taken.Length; i++)
        {
            run.Connections[i].Taken = taken[i].Target.Length == 0 ? taken[i] with { Target = _target } : taken[i];
        }

        // From here on it is there: clients that have lost their link meanwhile are told so.
        var moved = new MovedSession(_directory, session.KnownAs!.Value, session.Client, run.Connections);
        _directory.Replace(session.KnownAs.Value, moved);
        _context.RunSoon(new ActionItem(() => _moved.Add(moved, _context.Poller.Now)));
        session.Leave(_target, isNewSession: false);
        if (await run.DepartAsync(moving => moving.Machine.TryDepart(run, moving.Taken.Token, moving.Taken.Target)).ConfigureAwait(false) == 0)
        {
            run.Fail("it has ended");
        }
    }

    private HandOverState Describe(IMovableSession session, MigrationRun run, ReadOnlyMemory<byte> state) => new()
    {
        Id = session.KnownAs!.Value,
        Key = session.Client.Key!.Value,
        PeerId = session.Client.Id,
        Depths = session.Client.Depths,
        AnswerRoom = (ulong)_options.MaxResponseLength,
        Uri = ((AccelioSession)session).Uri,
        Connections = [.. run.Connections.Select(static moving => moving.HandOver)],
        State = state,
    };
}
