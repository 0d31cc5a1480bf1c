using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Accelio.Reactive;
using Accelio.Samples.HelloWorld;

namespace Accelio.Samples.Soak;

/// <summary>The server of a run: echoes requests, takes one-way messages, and tells its state to sessions on /stats.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var url = new Option<Uri>("--url") { Description = "Where to listen", Required = true, CustomParser = UrlArgument.Parse };
        var command = new Command("serve", "The server of a run; prints 'listening URL' once it is ready") { url, Lifeline.Option };
        command.SetAction((arguments, token) => RunAsync(arguments.GetRequiredValue(url), Lifeline.Watch(arguments, token)));
        return command;
    }

    private static async Task RunAsync(Uri url, CancellationToken token)
    {
        await using var context = AccelioContext.Start(new AccelioContextOptions { Name = "soak-server" });
        await using var server = await AccelioServer.BindAsync(url, Patience.For(new AccelioServerOptions { Context = context }), token);
        var sessions = 0;
        long messages = 0;
        long errors = 0;

        context.UnhandledExceptions.Subscribe(exception =>
        {
            errors++;
            Console.Error.WriteLine(exception);
        });
        server.Sessions.Subscribe(session =>
        {
            sessions++;
            session.Events.Subscribe(happened =>
            {
                if (happened is SessionClosed closed)
                {
                    sessions--;
                    errors += IsExpected(closed.Reason) ? 0 : 1;
                }
            });
        });
        server.Messages.Subscribe(_ => messages++);
        server.Handle(request =>
        {
            messages++;
            return request.RespondAsync(new OutboundMessage(request.Payload) { Header = request.Header });
        });
        server.Handle("/stats", request => request.RespondAsync(JsonSerializer.SerializeToUtf8Bytes(
            ReadState() with { Sessions = sessions, Messages = messages, Errors = errors },
            SoakJson.Default.ServerState)));

        Console.WriteLine($"listening {server.EndPoint}");
        await Task.Delay(Timeout.Infinite, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // Clients come, go in good order, hang up and die; anything else is an error.
    private static bool IsExpected(CloseReason reason) =>
        reason is CloseReason.ClosedByPeer or CloseReason.ConnectionLost or CloseReason.ClosedLocally;

    private static ServerState ReadState()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return new ServerState
        {
            PrivateBytes = File.ReadLines("/proc/self/smaps_rollup").Where(IsPrivate).Sum(Kibibytes) * 1024,
            ManagedBytes = GC.GetTotalMemory(forceFullCollection: false),
            Descriptors = Directory.GetFiles("/proc/self/fd").Count(IsNoFile),
        };
    }

    private static bool IsPrivate(string line) => line.StartsWith("Private_", StringComparison.Ordinal);

    // The runtime opens files as it comes to need code; what could leak has no path.
    private static bool IsNoFile(string descriptor) => new FileInfo(descriptor).LinkTarget is { } target && !target.StartsWith('/');

    private static long Kibibytes(string line) =>
        long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}
