using Accelio.Transports.Polling;
using Microsoft.Extensions.ObjectPool;

namespace Accelio.Reactive;

/// <summary>Leads the requests of one source to an observer: on the observer's own context at once, else through its mailbox, with a lease of their own.</summary>
internal sealed class RequestHandOff(IRequestTaker taker, PollerContext context) : IObserver<InboundRequest>
{
    private static readonly ObjectPool<Hop> Hops = OperationPool<Hop>.Shared;

    /// <inheritdoc/>
    public void OnNext(InboundRequest value)
    {
        if (ReferenceEquals(context, taker.Home))
        {
            try
            {
                taker.Observer?.OnNext(value);
            }
            catch
            {
                taker.Dispose();
                throw;
            }

            return;
        }

        var hop = Hops.Get();
        hop.Taker = taker;
        hop.Request = value.Retain();
        if (!taker.Home.Poller.Post(hop))
        {
            hop.Decline("nobody handles requests of this session", AccelioStatus.NotSupported);
        }
    }

    /// <inheritdoc/>
    public void OnError(Exception error)
    {
        // The sessions tell the observer when all of them have ended.
    }

    /// <inheritdoc/>
    public void OnCompleted()
    {
    }

    /// <summary>A request on its way.</summary>
    private sealed class Hop : WorkItem
    {
        public IRequestTaker? Taker { get; set; }

        public InboundRequest Request { get; set; }

        /// <inheritdoc/>
        public override void Execute()
        {
            if (Taker is not { Observer: { } observer } taker)
            {
                Decline("nobody handles requests of this session", AccelioStatus.NotSupported);
            }
            else if (Guarded.OnNext(taker.Home, observer, Request))
            {
                Leave();
            }
            else
            {
                taker.Dispose();
                Decline("the observer failed", AccelioStatus.Unsuccessful);
            }
        }

        /// <summary>The request has found no taker: its requester is told, and the receipt says no.</summary>
        public void Decline(string why, AccelioStatus status)
        {
            Request.Message.RejectIfHeld();
            if (Request.MayBeAnswered)
            {
                // Too late is as good: then the requester waits no more.
                _ = Request.FailAsync(status, why).AsTask();
            }

            Leave();
        }

        private void Leave()
        {
            Request.Dispose();
            Request = default;
            Taker = null;
            Hops.Return(this);
        }
    }
}
