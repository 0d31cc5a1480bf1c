using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using System.Threading.Tasks.Sources;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>
/// The reusable source behind a ValueTask of this library. Where the await goes on is decided by the thread that awaits: a context's thread goes on on that context, in its run queue and never
/// nested; any other on its SynchronizationContext or TaskScheduler if the await asks for it, else on the thread pool. 0 B per await, but what a SynchronizationContext or a TaskScheduler takes for
/// itself, and 32 B when the ExecutionContext is to flow.
/// </summary>
internal sealed class Completion<T>(ICompletionOwner owner) : WorkItem, IValueTaskSource<T>, IValueTaskSource, IThreadPoolWorkItem
{
    // What stands in the place of a continuation when the outcome is known and nobody waits yet.
    private static readonly Action<object?> Ready = static _ => throw new UnreachableException();
    private Action<object?>? _continuation;
    private object? _state;
    private object? _scheduler;
    private ExecutionContext? _executionContext;
    private Poller? _poller;
    private T? _result;
    private Exception? _error;
    private short _version;

    // The outcome is known, and whoever waited is told: the continuation stays where it is, to be run.
    private bool _isTold;

    // Set while the continuation runs that is about to take the result: saves it a look at whose thread this is.
    private bool _resumesAtHome;

    /// <summary>The poller that completes this, if that is certain for the present use.</summary>
    public Poller? Home { get; set; }

    /// <summary>Where the await goes on wherever it began, for the present use: <see cref="MessageOptions.ContinueInline"/>. Null leaves it to the thread that awaits.</summary>
    public Poller? ContinuesOn { get; set; }

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
        return !IsDone ? ValueTaskSourceStatus.Pending
            : _error is null ? ValueTaskSourceStatus.Succeeded
            : _error is OperationCanceledException ? ValueTaskSourceStatus.Canceled
            : ValueTaskSourceStatus.Faulted;
    }

    /// <inheritdoc/>
    public T GetResult(short token)
    {
        Validate(token);
        if (!IsDone)
        {
            throw new InvalidOperationException("The operation has not completed: await the ValueTask, or use AsTask() to wait for it.");
        }

        var result = _result!;
        var error = _error;
        _version++;
        _result = default;
        _error = null;
        _continuation = null;
        _isTold = false;
        if (ContinuesOn is not null)
        {
            ContinuesOn = null;
        }

        var atHome = _resumesAtHome;
        _resumesAtHome = false;
        owner.OnConsumed(atHome);
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
        if (_continuation is { } present && !ReferenceEquals(present, Ready))
        {
            ThrowAwaitedTwice();
        }

        var current = Poller.Current;
        _state = state;
        _poller = ContinuesOn ?? current;
        if (_poller is null && (flags & ValueTaskSourceOnCompletedFlags.UseSchedulingContext) != 0)
        {
            CaptureScheduler();
        }

        if ((flags & ValueTaskSourceOnCompletedFlags.FlowExecutionContext) != 0)
        {
            _executionContext = ExecutionContext.Capture();
        }

        Action<object?>? previous;
        if (current is not null && ReferenceEquals(current, Home))
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

        if (!ReferenceEquals(previous, Ready) || !ReferenceEquals(Interlocked.CompareExchange(ref _continuation, continuation, Ready), Ready))
        {
            ThrowAwaitedTwice();
        }

        Volatile.Write(ref _isTold, true);
        Resume(isAtHome: false);
    }

    /// <summary>Runs the continuation; on the thread that was chosen.</summary>
    public override void Execute()
    {
        var continuation = _continuation!;
        var state = _state;
        var context = _executionContext;
        _state = null;
        _scheduler = null;
        _executionContext = null;
        _resumesAtHome = Home is not null && ReferenceEquals(_poller, Home);
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

    /// <summary>The same, on a thread that belongs to somebody else: what the continuation throws must not end the process.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        // The continuation takes the result, and with it this object may begin its next use.
        var poller = owner.Poller;
        try
        {
            Execute();
        }
        catch (Exception exception)
        {
            poller?.ReportUnhandled(exception);
        }
    }

    private void Complete()
    {
        // Whoever has registered already cannot interfere any more: the interlocked operation is for those who may be about to.
        var continuation = Volatile.Read(ref _continuation) ?? Interlocked.CompareExchange(ref _continuation, Ready, null);
        if (continuation is null)
        {
            return;
        }

        Debug.Assert(!IsDone, "a completion completes once");
        Volatile.Write(ref _isTold, true);
        Resume(isAtHome: true);
    }

    private void Resume(bool isAtHome)
    {
        if (_poller is { } poller)
        {
            if ((isAtHome && ReferenceEquals(poller, Home)) || poller.IsCurrent)
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
            context.Post(static s => ((IThreadPoolWorkItem)s!).Execute(), this);
        }
        else
        {
            _ = System.Threading.Tasks.Task.Factory.StartNew(
                static s => ((IThreadPoolWorkItem)s!).Execute(),
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

    private bool IsDone => Volatile.Read(ref _isTold) || ReferenceEquals(Volatile.Read(ref _continuation), Ready);

    [DoesNotReturn]
    private static void ThrowAwaitedTwice() => throw new InvalidOperationException("A ValueTask of this library may be awaited only once.");

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
