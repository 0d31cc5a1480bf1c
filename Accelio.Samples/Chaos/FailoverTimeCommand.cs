using System.CommandLine;
using System.Text.Json;

namespace Accelio.Samples.Chaos;

/// <summary>How long a fail-over takes.</summary>
internal static class FailoverTimeCommand
{
    public static Command Create()
    {
        var cuts = new Option<int>("--cuts") { Description = "How often a path is cut", DefaultValueFactory = _ => 200 };
        var noStandby = new Option<bool>("--no-standby") { Description = "One path alone: each time the link is dialed anew" };
        cuts.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 1_000_000)
            {
                result.AddError("--cuts must be from 1 to 1000000.");
            }
        });
        var command = new Command("failover-time", "Cuts the path of a session on this machine and measures the time until the first answer over the other one, or over a new link. Prints one line of JSON, in microseconds.") { cuts, noStandby };
        command.SetAction(async (arguments, token) =>
        {
            var report = await new FailoverTimeRun(arguments.GetValue(cuts), standby: !arguments.GetValue(noStandby)).RunAsync(token);
            Console.WriteLine(JsonSerializer.Serialize(report, ChaosJson.Default.FailoverTimeReport));
            return 0;
        });
        return command;
    }
}
