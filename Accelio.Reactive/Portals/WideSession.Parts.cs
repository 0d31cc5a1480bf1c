using Accelio.Reactive.Engine;

namespace Accelio.Reactive;

/// <content>The parts, and what they tell. They tell it on their contexts; it is taken up on the home context, in order per part.</content>
internal sealed partial class WideSession
{
    // Both replaced whole by the home context, so that any thread may read them: all that live, and the connections on which messages flow.
    private volatile SessionCore[] _parts = [];
    private volatile ConnectionCore[] _lanes = [];
    private int _nextIndex;

    /// <summary>A part has its connection.</summary>
    internal void PartEstablished(SessionCore part, ConnectionCore connection) => Home.RunSoon(new ActionItem(() => OnEstablished(part, connection)));

    /// <summary>One side has begun to close a part.</summary>
    internal void PartClosing(SessionCore part, bool byPeer) => Home.RunSoon(new ActionItem(() => OnClosing(part, byPeer)));

    /// <summary>Something that the session's observers want to know.</summary>
    internal void PartTells(AccelioSessionEvent what) => Home.RunSoon(new ActionItem(() =>
    {
        if (_state == SessionState.Established)
        {
            _events.Push(what);
        }
    }));

    /// <summary>A part has ended.</summary>
    internal void PartClosed(SessionCore part, CloseInfo info) => Home.RunSoon(new ActionItem(() => OnClosed(part, info)));

    /// <summary>A receipt that nobody awaits.</summary>
    internal void PartReceipt(DeliveryReceipt receipt) => Home.RunSoon(new ActionItem(() => Push(_receipts, receipt)));

    /// <summary>An error that is nobody's return value.</summary>
    internal void PartError(AccelioError error) => Home.RunSoon(new ActionItem(() => Push(_errors, error)));

    private bool IsOver => _state == SessionState.Closed;

    private SessionCore AddPart(PollerContext context, AccelioPeerOptions options, ServerCore? portal, bool holdsSharedContext)
    {
        var part = new SessionCore(context, options, Uri, portal, holdsSharedContext, this, _nextIndex++);
        _parts = [.. _parts, part];
        _messages.Add(context, part.MessageStream);
        _requests.Add(context, part.RequestStream);
        return part;
    }

    private void OnEstablished(SessionCore part, ConnectionCore connection)
    {
        if (Array.IndexOf(_parts, part) < 0)
        {
            // It has ended meanwhile, or is being cut off.
            return;
        }

        // In the place of one that the server has given up, if there was one.
        RemoveLane(part);
        _lanes = [.. _lanes, connection];
        if (_state == SessionState.Connecting)
        {
            _state = SessionState.Established;
            if (_acceptedData.Length == 0)
            {
                _acceptedData = part.AcceptedData.ToArray();
            }

            _localEndPoint = connection.LocalEndPoint;
            _remoteEndPoint = connection.RemoteEndPoint;
            Home.Poller.Timers.Cancel(_limit);
            _events.Push(new SessionEstablished());
            _server?.Opened(this);
        }

        Settle(part);
    }

    private void OnClosing(SessionCore part, bool byPeer)
    {
        // No more messages for it: the others get them.
        if (RemoveLane(part) && _lanes.Length == 0 && _state == SessionState.Established)
        {
            _state = SessionState.Closing;
            _events.Push(new SessionClosing(byPeer));
        }
    }

    private void OnClosed(SessionCore part, in CloseInfo info)
    {
        if (IsOver || Array.IndexOf(_parts, part) < 0)
        {
            return;
        }

        _parts = Array.FindAll(_parts, other => !ReferenceEquals(other, part));
        _messages.Remove(part.MessageStream);
        _requests.Remove(part.RequestStream);
        if (part.Successor is { } successor)
        {
            // In its place, so that keys lead where they led.
            _lanes = Array.ConvertAll(_lanes, lane => lane.Core == part && successor.Connections is [ConnectionCore next, ..] ? next : lane);
        }

        RemoveLane(part);
        LeaveFailOver(part);
        if (_parts.Length == 0 && _awaitsFirst && _state == SessionState.Connecting && !_closesHere)
        {
            // The client may be at another portal by now; SetupTimeout goes on.
            return;
        }

        if (_parts.Length == 0)
        {
            if (_state == SessionState.Established && info.IsOrderly)
            {
                _events.Push(new SessionClosing(info.Reason == CloseReason.ClosedByPeer));
            }

            End(_closesHere ? new CloseInfo(CloseReason.ClosedLocally, AccelioStatus.SessionClosed, string.Empty) : info);
        }
        else if (!_closesHere && !_hasLeft && part.Successor is null && (_server is null || part.WasEstablished))
        {
            _events.Push(new ConnectionEnded(info.Status, info.Detail.Length != 0 ? info.Detail : "The connection was closed; the session goes on with the others."));
        }

        Settle(part);
    }

    private bool RemoveLane(SessionCore part)
    {
        var before = _lanes;
        _lanes = Array.FindAll(before, lane => !ReferenceEquals(lane.Core, part));
        return _lanes.Length != before.Length;
    }

    private void Push<T>(PushStream<T> stream, T value)
    {
        if (!IsOver)
        {
            stream.Push(value);
        }
    }
}
