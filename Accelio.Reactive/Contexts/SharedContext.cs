namespace Accelio.Reactive;

/// <summary>The default context of the process: made with the first session or server that names none, ended with the last. Should somebody dispose it before that, the next one gets another.</summary>
internal static class SharedContext
{
    private static readonly Lock Gate = new();
    private static PollerContext? _present;

    /// <summary>The context, if there is one at present.</summary>
    public static PollerContext? Present
    {
        get
        {
            lock (Gate)
            {
                return _present;
            }
        }
    }

    /// <summary>Holds the context, making it if need be.</summary>
    public static PollerContext Acquire()
    {
        lock (Gate)
        {
            if (_present is not { IsDisposed: false })
            {
                _present = (PollerContext)AccelioContext.Start(new AccelioContextOptions { Name = "accelio-shared" });
            }

            _present.SharedHolds++;
            return _present;
        }
    }

    /// <summary>Holds a context that a caller has named, or lives on, if it is the default one: who uses it keeps it.</summary>
    public static bool TryHold(PollerContext context)
    {
        lock (Gate)
        {
            if (!ReferenceEquals(_present, context) || context.IsDisposed)
            {
                return false;
            }

            context.SharedHolds++;
            return true;
        }
    }

    /// <summary>Gives a hold back; the last one ends the context.</summary>
    public static void Release(PollerContext context)
    {
        lock (Gate)
        {
            if (--context.SharedHolds != 0)
            {
                return;
            }

            if (ReferenceEquals(_present, context))
            {
                _present = null;
            }
        }

        context.Dispose();
    }
}
