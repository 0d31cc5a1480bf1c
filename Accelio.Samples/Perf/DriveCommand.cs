using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Accelio.Reactive;

namespace Accelio.Samples.Perf;

/// <summary>Measures what standard input says, line by line, so that runs can be interleaved with those of other programs.</summary>
internal static class DriveCommand
{
    public static Command Create()
    {
        var common = new CommonOptions();
        var command = new Command("drive", "Reads lines 'SIZE DEPTH SECONDS ...' and answers each with one JSON object on one line");
        common.AddTo(command);
        command.SetAction(async (arguments, token) =>
        {
            var url = arguments.GetRequiredValue(common.Url);
            await using var context = common.StartContext(arguments, "drive");
            await using var client = await ConnectAsync(url, context, arguments.GetValue(common.Dual), token);
            while (await Console.In.ReadLineAsync(token) is { } line)
            {
                var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (words.Length < 3)
                {
                    throw new ArgumentException($"'{line}' is not SIZE DEPTH SECONDS.");
                }

                var runner = new LoadRunner(
                    client.Sessions,
                    int.Parse(words[0], CultureInfo.InvariantCulture),
                    header: 0,
                    int.Parse(words[1], CultureInfo.InvariantCulture),
                    verify: false,
                    awaits: false);
                var result = await runner.RunAsync(
                    "drive",
                    url.OriginalString,
                    context,
                    double.Parse(words[2], CultureInfo.InvariantCulture),
                    count: null,
                    fromPool: false);
                result.Print(json: true);
                await Console.Out.FlushAsync(token);
            }
        });
        return command;
    }

    private static async Task<Client> ConnectAsync(Uri url, AccelioContext context, bool dual, CancellationToken token)
    {
        for (var clock = Stopwatch.StartNew(); ; await Task.Delay(50, token))
        {
            try
            {
                return await Client.OpenAsync(url, context, dual, 1, 0, token);
            }
            catch (AccelioException exception) when (exception is not SessionRejectedException && clock.Elapsed < TimeSpan.FromSeconds(5))
            {
                // The server may still be starting.
            }
        }
    }
}
