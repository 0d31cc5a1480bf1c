using Accelio.Transports;
using Accelio.Transports.Wire;

namespace Accelio.Reactive.Engine;

/// <content>How long requests may take: the rest of the requester's time travels, and what is over is not run (wire protocol, section 19.6).</content>
internal sealed partial class ConnectionMachine
{
    // What most requests have left when they leave: the peer was told at set-up, so that they need not say it.
    private long _usualRest;
    private ulong _restSlack;
    private bool _sendsRest;
    private byte[] _restItem = [];

    // How long requests of the peer may be answered that say nothing themselves.
    private long _answerTime;

    private void SetTimes(in PeerTerms terms)
    {
        _sendsRest = Machine.HasDeadline;
        _answerTime = _sendsRest ? Math.Min(Settings.ResponseTimeout, terms.RequestTime) : Settings.ResponseTimeout;
        _usualRest = Settings.RequestTimeout;

        // A request that has waited here a little says nothing: this side gives it up in time anyway.
        _restSlack = _usualRest == long.MaxValue ? 0 : (ulong)_usualRest >> 5;
    }

    /// <summary>Whether a request leaves with another time than the peer takes for granted.</summary>
    private bool HasUnusualRest(OutgoingMessage message) => _sendsRest && (ulong)(_usualRest - message.RestAt(Now)) > _restSlack && message.Kind == OutgoingKind.Request;

    /// <summary>Says how much time a request has left; a header that leaves no room for that goes without.</summary>
    private void AddRest(OutgoingMessage message, scoped ref OutboundFrame frame)
    {
        var items = new MessageItems { HasDeadline = true, Deadline = WireTime.ToNanoseconds(message.RestAt(Now)) };
        if (frame.UserHeader.Length + items.Length > Machine.PeerMaxHeaderLength)
        {
            return;
        }

        if (_restItem.Length == 0)
        {
            _restItem = new byte[items.Length];
        }

        items.Write(_restItem);
        frame.Items = _restItem;
        frame.Header.Flags |= MessageFlags.Items;
    }

    /// <summary>A request need not be looked at by anybody: its sender has given it up, or its time was over before it was here.</summary>
    private bool EndsOnArrival(MessageCore request, long rest)
    {
        if (_earlyAborts is not null && TakeEarlyAbort(request.Serial))
        {
            request.IsWaiting = true;
            request.TryDrop();
        }
        else if (rest <= 0)
        {
            request.IsWaiting = true;
            request.TryExpire(Now);
        }
        else
        {
            return false;
        }

        request.IsWaiting = false;
        request.ReleaseAtHome(request.Version);
        return true;
    }

    /// <summary>The time for the answer to a request is over: its sender is told, and whether a handler may have seen it.</summary>
    internal void SendExpired(MessageCore request)
    {
        if (request.IsAborted(request.Version))
        {
            SendStatusResponse(request, AccelioStatus.MessageCanceled, null);
        }
        else if (request.HasSendersTime)
        {
            SendStatusResponse(request, AccelioStatus.MessageDiscarded, new MessageItems { HasExpired = true, MayHaveExecuted = !request.IsWaiting });
        }
        else
        {
            SendStatusResponse(request, AccelioStatus.MessageDiscarded, "the request was not answered in time");
        }
    }
}
