using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Threading.Tasks.Sources;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>
/// The reusable source behind a ValueTask of this library. Where the await goes on is decided by the thread that awaits: a context's thread goes on on that context, in its run queue and never
/// nested; any other on its SynchronizationContext or TaskScheduler if the await asks for it, else on the thread pool. 0 B per await.
/// </summary>
internal sealed class Completion<T>(ICompletionOwner owner) : WorkItem, IValueTaskSource<T>, IValueTaskSource, IThreadPoolWorkItem
{
    private static readonly Action<object?> Ready = static _ => throw new UnreachableException();
    private Action<object?>? _continuation;
    private object? _state;
    private object? _scheduler;
    private ExecutionContext? _executionContext;
    private Poller? _poller;
    private T? _result;
    private Exception? _error;
    private short _version;

    /// <summary>The poller that completes this, if that is certain for the present use.</summary>
    public Poller? Home { get; set; }

    /// <summary>The task for the present use.</summary>
    public ValueTask<T> Task => new(this, _version);

    /// <summary>The task for the present use, without its result.</summary>
    public ValueTask VoidTask => new(this, _version);

    /// <summary>Completes the task; once per use. Any thread.</summary>
    public void SetResult(T result)
    {
        _result = result;
        Complete();
    }

    /// <summary>Fails the task; once per use. Any thread.</summary>
    public void SetException(Exception error)
    {
        _error = error;
        Complete();
    }

    /// <inheritdoc/>
    public ValueTaskSourceStatus GetStatus(short token)
    {
        Validate(token);
        return !ReferenceEquals(Volatile.Read(ref _continuation), Ready) ? ValueTaskSourceStatus.Pending
            : _error is null ? ValueTaskSourceStatus.Succeeded
            : _error is OperationCanceledException ? ValueTaskSourceStatus.Canceled
            : ValueTaskSourceStatus.Faulted;
    }

    /// <inheritdoc/>
    public T GetResult(short token)
    {
        Validate(token);
        if (!ReferenceEquals(Volatile.Read(ref _continuation), Ready))
        {
            throw new InvalidOperationException("The operation has not completed: await the ValueTask, or use AsTask() to wait for it.");
        }

        var result = _result!;
        var error = _error;
        _version++;
        _result = default;
        _error = null;
        _continuation = null;
        owner.OnConsumed();
        if (error is not null)
        {
            ExceptionDispatchInfo.Throw(error);
        }

        return result;
    }

    /// <inheritdoc/>
    void IValueTaskSource.GetResult(short token) => GetResult(token);

    /// <inheritdoc/>
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        Validate(token);
        _state = state;
        _poller = Poller.Current;
        if (_poller is null && (flags & ValueTaskSourceOnCompletedFlags.UseSchedulingContext) != 0)
        {
            CaptureScheduler();
        }

        if ((flags & ValueTaskSourceOnCompletedFlags.FlowExecutionContext) != 0)
        {
            _executionContext = ExecutionContext.Capture();
        }

        Action<object?>? previous;
        if (_poller is not null && ReferenceEquals(_poller, Home))
        {
            // The completion comes on this very thread, so not now.
            previous = _continuation;
            if (previous is null)
            {
                _continuation = continuation;
                return;
            }
        }
        else
        {
            previous = Interlocked.CompareExchange(ref _continuation, continuation, null);
            if (previous is null)
            {
                return;
            }
        }

        if (!ReferenceEquals(previous, Ready))
        {
            throw new InvalidOperationException("A ValueTask of this library may be awaited only once.");
        }

        _waiting = continuation;
        Resume();
    }

    /// <summary>Runs the continuation; on the thread that was chosen.</summary>
    public override void Execute()
    {
        var continuation = _waiting!;
        var state = _state;
        var context = _executionContext;
        _waiting = null;
        _state = null;
        _scheduler = null;
        _executionContext = null;
        _poller = null;
        if (context is null)
        {
            continuation(state);
        }
        else
        {
            ExecutionContext.Run(context, static s => ((Captured)s!).Run(), new Captured(continuation, state));
        }
    }

    private Action<object?>? _waiting;

    private void Complete()
    {
        // Whoever has registered already cannot interfere any more: the interlocked operation is for those who may be about to.
        var continuation = Volatile.Read(ref _continuation) ?? Interlocked.CompareExchange(ref _continuation, Ready, null);
        if (continuation is null)
        {
            return;
        }

        Debug.Assert(!ReferenceEquals(continuation, Ready), "a completion completes once");
        Volatile.Write(ref _continuation, Ready);
        _waiting = continuation;
        Resume();
    }

    private void Resume()
    {
        if (_poller is { } poller)
        {
            if (poller.IsCurrent)
            {
                poller.Enqueue(this);
            }
            else if (!poller.Post(this))
            {
                PoolResumption.Queue(this);
            }
        }
        else if (_scheduler is null)
        {
            PoolResumption.Queue(this);
        }
        else
        {
            ResumeOnScheduler();
        }
    }

    private void ResumeOnScheduler()
    {
#pragma warning disable VSTHRD001, RS0030 // The await asked to go on there: this is how it is done.
        if (_scheduler is SynchronizationContext context)
        {
            context.Post(static s => ((Completion<T>)s!).Execute(), this);
        }
        else
        {
            _ = System.Threading.Tasks.Task.Factory.StartNew(
                static s => ((Completion<T>)s!).Execute(),
                this,
                CancellationToken.None,
                TaskCreationOptions.DenyChildAttach,
                (TaskScheduler)_scheduler!);
        }
#pragma warning restore VSTHRD001, RS0030
    }

    private void CaptureScheduler()
    {
        if (SynchronizationContext.Current is { } context && context.GetType() != typeof(SynchronizationContext))
        {
            _scheduler = context;
        }
        else if (TaskScheduler.Current != TaskScheduler.Default)
        {
            _scheduler = TaskScheduler.Current;
        }
    }

    private void Validate(short token)
    {
        if (token != _version)
        {
            throw new InvalidOperationException("A ValueTask of this library may be awaited only once; its result was taken already.");
        }
    }

    private sealed class Captured(Action<object?> continuation, object? state)
    {
        public void Run() => continuation(state);
    }
}
