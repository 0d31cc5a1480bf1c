using System.Runtime.CompilerServices;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>
/// A call of the library that is an asynchronous method, made in virtual time. The method's own task would post to the caller's
/// SynchronizationContext, of which virtual time has one, and so leave the context; through this one awaits go on by the library's table. The
/// method needs a pooling builder: a Task that completes under a SynchronizationContext sends awaits that did not ask for one to the thread pool.
/// </summary>
internal sealed class VirtualCall<T> : ICompletionOwner
{
    private readonly Completion<T> _completion;
    private readonly ConfiguredValueTaskAwaitable<T>.ConfiguredValueTaskAwaiter _awaiter;

    private VirtualCall(ValueTask<T> call)
    {
        _completion = new Completion<T>(this);
        _awaiter = call.ConfigureAwait(false).GetAwaiter();
    }

    /// <inheritdoc/>
    public Poller? Poller { get; } = Poller.Current;

    /// <summary>The call's task for its caller: the same one, outside of virtual time.</summary>
    public static ValueTask<T> Around(ValueTask<T> call) =>
        call.IsCompleted || !VirtualSynchronizationContext.IsCurrent ? call : Begin(call)._completion.Task;

    /// <summary>The same for a call without a result; whatever the type parameter is.</summary>
    public static ValueTask Around(ValueTask call) =>
        call.IsCompleted || !VirtualSynchronizationContext.IsCurrent ? call : Begin(WithResult(call))._completion.VoidTask;

    /// <inheritdoc/>
    public void OnConsumed(bool atHome)
    {
    }

    private static VirtualCall<T> Begin(ValueTask<T> call)
    {
        var around = new VirtualCall<T>(call);
        around._awaiter.UnsafeOnCompleted(around.OnCompleted);
        return around;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<T> WithResult(ValueTask call)
    {
        await call.ConfigureAwait(false);
        return default!;
    }

    private void OnCompleted()
    {
        T result;
        try
        {
#pragma warning disable VSTHRD002 // It has completed.
            result = _awaiter.GetResult();
#pragma warning restore VSTHRD002
        }
        catch (Exception exception)
        {
            _completion.SetException(exception);
            return;
        }

        _completion.SetResult(result);
    }
}
