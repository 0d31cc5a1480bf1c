namespace Accelio.Reactive;

/// <summary>Calls of observers that cannot hurt us: what they throw goes to the context's stream of unhandled exceptions.</summary>
internal static class Guarded
{
    /// <summary>Pushes a value.</summary>
    /// <returns>False when the observer threw: it gets nothing more.</returns>
    public static bool OnNext<T>(PollerContext context, IObserver<T> observer, T value)
    {
        try
        {
            observer.OnNext(value);
            return true;
        }
        catch (Exception exception)
        {
            context.ReportUnhandled(exception);
            return false;
        }
    }

    /// <summary>Pushes the end: an error, or completed.</summary>
    public static void End<T>(PollerContext context, IObserver<T> observer, Exception? error)
    {
        try
        {
            if (error is null)
            {
                observer.OnCompleted();
            }
            else
            {
                observer.OnError(error);
            }
        }
        catch (Exception exception)
        {
            context.ReportUnhandled(exception);
        }
    }
}
