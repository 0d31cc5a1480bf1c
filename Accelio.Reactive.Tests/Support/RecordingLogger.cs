using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Accelio.Reactive.Tests.Support;

/// <summary>A logger that remembers what was written, or throws instead.</summary>
internal sealed class RecordingLogger(bool throws = false) : ILoggerFactory, ILogger
{
    public ConcurrentQueue<(EventId Id, string Text, Exception? Exception)> Lines { get; } = new();

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (throws)
        {
            throw new InvalidOperationException("the logger is broken");
        }

        Lines.Enqueue((eventId, formatter(state, exception), exception));
    }

    public void Dispose()
    {
    }
}
