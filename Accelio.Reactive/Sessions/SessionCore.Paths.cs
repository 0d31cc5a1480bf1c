namespace Accelio.Reactive;

/// <content>Clients: several ways to one server.</content>
internal sealed partial class SessionCore
{
    private StandbyLink[] _standbys = [];

    /// <summary>Where the session can be opened: on its paths, each part beginning with one of its own.</summary>
    private RouteTarget[] PathsTo(string uri)
    {
        var paths = ClientOptions.Paths;
        return uri == _movedTo ? WaysTo(uri) : paths.Count == 0 ? [new RouteTarget(uri)] : [.. paths.Select((_, i) => paths[(Index + i) % paths.Count].ToTarget(uri))];
    }

    /// <summary>Ways to another server than the one that the paths are for: from the same addresses of this machine.</summary>
    private RouteTarget[] WaysTo(string uri)
    {
        var paths = ClientOptions.Paths;
        return paths.Count == 0 ? [new RouteTarget(uri)] : [.. paths.Select((_, i) => new RouteTarget(uri, paths[(Index + i) % paths.Count].LocalAddress)).Distinct()];
    }

    /// <summary>The same for a list of portals: those with a server of their own lead there, the others to the portals.</summary>
    private RouteTarget[] PathsTo(IReadOnlyList<string> portals)
    {
        var paths = ClientOptions.Paths;
        if (paths.Count == 0)
        {
            return Targets(portals);
        }

        IEnumerable<RouteTarget> Of(SessionPath path) =>
            path.Server is null || _movedTo is not null ? portals.Select(portal => new RouteTarget(portal, path.LocalAddress)) : [path.ToTarget(Uri)];
        return [.. Enumerable.Range(0, paths.Count).SelectMany(i => Of(paths[(Index + i) % paths.Count])).Distinct()];
    }

    /// <summary>Begins to keep links to the places where the connection may go on.</summary>
    private void StandBy()
    {
        if (_server is null && ClientOptions is { PathMode: PathMode.ActiveStandby, Paths.Count: > 0 } options && _standbys.Length == 0)
        {
            _standbys = [.. PathsTo(_movedTo ?? Uri).Select(target => new StandbyLink(Context, options, target))];
            foreach (var standby in _standbys)
            {
                standby.Dial();
            }
        }
    }

    /// <summary>The session was set up at the present target: if that is another server than the one that the paths are for, they have to lead there.</summary>
    private void NoteServer()
    {
        if (_server is null && _helloPeer is null)
        {
            MoveStandby(Target == Uri || ClientOptions.Paths.Any(path => path.ToTarget(Uri).Uri == Target) ? null : Target);
        }
    }

    /// <summary>The session is with another server now, and the paths have to lead there.</summary>
    private void MoveStandby(string? movedTo)
    {
        if (_movedTo != movedTo)
        {
            _places = _places.Count == 0 ? PathsTo(Uri) : _places;
            _movedTo = movedTo;
            EndStandby();
        }
    }

    private void EndStandby()
    {
        foreach (var standby in _standbys)
        {
            standby.Stop();
        }

        _standbys = [];
    }

    /// <summary>A place with a link that is there; null if there is none.</summary>
    internal RouteTarget? StandbyTarget => Array.Find(_standbys, static standby => standby.IsOpen)?.Target;
}
