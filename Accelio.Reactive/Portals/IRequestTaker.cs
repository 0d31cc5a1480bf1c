namespace Accelio.Reactive;

/// <summary>Who gets requests of other contexts on its own.</summary>
internal interface IRequestTaker : IDisposable
{
    /// <summary>The context on which the observer is called.</summary>
    PollerContext Home { get; }

    /// <summary>Who is called; null once gone.</summary>
    IObserver<InboundRequest>? Observer { get; }
}
