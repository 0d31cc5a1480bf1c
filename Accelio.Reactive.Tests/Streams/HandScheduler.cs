using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace Accelio.Reactive.Tests.Streams;

/// <summary>A scheduler that runs when the test says so, and counts how often it was asked.</summary>
internal sealed class HandScheduler : LocalScheduler
{
    private readonly Lock _gate = new();
    private readonly Queue<Action> _actions = [];

    /// <summary>How often something was scheduled.</summary>
    public int Scheduled { get; private set; }

    /// <summary>Whether scheduling throws, as that of a scheduler that was disposed.</summary>
    public bool IsDead { get; set; }

    public override IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action)
    {
        ObjectDisposedException.ThrowIf(IsDead, this);
        lock (_gate)
        {
            Scheduled++;
            _actions.Enqueue(() => action(this, state));
        }

        return Disposable.Empty;
    }

    /// <summary>Runs what was scheduled until then.</summary>
    /// <returns>Whether there was anything.</returns>
    public bool Run()
    {
        Action[] actions;
        lock (_gate)
        {
            actions = [.. _actions];
            _actions.Clear();
        }

        foreach (var action in actions)
        {
            action();
        }

        return actions.Length != 0;
    }
}
