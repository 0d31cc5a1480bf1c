using System.CommandLine;
using System.Text.Json;

namespace Accelio.Samples.Chaos;

/// <summary>The command line of a run.</summary>
internal static class ChaosCommand
{
    private const double DefaultSeconds = 20;

    public static RootCommand Create()
    {
        var minutes = new Option<double?>("--minutes") { Description = "How long there is traffic, in minutes" };
        var seconds = new Option<double?>("--seconds") { Description = $"The same in seconds; the default is {DefaultSeconds}" };
        var servers = AtLeastOne("--servers", "Servers", 2);
        var clients = AtLeastOne("--clients", "Client processes", 4);
        var contexts = AtLeastOne("--contexts", "Contexts of each server and each client; a session has a connection on each", 1);
        var interval = new Option<double>("--interval") { Description = "Seconds between two faults, on average", DefaultValueFactory = _ => 2 };
        var faults = new Option<FaultKind[]>("--faults")
        {
            Description = "What may happen to a server: kill, stop, cut, move. To move its sessions takes --resume and two servers. Cutting its network needs root, and the programs ip, unshare and nsenter",
            DefaultValueFactory = _ => [FaultKind.Kill, FaultKind.Stop],
            AllowMultipleArgumentsPerToken = true,
        };
        var resume = new Option<bool>("--resume") { Description = "Sessions go on over another link when theirs is lost" };
        var seed = new Option<int>("--seed") { Description = "Decides what happens when", DefaultValueFactory = _ => 1 };
        interval.Validators.Add(result =>
        {
            if (!(result.GetValueOrDefault<double>() >= 0.1))
            {
                result.AddError("--interval must be at least 0.1.");
            }
        });
        faults.Validators.Add(result =>
        {
            if (result.Tokens.Any(static token => token.Value.Equals(nameof(FaultKind.Move), StringComparison.OrdinalIgnoreCase)) && !(result.GetValue(resume) && result.GetValue(servers) > 1))
            {
                result.AddError("--faults move needs --resume and at least two servers.");
            }
        });
        var command = new RootCommand(
            "Clients at full load, servers in processes of their own that are killed, stopped, cut off, and emptied for another. Prints one line of JSON; exit code 0 means that no request was executed twice by one "
            + "server process, that every request had one end, and that what its client was told was so.")
        {
            minutes, seconds, servers, clients, contexts, interval, faults, resume, seed,
        };
        command.SetAction(async (arguments, token) =>
        {
            var duration = TimeSpan.FromMinutes(arguments.GetValue(minutes) ?? 0) + TimeSpan.FromSeconds(arguments.GetValue(seconds) ?? 0);
            var options = new ChaosOptions(
                duration > TimeSpan.Zero ? duration : TimeSpan.FromSeconds(DefaultSeconds),
                arguments.GetValue(servers),
                arguments.GetValue(clients),
                arguments.GetValue(contexts),
                TimeSpan.FromSeconds(arguments.GetValue(interval)),
                arguments.GetValue(faults)!,
                arguments.GetValue(resume),
                arguments.GetValue(seed));
            var report = await new ChaosRun(options).RunAsync(token);
            Console.WriteLine(JsonSerializer.Serialize(report, ChaosJson.Default.ChaosReport));
            return report.Success ? 0 : 1;
        });
        return command;
    }

    private static Option<int> AtLeastOne(string name, string description, int usual)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => usual };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 64)
            {
                result.AddError($"{name} must be from 1 to 64.");
            }
        });
        return option;
    }
}
