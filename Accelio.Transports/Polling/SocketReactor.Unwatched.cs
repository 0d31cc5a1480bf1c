using Accelio.Native.Linux;

namespace Accelio.Transports.Polling;

/// <content>
/// Sockets that are busy all the time. The kernel would note each of their arrivals in the list of epoll, on the sender's processor and in
/// memory that this one uses, for a question that is not asked: they are not watched as long as they are polled directly.
/// </content>
internal sealed partial class SocketReactor
{
    /// <summary>So many reads that found something, without a sleep between: worth the two calls that end the watch and begin it again.</summary>
    internal const int BusyReadsBeforeUnwatched = 64;

    private readonly List<SocketHandler> _unwatched = new(HotHandlers.Capacity);

    private void UnwatchWhenBusy(SocketHandler handler)
    {
        if (!handler.IsHot)
        {
            handler.BusyReads = 0;
        }
        else if (!handler.IsUnwatched && ++handler.BusyReads >= BusyReadsBeforeUnwatched && handler.Interest == Epoll.In
            && Epoll.Remove(_epoll.Descriptor, handler.WatchedDescriptor) >= 0)
        {
            handler.IsUnwatched = true;
            _unwatched.Add(handler);
        }
    }

    // Those that only the kernel can find, and all of them before a sleep. What has arrived meanwhile it reports at once. False: one could not be
    // watched, and its handler was told.
    private bool WatchThoseNotPolled(bool willBlock)
    {
        var all = true;
        for (var i = _unwatched.Count - 1; i >= 0; i--)
        {
            var handler = _unwatched[i];
            if (!willBlock && handler.IsHot)
            {
                continue;
            }

            var result = WatchAgain(handler);
            if (result < 0)
            {
                all = false;
                Expel(handler, new IOException($"epoll_ctl: {Errno.Describe(result)}"), _lastWait);
            }
        }

        return all;
    }

    private int WatchAgain(SocketHandler handler)
    {
        handler.IsUnwatched = false;
        handler.BusyReads = 0;
        _unwatched.Remove(handler);
        return Epoll.Add(_epoll.Descriptor, handler.WatchedDescriptor, handler.Interest, HandlerTable.KeyOf(handler));
    }
}
