using Accelio.Reactive.Engine;

namespace Accelio.Reactive;

/// <content>A request that its sender gave up: dropped while it waits for a consumer, told to the consumer that has it.</content>
internal sealed unsafe partial class MessageCore
{
    private int _abortedVersion;

    /// <summary>Whether the request has not been given to any consumer and waits for one. Poller only.</summary>
    internal bool IsWaiting;

    /// <summary>Whether the sender gave the request up when its consumer had it already. Any thread.</summary>
    internal bool IsAborted(int version) => Volatile.Read(ref _abortedVersion) == version;

    /// <summary>The sender gave the request up, which waits: nobody will serve it, and the sender is told so. Poller only.</summary>
    /// <returns>False when it may not be answered any more anyway.</returns>
    internal bool TryDrop()
    {
        if (!TryClaimAnswer(Version))
        {
            return false;
        }

        _endsAs = AnswerAborted;
        Connection!.SendStatusResponse(this, AccelioStatus.MessageFlushed, null);
        return true;
    }

    /// <summary>The sender gave the request up: its consumer is told, and may still answer. Poller only.</summary>
    internal void TellAborted()
    {
        if (!MayBeAnswered(Version))
        {
            return;
        }

        // In full order with the look at the token: who asks for it now sees the abort, or is seen here.
        Interlocked.Exchange(ref _abortedVersion, Version);
        FireCanceled(Version);
    }
}
