using System.Runtime.InteropServices;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>A descriptor of the host's in the loop of a context: its events go to a callback until the watch is disposed of, the callback
/// throws, or the context ends.</summary>
internal sealed class DescriptorWatch : DescriptorHandler, IContextResident
{
    private readonly PollerContext _context;
    private readonly PollEvents _events;
    private readonly Action<PollEvents> _callback;
    private readonly ActionItem _begin;
    private readonly ActionItem _end;
    private int _isDisposed;

    /// <summary>Prepares to watch. Any thread.</summary>
    public DescriptorWatch(PollerContext context, SafeHandle descriptor, PollEvents events, Action<PollEvents> callback)
        : base(descriptor)
    {
        _context = context;
        _events = events;
        _callback = callback;
        _begin = new ActionItem(Begin);
        _end = new ActionItem(EndWatch);
    }

    /// <summary>Begins, at once on the context, else by way of its mailbox.</summary>
    /// <returns>False when the context has ended.</returns>
    public bool Start()
    {
        if (_context.Poller.IsCurrent)
        {
            Begin();
            return true;
        }

        return _context.Poller.Post(_begin);
    }

    /// <summary>Ends the watch; the descriptor stays the caller's. On the context no call follows; elsewhere one may be under way.</summary>
    public override void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        if (_context.Poller.IsCurrent)
        {
            EndWatch();
        }
        else if (!_context.Poller.Post(_end))
        {
            End();
        }
    }

    /// <inheritdoc/>
    public void Close() => Dispose();

    /// <inheritdoc/>
    public void Abort() => Dispose();

    /// <inheritdoc/>
    public override int OnReadable(long now)
    {
        Tell(PollEvents.Readable);
        return 1;
    }

    /// <inheritdoc/>
    public override void OnWritable(long now) => Tell(PollEvents.Writable);

    /// <inheritdoc/>
    public override void OnError(long now) => Tell(PollEvents.Closed);

    private void Begin()
    {
        if (Volatile.Read(ref _isDisposed) != 0)
        {
            return;
        }

        if (!_context.TryAdd(this))
        {
            Dispose();
            return;
        }

        try
        {
            Begin((SocketReactor)_context.Poller.Sockets!, (_events & PollEvents.Readable) != 0, (_events & PollEvents.Writable) != 0);
        }
        catch (IOException exception)
        {
            Dispose();
            _context.ReportUnhandled(exception);
        }
    }

    private void EndWatch()
    {
        End();
        _context.Remove(this);
    }

    private void Tell(PollEvents events)
    {
        if (Volatile.Read(ref _isDisposed) != 0)
        {
            return;
        }

        try
        {
            _callback(events);
        }
        catch (Exception exception)
        {
            // It would be called again at once, and for ever.
            Dispose();
            _context.ReportUnhandled(exception);
        }
    }
}
