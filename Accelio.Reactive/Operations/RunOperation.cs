using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>A body given to <see cref="AccelioContext.RunAsync{T}"/>: runs on the context, and its caller's await goes on where every await of this library does.</summary>
internal sealed class RunOperation<T> : ICompletionOwner
{
    private readonly PollerContext _context;
    private readonly Completion<T> _completion;
    private Exception? _error;

    public RunOperation(PollerContext context)
    {
        _context = context;
        _completion = new Completion<T>(this);
    }

    /// <summary>A failure that nobody awaited must not be lost.</summary>
    ~RunOperation()
    {
        if (_error is { } error)
        {
            _context.ReportUnhandled(error);
        }
    }

    /// <summary>Completes with the body.</summary>
    public ValueTask<T> Task => _completion.Task;

    /// <summary>The same without a result.</summary>
    public ValueTask VoidTask => _completion.VoidTask;

    /// <inheritdoc/>
    public Poller? Poller => _context.Poller;

    /// <summary>Runs the body; at once if this is the context's thread.</summary>
    public async Task RunAsync(Func<CancellationToken, ValueTask<T>> body, CancellationToken stopping)
    {
        T result;
        try
        {
            await _context.SwitchTo();
            result = await body(stopping);
        }
        catch (Exception exception)
        {
            _error = exception;
            _completion.SetException(exception);
            return;
        }

        _completion.SetResult(result);
    }

    /// <inheritdoc/>
    public void OnConsumed(bool atHome) => _error = null;
}
