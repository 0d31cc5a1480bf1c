using System.Runtime.CompilerServices;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>A handler that awaits something: finds its way back to the context when it ends. Pooled per connection.</summary>
internal sealed class HandlerRun : WorkItem
{
    private readonly ConnectionCore _connection;
    private readonly Action _ended;
    private ConfiguredValueTaskAwaitable.ConfiguredValueTaskAwaiter _awaiter;
    private MessageCore? _request;
    private int _version;

    public HandlerRun(ConnectionCore connection)
    {
        _connection = connection;
        _ended = OnEnded;
    }

    /// <summary>Waits for the handler's task.</summary>
    public void Start(ValueTask task, MessageCore request, int version)
    {
        _request = request;
        _version = version;
        _awaiter = task.ConfigureAwait(VirtualSynchronizationContext.IsCurrent).GetAwaiter();
        _awaiter.UnsafeOnCompleted(_ended);
    }

    /// <inheritdoc/>
    public override void Execute()
    {
        var request = _request!;
        _request = null;
        Exception? error = null;
        try
        {
#pragma warning disable VSTHRD002 // It has completed.
            _awaiter.GetResult();
#pragma warning restore VSTHRD002
        }
        catch (Exception exception)
        {
            error = exception;
        }

        _awaiter = default;
        _connection.OnHandlerEnded(this, request, _version, error);
    }

    private void OnEnded()
    {
        if (_connection.Poller.IsCurrent)
        {
            // Not here: user code may have completed what the handler waited for, and the next handler must not run inside it.
            _connection.Poller.Enqueue(this);
        }
        else if (!_connection.Poller.Post(this))
        {
            // The context has stopped: there is nobody left to answer.
            _request!.Release(_version);
        }
    }
}
