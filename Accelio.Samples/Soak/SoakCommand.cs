using System.CommandLine;
using System.Text.Json;

namespace Accelio.Samples.Soak;

/// <summary>The command line of a run.</summary>
internal static class SoakCommand
{
    private const double DefaultSeconds = 15;

    public static RootCommand Create()
    {
        var minutes = new Option<double?>("--minutes") { Description = "How long there is traffic, in minutes" };
        var seconds = new Option<double?>("--seconds") { Description = $"The same in seconds; the default is {DefaultSeconds}" };
        var clients = new Option<int>("--clients") { Description = "Client processes at a time", DefaultValueFactory = _ => 8 };
        var seed = new Option<int>("--seed") { Description = "Decides sizes, disconnects and kills", DefaultValueFactory = _ => 1 };
        var tolerance = new Option<double>("--tolerance")
        {
            Description = "How much the server's private memory may grow from the second third of the run to the last, per cent",
            DefaultValueFactory = _ => 5,
        };
        clients.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
            {
                result.AddError("--clients must be at least 1.");
            }
        });
        var command = new RootCommand(
            "Soaks a server: client processes with random sizes, random disconnects and sudden deaths, for a while. Prints one line of "
            + "JSON; exit code 0 means that no survivor had an error, the server's memory stands, and no descriptor was lost.")
        {
            minutes, seconds, clients, seed, tolerance,
        };
        command.SetAction(async (arguments, token) =>
        {
            var duration = TimeSpan.FromMinutes(arguments.GetValue(minutes) ?? 0) + TimeSpan.FromSeconds(arguments.GetValue(seconds) ?? 0);
            var options = new SoakOptions(
                duration > TimeSpan.Zero ? duration : TimeSpan.FromSeconds(DefaultSeconds),
                arguments.GetValue(clients),
                arguments.GetValue(seed),
                arguments.GetValue(tolerance));
            var report = await new SoakRun(options).RunAsync(token);
            Console.WriteLine(JsonSerializer.Serialize(report, SoakJson.Default.SoakReport));
            return report.Success ? 0 : 1;
        });
        return command;
    }
}
