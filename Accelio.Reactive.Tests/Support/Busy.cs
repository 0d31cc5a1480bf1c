namespace Accelio.Reactive.Tests.Support;

/// <summary>A context that is kept from everything else, as by a callback that blocks, until it is let go.</summary>
internal sealed class Busy : IDisposable
{
    private static readonly TimeSpan Longest = Patience.Seconds(120);
    private readonly ManualResetEventSlim _release = new();

    private Busy()
    {
    }

    /// <summary>Returns when the context is busy: what comes now, comes after <see cref="Dispose"/>.</summary>
    public static async Task<Busy> MakeAsync(AccelioContext context)
    {
        var busy = new Busy();
        var isBusy = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        context.Scheduler.Schedule(0, (_, _) =>
        {
            isBusy.SetResult();
            busy._release.Wait(Longest);
            return System.Reactive.Disposables.Disposable.Empty;
        });
        await isBusy.Task.WaitAsync(Sessions.Pair.Limit);
        return busy;
    }

    /// <summary>Lets the context go.</summary>
    public void Dispose() => _release.Set();
}
