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

    /// <summary>Checks where sessions are to be moved to.</summary>
    /// <exception cref="ArgumentException">It is no complete URI, or too long.</exception>
    /// <exception cref="InvalidOperationException">There is a hand-over, and no key for it.</exception>
    public static void CheckTarget(Uri target, AccelioServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (target is not { IsAbsoluteUri: true, Host.Length: > 0, Port: > 0 })
        {
            throw new ArgumentException($"'{target}' is not a complete URI with a port; write it as tcp://host:port.", nameof(target));
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

    /// <summary>Moves the sessions.</summary>
    /// <exception cref="AccelioException">The other server is not there, or does not know the key.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<MigrationReport> RunAsync(IReadOnlyList<IMovableSession> sessions)
    {
        if (_options.HandOver is not null)
        {
            _peer = await HandOverPeer.OpenAsync(_context, _options, new Uri(_target), _limit, _token).ConfigureAwait(false);
            await _context.SwitchTo();
        }

        try
        {
            var report = new SessionMigration[sessions.Count];
            if (report.Length != 0)
            {
                var (left, done) = (report.Length, new Signal(_context));
                for (var i = 0; i < report.Length; i++)
                {
                    _ = MoveIntoAsync(i);
                }

                await done.WaitAsync().ConfigureAwait(false);

                async Task MoveIntoAsync(int place)
                {
                    report[place] = await MoveAsync(sessions[place]).ConfigureAwait(false);
                    if (Interlocked.Decrement(ref left) == 0)
                    {
                        done.Set();
                    }
                }
            }

            return new MigrationReport(report);
        }
        finally
        {
            if (_peer is not null)
            {
                await _peer.DisposeAsync().ConfigureAwait(false);
            }
        }
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
        using var run = new MigrationRun(session, _limit);
        await run.BecomeQuietAsync(_token).ConfigureAwait(false);
        await session.Home.SwitchTo();
        if (run.Reason is null)
        {
            if (_peer is null)
            {
                session.Leave(_target, isNewSession: true);
                run.End(moving => moving.Machine.TryLeave(run, _target));
                return new SessionMigration((AccelioSession)session, MigrationOutcome.BegunAnew, string.Empty);
            }

            await HandOverAsync(session, run).ConfigureAwait(false);
            await session.Home.SwitchTo();
        }

        return run.Reason is { } reason
            ? new SessionMigration((AccelioSession)session, MigrationOutcome.Stayed, reason)
            : new SessionMigration((AccelioSession)session, MigrationOutcome.Migrated, string.Empty);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask HandOverAsync(IMovableSession session, MigrationRun run)
    {
        ResumeToken[] tokens;
        try
        {
            var state = await _options.HandOver!.ExportAsync((AccelioSession)session, run.BrokenOff).ConfigureAwait(VirtualSynchronizationContext.IsCurrent);
            if (state.Length > _options.MaxHandOverLength)
            {
                throw new AccelioException($"the HandOver has exported {state.Length} bytes, and MaxHandOverLength is {_options.MaxHandOverLength}", AccelioStatus.MessageSize);
            }

            await _context.SwitchTo();
            tokens = await _peer!.OfferAsync(Describe(session, run, state), run.BrokenOff).ConfigureAwait(false);
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

        for (var i = 0; i < tokens.Length; i++)
        {
            run.Connections[i].NewToken = tokens[i];
        }

        // From here on it is there: clients that have lost their link meanwhile are told so.
        var moved = new MovedSession(_directory, session.KnownAs!.Value, session.Client, _target, run.Connections);
        _directory.Replace(session.KnownAs.Value, moved);
        _context.RunSoon(new ActionItem(() => _moved.Add(moved, _context.Poller.Now)));
        session.Leave(_target, isNewSession: false);
        run.End(moving => moving.Machine.TryDepart(run, moving.NewToken, _target));
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
