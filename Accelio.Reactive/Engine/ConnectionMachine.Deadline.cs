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
    private byte[] _items = [];

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

    /// <summary>Whether a message that begins now surely has no items.</summary>
    private bool SaysNothing(OutgoingMessage message) => (message.TimeLimit == _usualRest || !_sendsRest) && message.Remote is null;

    private bool HasItems(OutgoingMessage message) => message.Remote is not null || HasUnusualRest(message);

    /// <summary>Says how much time a request has left, and what it asks of shared memory. A header that leaves no room for the time goes without; the other must be said.</summary>
    /// <returns>False when it cannot be; the message has failed.</returns>
    private bool TryAddItems(OutgoingMessage message, scoped ref OutboundFrame frame)
    {
        var items = default(MessageItems);
        if (HasUnusualRest(message))
        {
            items.HasDeadline = true;
            items.Deadline = WireTime.ToNanoseconds(message.RestAt(Now));
        }

        if (message.Remote is { } remote)
        {
            items.HasRemote = true;
            items.Remote = remote.Item;
        }

        var length = items.Length;
        if (frame.UserHeader.Length + length > Machine.PeerMaxHeaderLength)
        {
            if (items.HasRemote)
            {
                FailHeaderTooLong(message, length);
            }

            return !items.HasRemote;
        }

        if (_items.Length < length)
        {
            _items = new byte[length];
        }

        items.Write(_items);
        frame.Items = _items.AsSpan(0, length);
        frame.Header.Flags |= MessageFlags.Items;
        return true;
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
