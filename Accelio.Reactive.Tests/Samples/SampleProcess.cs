using System.Diagnostics;
using System.Text;
using Accelio.Reactive.Tests.House;
using Accelio.Reactive.Tests.Support;

namespace Accelio.Reactive.Tests.Samples;

/// <summary>A sample program in a process of its own, built with the tests.</summary>
internal sealed class SampleProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource<string> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _said = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _awaited;

    public SampleProcess(string sample, params string[] arguments)
        : this([], sample, arguments)
    {
    }

    /// <summary>Starts the program, with or without the native calls of the library.</summary>
    public SampleProcess(bool takesNativeCallsAway, string sample, params string[] arguments)
        : this(takesNativeCallsAway ? [("DOTNET_STARTUP_HOOKS", typeof(StartupHook).Assembly.Location)] : [], sample, arguments)
    {
    }

    /// <summary>Starts the program with variables of its environment.</summary>
    public SampleProcess((string Name, string Value)[] environment, string sample, params string[] arguments)
    {
        var configuration = Path.GetFileName(Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd('/')))!;
        var program = Repository.PathOf($"Accelio.Samples/{sample}/bin/{configuration}/net10.0/{sample}.dll");
        var start = new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    public StreamWriter Input => _process.StandardInput;

    /// <summary>The URL that a server says it listens on.</summary>
    public Task<string> ListeningAsync() => _listening.Task.WaitAsync(Patience.Seconds(60));

    /// <summary>Waits until the program has said this, once per process.</summary>
    public Task SaysAsync(string text)
    {
        lock (_output)
        {
            _awaited = text;
            CheckSaid();
        }

        return _said.Task.WaitAsync(Patience.Seconds(120));
    }

    /// <summary>The exit code.</summary>
    public async Task<int> EndAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(8));
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    /// <summary>Asks the program to end, as a service manager does.</summary>
    public void Terminate() => Process.Start("kill", ["-TERM", $"{_process.Id}"]).WaitForExit();

    /// <summary>Ends the program without a word to it.</summary>
    public void Kill() => _process.Kill();

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_output)
        {
            _output.AppendLine(line);
            CheckSaid();
        }

        if (line.IndexOf("listening ", StringComparison.Ordinal) is var at && at >= 0)
        {
            _listening.TrySetResult(line[(at + "listening ".Length)..].Replace("on ", string.Empty, StringComparison.Ordinal));
        }
    }

    private void CheckSaid()
    {
        if (_awaited is { } text && _output.ToString().Contains(text, StringComparison.Ordinal))
        {
            _said.TrySetResult();
        }
    }
}
