namespace Accelio.Reactive;

/// <summary>The default context of the process: made with the first session or server that names none, ended with the last.</summary>
internal static class SharedContext
{
    private static readonly Lock Gate = new();
    private static PollerContext? _context;
    private static int _holds;

    /// <summary>Holds the context, making it if need be.</summary>
    public static PollerContext Acquire()
    {
        lock (Gate)
        {
            _holds++;
            return _context ??= (PollerContext)AccelioContext.Start(new AccelioContextOptions { Name = "accelio-shared" });
        }
    }

    /// <summary>Gives a hold back; the last one ends the context.</summary>
    public static void Release()
    {
        PollerContext? last = null;
        lock (Gate)
        {
            if (--_holds == 0)
            {
                last = _context;
                _context = null;
            }
        }

        last?.Dispose();
    }
}
