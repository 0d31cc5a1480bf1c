namespace Accelio.Reactive.Tests.Support;

/// <summary>Puts the checking observer into queries.</summary>
internal static class Checked
{
    /// <summary>A stream of the library, whose callbacks belong to a context and never nest.</summary>
    public static IObservable<T> CheckedOn<T>(this IObservable<T> source, AccelioContext context, StreamChecks checks) =>
        new Observable<T>(source, checks, context, isSource: true);

    /// <summary>Somewhere behind operators: one call at a time, and nothing after the end.</summary>
    public static IObservable<T> CheckedBy<T>(this IObservable<T> source, StreamChecks checks) => new Observable<T>(source, checks, null, isSource: false);

    private sealed class Observable<T>(IObservable<T> source, StreamChecks checks, AccelioContext? context, bool isSource) : IObservable<T>
    {
        public IDisposable Subscribe(IObserver<T> observer) => source.Subscribe(new StreamChecks.Observer<T>(observer, checks, context, isSource));
    }
}
