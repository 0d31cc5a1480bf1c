using System.Diagnostics;

namespace Accelio.Reactive.Tests.Support;

/// <summary>The tests as a program, in a process that has nothing else to do.</summary>
internal static class TestProcess
{
    /// <summary>What the line of a result begins with.</summary>
    public const string Mark = "result: ";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>Runs a command of <c>Program</c>.</summary>
    /// <returns>Its result.</returns>
    public static async Task<string> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(TestProcess).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
        }

        var result = (await output).Split('\n').FirstOrDefault(line => line.StartsWith(Mark, StringComparison.Ordinal));
        return result?[Mark.Length..].Trim() ?? throw new InvalidOperationException($"{string.Join(' ', arguments)} gave no result: {await errors}");
    }
}
