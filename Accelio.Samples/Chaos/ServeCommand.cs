using System.CommandLine;
using System.Security.Cryptography;
using System.Threading.Channels;
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

    // Servers of a run listen where nobody else is.
    private static readonly byte[] MigrationKey = SHA256.HashData("the servers of a run"u8);

    public static Command Create()
    {
        var url = new Option<Uri>("--url") { Description = "Where to listen", Required = true, CustomParser = UrlArgument.Parse };
        var book = new Option<string>("--book") { Description = "The file of the book", Required = true };
        var number = new Option<int>("--number") { Description = "The number of this server process", Required = true };
        var clients = new Option<int>("--clients") { Description = "Clients of the run", Required = true };
        var contexts = new Option<int>("--contexts") { Description = "Contexts", Required = true };
        var resume = new Option<bool>("--resume") { Description = "Keep sessions whose link is lost" };
        var command = new Command("serve", "A server of a run; prints 'listening URL' once it is ready, and for each URL that it is told 'moved N of M' once it has moved its sessions there") { url, book, number, clients, contexts, resume, Lifeline.Option };
        command.SetAction(async (arguments, token) =>
        {
            using var entries = new ServerBook(arguments.GetRequiredValue(book), arguments.GetValue(clients));
            var options = new AccelioServerOptions
            {
                DetectWithin = Limits.DetectWithin,
                Resume = arguments.GetValue(resume),
                HandOver = SessionHandOver.Stateless,
                MigrationKey = MigrationKey,
            };
            var targets = Channel.CreateUnbounded<Uri>();
            var end = Lifeline.Watch(arguments, token, line => targets.Writer.TryWrite(new Uri(line)));
            var name = arguments.GetValue(number);
            await Contexts.RunAsync($"chaos-server-{name}", arguments.GetValue(contexts), own =>
            {
                options.Contexts = own;
                return RunAsync(arguments.GetRequiredValue(url), options, entries, name, targets.Reader, end);
            });
        });
        return command;
    }

    private static async Task RunAsync(Uri url, AccelioServerOptions options, ServerBook book, int number, ChannelReader<Uri> targets, CancellationToken token)
    {
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
        try
        {
            while (true)
            {
                Console.WriteLine(await MoveAsync(server, await targets.ReadAsync(token)));
            }
        }
        catch (OperationCanceledException)
        {
            // The run has no more use for this server.
        }
    }

    private static async Task<string> MoveAsync(AccelioServer server, Uri target)
    {
        try
        {
            var report = await server.MigrateAsync(static _ => true, target, new MigrationOptions { Limit = Limits.Move }, CancellationToken.None);
            foreach (var stayed in report.Sessions.Where(static session => session.Outcome == MigrationOutcome.Stayed))
            {
                await Console.Error.WriteLineAsync($"a session stays: {stayed.Detail}");
            }

            return $"moved {report.Left} of {report.Sessions.Count}";
        }
        catch (AccelioException exception)
        {
            return $"moved nothing: {exception.Message.ReplaceLineEndings(" ")}";
        }
    }
}
