using System.Runtime.CompilerServices;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>A handler that awaits something: finds its way back to the context when it ends. Pooled per session.</summary>
internal sealed class HandlerRun : WorkItem
{
    private readonly SessionCore _session;
    private readonly Action _ended;
    private ConfiguredValueTaskAwaitable.ConfiguredValueTaskAwaiter _awaiter;
    private MessageCore? _request;
    private int _version;

    public HandlerRun(SessionCore session)
    {
        _session = session;
        _ended = OnEnded;
    }

    /// <summary>Waits for the handler's task.</summary>
    public void Start(ValueTask task, MessageCore request, int version)
    {
        _request = request;
        _version = version;
        _awaiter = task.ConfigureAwait(false).GetAwaiter();
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
        _session.OnHandlerEnded(this, request, _version, error);
    }

    private void OnEnded()
    {
        if (_session.Poller.IsCurrent)
        {
            Execute();
        }
        else if (!_session.Poller.Post(this))
        {
            // The context has stopped: there is nobody left to answer.
            _request!.Release(_version);
        }
    }
}
