using System.CommandLine;
using System.Text.Json;
using Accelio.Reactive;
using Accelio.Samples.HelloWorld;

namespace Accelio.Samples.Perf;

/// <summary>An echo server, with a portal on each of its contexts: a response repeats its request's header and body. Sessions on /stats get the counts instead.</summary>
internal static class ServeCommand
{
    /// <summary>What the server sends along when it accepts, so that clients know it.</summary>
    public static ReadOnlyMemory<byte> Name { get; } = "accelio-perf/1"u8.ToArray();

    public static Command Create()
    {
        var common = new CommonOptions();
        var redirect = new Option<Uri?>("--redirect") { Description = "Send every client to this server instead", CustomParser = UrlArgument.Parse };
        var reject = new Option<bool>("--reject") { Description = "Reject every session" };
        var command = new Command("serve", "An echo server that counts; prints 'listening URL' once it is ready")
        {
            common.Url, common.Contexts, common.Cpu, common.Spin, common.Engine, redirect, reject,
        };
        command.SetAction((arguments, token) => RunAsync(common, arguments, arguments.GetValue(redirect), arguments.GetValue(reject), token));
        return command;
    }

    private static void Answer(SessionRequest request, Uri? redirect, bool reject)
    {
        if (reject)
        {
            request.Reject();
        }
        else if (redirect is not null)
        {
            // What the client asked for stays what it asks for, /stats for one.
            request.Redirect(new Uri(redirect, new Uri(request.RequestedUri).AbsolutePath));
        }
        else
        {
            request.Accept(new AcceptOptions { PrivateData = Name });
        }
    }

    private static async Task RunAsync(CommonOptions common, ParseResult arguments, Uri? redirect, bool reject, CancellationToken token)
    {
        await using var contexts = common.StartContexts(arguments, "serve");
        var options = new AccelioServerOptions { Contexts = contexts.All, SetupTimeout = Client.SlowMachine, DetectWithin = Client.SlowMachine };
        await using var server = await AccelioServer.BindAsync(arguments.GetRequiredValue(common.Url), options, token);
        var sessions = 0;
        server.SessionRequests.Subscribe(request => Answer(request, redirect, reject));
        server.Sessions.Subscribe(session =>
        {
            Interlocked.Increment(ref sessions);
            session.Events.Subscribe(static _ => { }, () => Interlocked.Decrement(ref sessions));
        });
        ServeCounts[] counts = [.. server.Portals.Select(portal => new ServeCounts(portal))];
        server.Handle("/stats", request => request.RespondAsync(
            JsonSerializer.SerializeToUtf8Bytes(ServeCounts.Sum(counts, Volatile.Read(ref sessions)), PerfJson.Default.ServerStats)));

        Console.WriteLine($"listening {server.EndPoint}");
        await Console.Out.FlushAsync(token);
        await Task.Delay(Timeout.Infinite, token);
    }
}
