using System.CommandLine;
using Accelio.Samples.HelloWorld;
using Accelio.Samples.Soak;

namespace Accelio.Samples.Chaos;

/// <summary>A client of a run.</summary>
internal static class ClientCommand
{
    public static Command Create()
    {
        var url = new Option<Uri[]>("--url")
        {
            Description = "Where the servers listen",
            Required = true,
            CustomParser = arguments => [.. arguments.Tokens.Select(token => new Uri(token.Value))],
        };
        var book = new Option<string>("--book") { Description = "The file of the book", Required = true };
        var number = new Option<int>("--number") { Description = "The number of this client", Required = true };
        var contexts = new Option<int>("--contexts") { Description = "Contexts", Required = true };
        var resume = new Option<bool>("--resume") { Description = "Go on over another link when one is lost" };
        var command = new Command("client", "A client of a run; prints 'working' with its first answer, goes on until it is told to end, then prints how many sessions it opened") { url, book, number, contexts, resume, Lifeline.Option };
        command.SetAction(async (arguments, token) =>
        {
            using var calls = new ClientBook(arguments.GetRequiredValue(book));
            var load = new ClientLoad(arguments.GetRequiredValue(url), arguments.GetValue(number), calls, arguments.GetValue(resume));
            var end = Lifeline.Watch(arguments, token);
            await Contexts.RunAsync($"chaos-client-{arguments.GetValue(number)}", arguments.GetValue(contexts), own => load.RunAsync(own, end));
            Console.WriteLine(load.Sessions);
        });
        return command;
    }
}
