using Microsoft.Extensions.Logging;

namespace Accelio.Reactive.Tests.BadInput;

/// <summary>A log in memory; tells when a line comes.</summary>
internal sealed class TextRecorder : ILoggerFactory, ILogger
{
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private Func<string, bool>? _wanted;
    private TaskCompletionSource<string>? _found;

    /// <summary>The first line that is like this, whether it is there already or comes later.</summary>
    public Task<string> First(Func<string, bool> wanted)
    {
        lock (_gate)
        {
            _found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            _wanted = wanted;
            if (_lines.Find(line => wanted(line)) is { } line)
            {
                _found.SetResult(line);
            }

            return _found.Task;
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_gate)
        {
            var line = formatter(state, exception);
            _lines.Add(line);
            if (_wanted?.Invoke(line) == true)
            {
                _found!.TrySetResult(line);
            }
        }
    }

    public void Dispose()
    {
    }
}
