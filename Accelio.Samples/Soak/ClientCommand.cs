using System.CommandLine;
using System.Text.Json;
using Accelio.Samples.HelloWorld;

namespace Accelio.Samples.Soak;

/// <summary>A client of a run.</summary>
internal static class ClientCommand
{
    public static Command Create()
    {
        var url = new Option<Uri>("--url") { Description = "Where the server listens", Required = true, CustomParser = UrlArgument.Parse };
        var seed = new Option<int>("--seed") { Description = "Decides what the client does", DefaultValueFactory = _ => 1 };
        var command = new Command("client", "A client of a run; goes on until it is told to end, then prints what it has done")
        {
            url, seed, Lifeline.Option,
        };
        command.SetAction(async (arguments, token) =>
        {
            var traffic = new Traffic(arguments.GetRequiredValue(url), arguments.GetValue(seed));
            await traffic.RunAsync(Lifeline.Watch(arguments, token));
            Console.WriteLine(JsonSerializer.Serialize(traffic.Report, SoakJson.Default.ClientReport));
        });
        return command;
    }
}
