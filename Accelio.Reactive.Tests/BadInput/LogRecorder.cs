using Accelio.Transports;
using Microsoft.Extensions.Logging;

namespace Accelio.Reactive.Tests.BadInput;

/// <summary>Keeps what a context logs about links that ended badly.</summary>
internal sealed class LogRecorder : ILoggerFactory, ILogger
{
    private const int LinkFailed = 3;

    public List<LinkFailure> LinkFailures { get; } = [];

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (eventId.Id == LinkFailed && state is IReadOnlyList<KeyValuePair<string, object?>> values)
        {
            var named = values.ToDictionary(value => value.Key, value => value.Value);
            LinkFailures.Add(new LinkFailure($"{named["Peer"]}", (LinkError)named["Error"]!, (string)named["Detail"]!));
        }
    }

    public void Dispose()
    {
    }
}
