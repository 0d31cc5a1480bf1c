using System.Net;
using System.Security.Cryptography;
using Accelio.Reactive.Tests.Sessions;
using Xunit;

namespace Accelio.Reactive.Tests.Docs;

/// <summary>The snippets of docs/fail-over.md.</summary>
public class FailOver
{
    [Fact]
    public async Task Surviving()
    {
        await using var pair = await Pair.OpenAsync(Pair.Echo, options => options.Resume = true);
        var uri = pair.Server.EndPoint;
        List<string> lines = [];
        void Log(string line) => lines.Add(line);

        // <snippet survive>
        var options = new AccelioSessionOptions
        {
            Resume = true,
            Reconnect = new ReconnectPolicy(new BackoffPolicy(maxDelay: TimeSpan.FromSeconds(1)), maxTime: TimeSpan.FromSeconds(30)),
        };
        await using var session = await AccelioSession.ConnectAsync(uri, options);
        using var watching = session.Events.Subscribe(what => Log(what switch
        {
            SessionReconnecting lost => $"the link is lost: {lost.Detail}",
            SessionResumed => "it goes on where it was",
            SessionFailedOver next => $"it goes on with another server, at {next.Target}",
            _ => what.ToString(),
        }));
        // </snippet>

        Assert.Equal(1, await session.RequestAsync(new byte[1], answer => answer.PayloadLength));
    }

    [Fact]
    public async Task Several_paths()
    {
        await using var pair = await Pair.OpenAsync(Pair.Echo, options => options.Resume = true);
        var uri = pair.Server.EndPoint;

        // <snippet paths>
        var options = new AccelioSessionOptions
        {
            Resume = true,
            Paths = [new SessionPath(IPAddress.Parse("127.0.0.2")), new SessionPath(IPAddress.Parse("127.0.0.3"))],    // addresses of this machine, one per interface
            PathMode = PathMode.ActiveStandby,
        };
        await using var session = await AccelioSession.ConnectAsync(uri, options);
        // </snippet>

        Assert.Equal(1, await session.RequestAsync(new byte[1], answer => answer.PayloadLength));
    }

    [Fact]
    public async Task Asking()
    {
        await using var pair = await Pair.OpenAsync(Pair.Echo, options => options.Resume = true, options => options.Resume = true);
        var session = pair.Session;
        var query = new byte[3];

        // <snippet ask>
        var question = new OutboundMessage(query.AsMemory()) { Idempotent = true };
        try
        {
            var length = await session.RequestAsync(question, answer => answer.PayloadLength);
            Console.WriteLine($"{length} bytes");
        }
        catch (ConnectionLostException lost) when (!lost.MayHaveExecuted)
        {
            Console.WriteLine("nobody has seen it: ask again whenever you like");
        }

        // </snippet>
        Assert.Equal(SessionState.Established, session.State);
    }

    [Fact]
    public async Task Moving()
    {
        var key = RandomNumberGenerator.GetBytes(32);
        var uri = new Uri("tcp://127.0.0.1:0");
        List<string> lines = [];

        // <snippet migrate>
        AccelioServerOptions Options() => new() { Resume = true, HandOver = SessionHandOver.Stateless, MigrationKey = key };
        await using var server = await AccelioServer.BindAsync(uri, Options());
        await using var next = await AccelioServer.BindAsync(uri, Options());     // most likely in another process
        server.Handle(request => request.RespondAsync(request.Payload));
        next.Handle(request => request.RespondAsync(request.Payload));
        await using var session = await AccelioSession.ConnectAsync(server.EndPoint, new AccelioSessionOptions { Resume = true });

        var report = await server.MigrateAsync(_ => true, next.EndPoint);
        foreach (var stayed in report.Sessions.Where(moved => moved.Outcome == MigrationOutcome.Stayed))
        {
            lines.Add($"{stayed.Session.Uri}: {stayed.Detail}");
        }

        // </snippet>
        Assert.Empty(lines);
        Assert.True(report.IsComplete);
        Assert.Equal(5, await session.RequestAsync(new byte[5], answer => answer.PayloadLength));
    }
}
