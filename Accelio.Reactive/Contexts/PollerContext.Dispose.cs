using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <content>The end of a context: what lives on it is closed, bounded by its own time limits, or cut off; then the poller stops, on its own thread.</content>
internal sealed partial class PollerContext
{
    private readonly HashSet<IContextResident> _residents = [];
    private readonly CancellationTokenSource _stopping = new();
    private volatile bool _isDisposed;
    private bool _isClosing;
    private bool _isStopping;

    /// <summary>Whether somebody has disposed the context: nothing new may begin on it. Any thread.</summary>
    public bool IsDisposed => _isDisposed;

    /// <summary>The default context: sessions and servers that hold it. Under the lock of <see cref="SharedContext"/>.</summary>
    public int SharedHolds { get; set; }

    /// <summary>Enters something that must end with the context. Context only.</summary>
    /// <returns>False when the context is ending already.</returns>
    public bool TryAdd(IContextResident resident) => !_isClosing && _residents.Add(resident);

    /// <summary>Something has ended by itself. Context only.</summary>
    public void Remove(IContextResident resident)
    {
        if (_residents.Remove(resident))
        {
            StopIfEmpty();
        }
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        Begin(CloseResidents);
        if (Poller is ManualPoller manual)
        {
            // The host polls no more once it disposes: the last cycles are run here.
            manual.RunUntilStopped();
        }

        RunLast();
        GC.SuppressFinalize(this);
        return _ended.WaitAsync();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Begin(AbortResidents);
            (Poller as ManualPoller)?.EndSoon();
            RunLast();
        }
    }

    private void Begin(Action end)
    {
        _isDisposed = true;
        (Poller as SchedulerPoller)?.LetGo();
        var item = new ActionItem(end);
        if (Poller.IsCurrent)
        {
            Poller.Enqueue(item);
        }
        else
        {
            // A poller that has stopped refuses: then everything is over already.
            Poller.Post(item);
        }
    }

    private void CloseResidents()
    {
        if (_isClosing)
        {
            return;
        }

        BeginClosing();
        foreach (var resident in _residents.ToArray())
        {
            resident.Close();
        }

        StopIfEmpty();
    }

    private void AbortResidents()
    {
        BeginClosing();
        foreach (var resident in _residents.ToArray())
        {
            resident.Abort();
        }

        // What they still have to tell is told while the poller stops.
        Stop();
    }

    private void BeginClosing()
    {
        if (_isClosing)
        {
            return;
        }

        _isClosing = true;
        try
        {
            _stopping.Cancel();
        }
        catch (AggregateException exception)
        {
            ReportUnhandled(exception);
        }
    }

    private void StopIfEmpty()
    {
        if (_isClosing && _residents.Count == 0)
        {
            Stop();
        }
    }

    private void Stop()
    {
        if (_isStopping)
        {
            return;
        }

        _isStopping = true;
        _unhandled.End(null);
        _stopping.Dispose();
        _ = Poller.StopAsync();
    }
}
