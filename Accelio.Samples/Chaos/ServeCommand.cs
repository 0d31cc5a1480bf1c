using System.CommandLine;
using Accelio.Reactive;
using Accelio.Samples.HelloWorld;
using Accelio.Samples.Soak;

namespace Accelio.Samples.Chaos;

/// <summary>A server of a run: enters every request that it executes into its book, and answers with the request's body and its own number.</summary>
internal static class ServeCommand
{
    // One request in so many takes a while, so that a server that is killed has some in hand.
    private const int SlowOnes = 64;
    private static readonly TimeSpan SlowTime = TimeSpan.FromMilliseconds(5);

    public static Command Create()
    {
        var url = new Option<Uri>("--url") { Description = "Where to listen", Required = true, CustomParser = UrlArgument.Parse };
        var book = new Option<string>("--book") { Description = "The file of the book", Required = true };
        var number = new Option<int>("--number") { Description = "The number of this server process", Required = true };
        var clients = new Option<int>("--clients") { Description = "Clients of the run", Required = true };
        var resume = new Option<bool>("--resume") { Description = "Keep sessions whose link is lost" };
        var command = new Command("serve", "A server of a run; prints 'listening URL' once it is ready") { url, book, number, clients, resume, Lifeline.Option };
        command.SetAction(async (arguments, token) =>
        {
            using var entries = new ServerBook(arguments.GetRequiredValue(book), arguments.GetValue(clients));
            var options = new AccelioServerOptions { DetectWithin = Limits.DetectWithin, Resume = arguments.GetValue(resume) };
            await RunAsync(arguments.GetRequiredValue(url), options, entries, arguments.GetValue(number), Lifeline.Watch(arguments, token));
        });
        return command;
    }

    private static async Task RunAsync(Uri url, AccelioServerOptions options, ServerBook book, int number, CancellationToken token)
    {
        await using var context = AccelioContext.Start(new AccelioContextOptions { Name = $"chaos-server-{number}" });
        options.Context = context;
        await using var server = await AccelioServer.BindAsync(url, options, token);
        var name = BitConverter.GetBytes(number);
        server.Handle(async request =>
        {
            var head = RequestHead.Read(request.Header.Span);
            book.Add(head.Client, head.Serial);
            if (head.Serial % SlowOnes == 0)
            {
                await Task.Delay(SlowTime, CancellationToken.None);
            }

            await request.RespondAsync(new OutboundMessage(request.Payload) { Header = name });
        });
        Console.WriteLine($"listening {server.EndPoint}");
        await Task.Delay(Timeout.Infinite, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
