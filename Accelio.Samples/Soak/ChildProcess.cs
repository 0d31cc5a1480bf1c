using System.Diagnostics;
using System.Globalization;

namespace Accelio.Samples.Soak;

/// <summary>This program again, as another process with another command.</summary>
internal sealed class ChildProcess : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private readonly Process _process;
    private readonly Task<string> _errors;
    private bool _killed;

    /// <summary>Starts a command.</summary>
    public ChildProcess(string name, params string[] arguments)
        : this([], name, arguments)
    {
    }

    /// <summary>Starts a command through another program, which turns into this one.</summary>
    public ChildProcess(IReadOnlyList<string> through, string name, params string[] arguments)
    {
        Name = name;
        var program = Environment.ProcessPath!;
        string[] itself = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [program, typeof(ChildProcess).Assembly.Location] : [program];
        string[] line = [.. through, .. itself, .. arguments, Lifeline.Option.Name];
        var start = new ProcessStartInfo(line[0], line[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        _errors = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>What it is, for messages.</summary>
    public string Name { get; }

    /// <summary>Whether it has ended without having been told to.</summary>
    public bool HasFailed => !_killed && _process.HasExited;

    /// <summary>Waits for the next line that it prints.</summary>
    public async Task<string> ReadLineAsync() =>
        await _process.StandardOutput.ReadLineAsync().WaitAsync(Limit)
        ?? throw new SoakFailedException($"{Name} has ended: {await _errors}");

    /// <summary>Says something to it.</summary>
    /// <returns>The next line that it prints.</returns>
    public async Task<string> AskAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        return await ReadLineAsync();
    }

    /// <summary>Kills it: no handler runs, nothing is closed in good order.</summary>
    public void Kill()
    {
        _killed = true;
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Stops it where it is, or lets it go on.</summary>
    public void Pause(bool paused)
    {
        using var kill = Process.Start("kill", [paused ? "-STOP" : "-CONT", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Asks it to end, and waits until it has.</summary>
    /// <returns>The last line that it printed, empty if there was none.</returns>
    public async Task<string> StopAsync()
    {
        _process.StandardInput.Close();
        var output = await _process.StandardOutput.ReadToEndAsync().WaitAsync(Limit);
        await _process.WaitForExitAsync().WaitAsync(Limit);
        _killed = true;
        return _process.ExitCode == 0
            ? output.TrimEnd().Split('\n')[^1]
            : throw new SoakFailedException($"{Name} ended with exit code {_process.ExitCode}: {await _errors}");
    }

    /// <summary>What it had to say when it failed.</summary>
    public async Task<string> DescribeFailureAsync() => $"{Name} ended with exit code {_process.ExitCode}: {await _errors}";

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }
}
