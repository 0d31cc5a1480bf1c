using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>The operation around a completion.</summary>
internal interface ICompletionOwner
{
    /// <summary>The poller that is told what a continuation throws on a thread that is no poller's; null when that is not known any more.</summary>
    Poller? Poller { get; }

    /// <summary>The result was taken: the operation may be used again. On the awaiter's thread.</summary>
    /// <param name="atHome">Whether that is known to be the thread of <see cref="Completion{T}.Home"/>.</param>
    void OnConsumed(bool atHome);
}
