using System.Net;

namespace Accelio.Reactive;

/// <summary>A place that a <see cref="Route"/> leads to.</summary>
/// <param name="Uri">Where the server listens, as written.</param>
/// <param name="From">The address of this machine to come from; null for what the session's options say.</param>
internal readonly record struct RouteTarget(string Uri, IPAddress? From = null)
{
    /// <summary>The settings of links to the place.</summary>
    public AccelioSessionOptions OptionsFrom(AccelioSessionOptions session) => From is null ? session : session.WithLocalAddress(From);
}
