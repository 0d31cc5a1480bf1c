using System.CommandLine;
using Accelio.Reactive;
using Accelio.Samples.HelloWorld;

var url = new Option<Uri>("--url")
{
    Description = "Where the server listens, for example tcp://127.0.0.1:2061",
    DefaultValueFactory = _ => new Uri("tcp://127.0.0.1:2061"),
    CustomParser = UrlArgument.Parse,
};
var count = new Option<int>("--count") { Description = "How many requests to send", DefaultValueFactory = _ => 10 };
var timeout = new Option<double>("--timeout") { Description = "Seconds that opening the session may take", DefaultValueFactory = _ => 10 };

var server = new Command("server", "Serves until it is stopped; also what libxio's hello world clients want") { url };
server.SetAction((arguments, token) => RunServerAsync(arguments.GetRequiredValue(url), token));

var client = new Command("client", "Talks to a server: to this one, or to libxio's hello world servers") { url, count, timeout };
client.SetAction((arguments, token) => HelloClient.RunAsync(
    arguments.GetRequiredValue(url), arguments.GetValue(count), TimeSpan.FromSeconds(arguments.GetValue(timeout)), token));

var root = new RootCommand("Two programs say hello over a session. Without a command: both in this process.") { server, client };
root.SetAction((_, token) => RunBothAsync(token));

// Ctrl-C and SIGTERM are orderly ends; the command line library would make them failures.
using var shutdown = new Shutdown();
var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
try
{
    return await root.Parse(args).InvokeAsync(configuration, shutdown.Token);
}
catch (OperationCanceledException) when (shutdown.Token.IsCancellationRequested)
{
    return 0;
}
catch (Exception exception) when (exception is AccelioException or ArgumentException)
{
    await Console.Error.WriteLineAsync($"error: {exception.Message}");
    return 1;
}

static async Task RunBothAsync(CancellationToken token)
{
    // Port 0: any that is free.
    await using var hello = await HelloServer.OpenAsync(new Uri("tcp://127.0.0.1:0"), token);

    // A second server sends whoever comes to the first one.
    await using var door = await AccelioServer.BindAsync(new Uri("tcp://127.0.0.1:0"), cancellationToken: token);
    using var redirecting = door.SessionRequests.Subscribe(request => request.Redirect(hello.EndPoint));
    await HelloClient.RunAsync(door.EndPoint, count: 3, TimeSpan.FromSeconds(10), token);
}

static async Task RunServerAsync(Uri endpoint, CancellationToken token)
{
    await using var hello = await HelloServer.OpenAsync(endpoint, token);
    await Task.Delay(Timeout.Infinite, token);
}
