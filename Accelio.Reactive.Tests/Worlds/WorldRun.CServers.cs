using Accelio.Reactive.Engine;

namespace Accelio.Reactive.Tests.Worlds;

/// <content>Servers on libxio.</content>
internal sealed partial class WorldRun
{
    private readonly WorldCServer?[] _cServers;

    private async Task BeginCServerAsync(int number)
    {
        var context = (PollerContext)_serverContexts[number][0];

        // What comes late on narrow ways must not be taken for silence.
        var silence = TimeSpan.FromSeconds(_plan.Conditions.Bandwidth == 0 ? 4 : 60);
        var server = _cServers[number] = new WorldCServer(History, context, _network.TimeProvider, silence, $"s{number}", ++_lastInstance, _plan.CServerOf(number)!);
        await context.RunAsync(_ =>
        {
            server.Begin();
            return default;
        });
    }

    // A C program that is to end closes its sessions, whatever is under way.
    private async Task ReplaceCServerAsync(int number)
    {
        var server = _cServers[number]!;
        _cServers[number] = null;
        StopSending();
        try
        {
            await CloseAsync(server);
            if (_cServers[number] is null)
            {
                await BeginCServerAsync(number);
            }
        }
        catch (ObjectDisposedException)
        {
            History.Tell($"server {number} not replaced, its host is gone");
        }
    }

    private void CloseCServers()
    {
        foreach (var server in _cServers.OfType<WorldCServer>())
        {
            _ = CloseAsync(server);
        }
    }

    private static async Task CloseAsync(WorldCServer server) => await server.Context.RunAsync(_ =>
    {
        server.Close();
        return default;
    });

    // Both ends of libxio's flow control are set by hand. Servers that are there give signs of life as soon as ours do.
    private static void SetUpForC(AccelioSessionOptions options, CServerPlan server)
    {
        options.DetectCPeerWithin = options.DetectWithin;
        options.MaxUnansweredMessages = server.MaxUnanswered;
        if (server.Depth != 0)
        {
            options.CPeerFlowControl = CPeerFlowControl.On;
            options.WindowMessages = server.Depth;
        }
    }

    private void DemandCBalance(WorldSession session)
    {
        var machine = Machine(session.Session);
        var connection = _cServers.OfType<WorldCServer>().Select(server => server.Probed.GetValueOrDefault(session.Number)).Single(found => found is not null)!;
        if (machine.Credit != connection.Credit || !connection.IsBalanced)
        {
            History.Violations.Add($"what session {session.Number} may send is {machine.Credit}, of {connection.Credit} that are granted, and the rest is owed: {connection.IsBalanced}");
        }

        if (connection.CountsCredits && machine.Granted != connection.Mine)
        {
            History.Violations.Add($"what the C server may send to session {session.Number} is {connection.Mine}, of {machine.Granted} that are granted");
        }
    }
}
