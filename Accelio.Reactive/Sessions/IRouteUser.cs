using Accelio.Reactive.Engine;

namespace Accelio.Reactive;

/// <summary>Who looks for a link by way of a <see cref="Route"/>. Context only.</summary>
internal interface IRouteUser
{
    /// <summary>There is a link to the route's present target.</summary>
    void OnRouteReady(Route route, ClientLink link);

    /// <summary>
    /// The present target set a link up and then did not answer in its share of the time: what was begun there is to be given up. The next
    /// one has its turn then.
    /// </summary>
    void OnAnswerMissing(Route route);

    /// <summary>The present target is given up; the next one has its turn, if there is one.</summary>
    void OnTargetFailed(Route route, in CloseInfo info)
    {
    }

    /// <summary>No target is left, or one did what ends the search.</summary>
    void OnRouteFailed(Route route, in CloseInfo info);
}
