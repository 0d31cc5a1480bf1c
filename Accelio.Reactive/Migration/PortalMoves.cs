using System.Runtime.CompilerServices;
using System.Text;
using Accelio.Reactive.Engine;
using Accelio.Transports.Wire;

namespace Accelio.Reactive;

/// <summary>Moves connections of a server over several contexts to one of its portals. Each session goes on, with its home, its id and its key; what a connection is goes over to a part on the portal's context.</summary>
internal sealed class PortalMoves(WideServer server, ServerCore portal, TimeSpan limit, CancellationToken token)
{
    /// <summary>Moves those of the connections that are chosen, the sessions side by side.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<MigrationReport> RunAsync(IReadOnlyList<WideSession> sessions, Func<AccelioConnection, bool> isChosen)
    {
        List<Func<ValueTask<SessionMigration>>> moves = [];
        foreach (var session in sessions)
        {
            await new ContextSwitch(session.Home.Poller, isOptional: true);
            if (!session.Home.Poller.IsCurrent)
            {
                continue;
            }

            MovingConnection[] chosen = [.. session.ListLanes().Where(moving => !ReferenceEquals(moving.Part.Context, portal.Context) && isChosen(moving.Connection))];
            if (chosen.Length != 0)
            {
                moves.Add(() => MoveAsync(session, chosen));
            }
        }

        await server.Context.SwitchTo();
        return await Migrations.SideBySideAsync(server.Context, [.. moves]).ConfigureAwait(false);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<SessionMigration> MoveAsync(WideSession session, MovingConnection[] chosen)
    {
        try
        {
            await session.Home.SwitchTo();
            using var run = new MigrationRun(session, chosen, limit, token);
            await run.BecomeQuietAsync().ConfigureAwait(false);
            if (run.Reason is null)
            {
                await MoveQuietAsync(session, run).ConfigureAwait(false);
                await session.Home.SwitchTo();
            }

            return new SessionMigration(session, run.Reason is null ? MigrationOutcome.Migrated : MigrationOutcome.Stayed, run.Reason ?? string.Empty);
        }
        catch (ObjectDisposedException exception)
        {
            return new SessionMigration(session, MigrationOutcome.Stayed, exception.Message);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask MoveQuietAsync(WideSession session, MigrationRun run)
    {
        if (run.Connections.Select(TargetOf).FirstOrDefault(static target => Encoding.UTF8.GetByteCount(target) > MoveGoPayload.MaxTarget) is { } tooLong)
        {
            run.BreakOff($"clients are told at most {MoveGoPayload.MaxTarget} bytes, and {tooLong} is longer");
            return;
        }

        var parts = new Dictionary<MovingConnection, SessionCore>();
        try
        {
            foreach (var moving in run.Connections)
            {
                parts[moving] = await session.ImportAsync(moving, portal).ConfigureAwait(false);
                await session.Home.SwitchTo();
            }
        }
        catch (AccelioException exception)
        {
            await session.Home.SwitchTo();
            run.BreakOff(exception.Message);
        }

        var departed = run.Reason is null ? await run.DepartAsync(TryDepart).ConfigureAwait(false) : 0;
        foreach (var part in parts.Where(static moved => moved.Key.Part.Successor is null).Select(static moved => moved.Value))
        {
            part.RunOnContext(part.GiveBack);
        }

        await session.Home.SwitchTo();
        if (departed != 0)
        {
            session.OnMovedTo(TargetOf(run.Connections[0]));
        }
        else if (run.Reason is null)
        {
            run.Fail("it has ended");
        }

        string TargetOf(MovingConnection moving) => server.Advertise(portal, moving.Connection.LocalEndPoint);

        bool TryDepart(MovingConnection moving)
        {
            moving.Part.Successor = parts[moving];
            if (moving.Machine.TryDepart(run, moving.OldToken, TargetOf(moving), isHere: true))
            {
                return true;
            }

            moving.Part.Successor = null;
            return false;
        }
    }
}
