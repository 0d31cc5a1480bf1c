using Accelio.Reactive.Tests.Sessions;

namespace Accelio.Reactive.Tests.Streams;

/// <summary>Counts the messages of a stream, so that a test can wait until they have arrived; last among the observers, it knows that the others have seen them too.</summary>
internal sealed class Arrivals
{
    private readonly Lock _gate = new();
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiting = [];
    private int _count;

    public Arrivals(IObservable<InboundMessage> messages) => messages.Subscribe(_ => Add(), _ => { });

    /// <summary>Waits until so many have arrived.</summary>
    public Task ReachAsync(int count)
    {
        lock (_gate)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_count >= count)
            {
                reached.SetResult();
            }
            else
            {
                _waiting.Add((count, reached));
            }

            return reached.Task.WaitAsync(Pair.Limit);
        }
    }

    /// <summary>Waits until no message that arrived on the context is leased any more.</summary>
    public static async Task NoneHeldAsync(AccelioContext context)
    {
        using var limit = new CancellationTokenSource(Pair.Limit);
        while (await context.RunAsync(_ => new ValueTask<int>(((PollerContext)context).Messages.Outstanding)) is var held && held != 0)
        {
            if (limit.IsCancellationRequested)
            {
                throw new TimeoutException($"{held} messages are still held");
            }

            await Task.Yield();
        }
    }

    private void Add()
    {
        lock (_gate)
        {
            _count++;
            _waiting.RemoveAll(waiting => waiting.Count <= _count && waiting.Reached.TrySetResult());
        }
    }
}
