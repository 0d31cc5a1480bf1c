namespace Accelio.Reactive;

/// <content>Clients: several ways to one server.</content>
internal sealed partial class SessionCore
{
    private StandbyLink[] _standbys = [];

    /// <summary>Where the session can be opened: on its paths, each part beginning with one of its own.</summary>
    private RouteTarget[] PathsTo(string uri)
    {
        var paths = ClientOptions.Paths;
        return paths.Count == 0 ? [new RouteTarget(uri)] : [.. paths.Select((_, i) => PathTo(uri, paths[(Index + i) % paths.Count])).Distinct()];

        // Where the server was from which the session has moved, it is not any more.
        RouteTarget PathTo(string uri, SessionPath path) => uri == _movedTo ? new RouteTarget(uri, path.LocalAddress) : path.ToTarget(uri);
    }

    /// <summary>The same for a list of portals: those with a server of their own lead there, the others to the portals.</summary>
    private RouteTarget[] PathsTo(IReadOnlyList<string> portals)
    {
        var paths = ClientOptions.Paths;
        if (paths.Count == 0)
        {
            return Targets(portals);
        }

        IEnumerable<RouteTarget> Of(SessionPath path) => path.Server is null ? portals.Select(portal => path.ToTarget(portal)) : [path.ToTarget(Uri)];
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

    /// <summary>The session is with another server now, and the paths have to lead there.</summary>
    private void MoveStandby(string? movedTo)
    {
        if (_movedTo != movedTo)
        {
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
