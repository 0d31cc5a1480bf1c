using System.Collections.Concurrent;

namespace Accelio.Reactive.Tests.Operations;

/// <summary>A thread with a SynchronizationContext, as the one of a user interface; posting to it allocates nothing once its queue has grown.</summary>
internal sealed class OneThread : SynchronizationContext, IDisposable
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _queue = new(1024);
    private readonly ConcurrentQueue<Exception> _thrown = new();
    private readonly Thread _thread;
    private bool _stops;

    public OneThread()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "one-thread" };
        _thread.Start();
    }

    /// <summary>What callbacks threw.</summary>
    public IReadOnlyCollection<Exception> Thrown => _thrown;

    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (_queue)
        {
            _queue.Enqueue((d, state));
            Monitor.Pulse(_queue);
        }
    }

    public void Dispose()
    {
        lock (_queue)
        {
            _stops = true;
            Monitor.Pulse(_queue);
        }

        _thread.Join();
    }

    private void Run()
    {
        SetSynchronizationContext(this);
        while (TryTake(out var item))
        {
            try
            {
                item.Callback(item.State);
            }
            catch (Exception exception)
            {
                _thrown.Enqueue(exception);
            }
        }
    }

    private bool TryTake(out (SendOrPostCallback Callback, object? State) item)
    {
        lock (_queue)
        {
            while (_queue.Count == 0 && !_stops)
            {
                Monitor.Wait(_queue);
            }

            return _queue.TryDequeue(out item);
        }
    }
}
