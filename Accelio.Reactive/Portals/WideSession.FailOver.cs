namespace Accelio.Reactive;

/// <content>
/// Clients: the server that had the session is gone, or has given a connection up. The first part that learns it sets a new session up, and the others come to it as they learn it. A part that has lost its connection alone comes
/// back to the session that the others have.
/// </content>
internal sealed partial class WideSession
{
    private readonly List<SessionCore> _followers = [];
    private SessionJoint? _joint;
    private SessionCore? _leader;

    // How often the session was set up anew; each part knows for which of them its connection is.
    private int _generation;

    // The last of them of which was told that the session goes on there.
    private int _toldGeneration;

    /// <summary>A part has set a session up, the first or the next one. On its context.</summary>
    internal void PartAccepted(SessionCore part, SessionJoint joint)
    {
        if (!_hasJoined)
        {
            _hasJoined = true;
            _joint = joint;
            JoinOthers(joint);
        }
        else
        {
            Home.RunSoon(new ActionItem(() => OnAccepted(part, joint)));
        }
    }

    /// <summary>A part has lost its connection and the server has nothing to go on with. On its context.</summary>
    /// <param name="part">The part.</param>
    /// <param name="isRefused">Whether it has asked for another connection in vain.</param>
    internal void PartLost(SessionCore part, bool isRefused) => Home.RunSoon(new ActionItem(() => OnLost(part, isRefused)));

    /// <summary>
    /// A part has its connection to a session that was set up anew. The first of them tells so: messages come there from now on, whatever becomes of the part that has set it up. On its context.
    /// </summary>
    internal void PartIsThere(SessionCore part, AccelioSessionEvent what) => Home.RunSoon(new ActionItem(() =>
    {
        if (_state == SessionState.Established && part.Generation > _toldGeneration)
        {
            _toldGeneration = part.Generation;
            _events.Push(what);
        }
    }));

    private void OnAccepted(SessionCore part, SessionJoint joint)
    {
        if (part != _leader)
        {
            return;
        }

        _joint = joint;
        foreach (var follower in _followers)
        {
            follower.RunOnContext(() => follower.Follow(joint));
        }

        _followers.Clear();
    }

    private void OnLost(SessionCore part, bool isRefused)
    {
        if (IsOver || _closesHere || Array.IndexOf(_parts, part) < 0)
        {
            part.RunOnContext(part.StopMoving);
            return;
        }

        if (part.Generation == _generation && (isRefused || !HasOthers(part)))
        {
            _generation++;
            (_joint, _leader) = (null, null);
        }

        part.Generation = _generation;
        if (_joint is { } joint)
        {
            part.RunOnContext(() => part.Follow(joint));
        }
        else if (_leader is null)
        {
            _leader = part;
            part.RunOnContext(part.Lead);
        }
        else
        {
            _followers.Add(part);
        }
    }

    /// <summary>A part that was to set the new session up has ended: the next one does.</summary>
    private void LeaveFailOver(SessionCore part)
    {
        _followers.Remove(part);
        if (part == _leader && _joint is null)
        {
            _leader = _followers is [var next, ..] ? next : null;
            if (_leader is { } leader)
            {
                _followers.RemoveAt(0);
                leader.RunOnContext(leader.Lead);
            }
        }
    }

    private bool HasOthers(SessionCore than) => Array.Exists(_lanes, lane => lane.Core != than && lane.Core.Generation == _generation && lane.Machine.IsOnline);
}
