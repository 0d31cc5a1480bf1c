using System.Net;

namespace Accelio.Reactive;

/// <summary>Settings of a client session; copied when the session is made.</summary>
public sealed class AccelioSessionOptions : AccelioPeerOptions
{
    /// <summary>The context that the session lives on; null takes the current one, else the shared default.</summary>
    public AccelioContext? Context { get; set; }

    /// <summary>
    /// Several contexts for one session: it has connections on each, to as many portals of the server as there are, so that the work spreads over the cores. The first is the session's
    /// <see cref="AccelioSession.HomeContext"/>: the session ends with it. Instead of <see cref="Context"/>.
    /// </summary>
    public IReadOnlyList<AccelioContext> Contexts { get; set; } = [];

    /// <summary>Connections on each context. More than one helps where the server has more portals than the client has contexts.</summary>
    public int ConnectionsPerContext { get; set; } = 1;

    /// <summary>Time for everything between the call and an established session.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How many times the session may be sent on before it is established; 0 follows no redirect. A server that sends it back to where it was asked for already is not followed in any case.</summary>
    public int MaxRedirects { get; set; } = 8;

    /// <summary>What the server's application sees with the request for a session; at most 3700 bytes, and 3812 together with the URI.</summary>
    public ReadOnlyMemory<byte> PrivateData { get; set; }

    /// <summary>TCP: use two sockets, one for headers and one for bodies, as C clients do by default.</summary>
    public bool DualSocket { get; set; }

    /// <summary>TCP: the address of this machine to connect from, and with it the interface; null lets the system choose. Of the server's
    /// addresses only those of the same family are tried.</summary>
    public IPAddress? LocalAddress { get; set; }

    /// <summary>
    /// Several ways to the one server, over different interfaces, addresses, or both; empty for one way. The session is opened on the first that leads there, and stays when one is lost: see <see cref="PathMode"/>. Needs
    /// <see cref="AccelioPeerOptions.Resume"/>; all of them have to lead to the same server, which listens at all of the addresses, e.g. at tcp://0.0.0.0:2061.
    /// </summary>
    public IReadOnlyList<SessionPath> Paths { get; set; } = [];

    /// <summary>What the session does with its <see cref="Paths"/>.</summary>
    public PathMode PathMode { get; set; }

    /// <summary>Whether the session has a link of its own. Else it shares one with the other sessions of its context to the same address whose settings are the same: that saves a connect and a
    /// socket, and what ends the link ends all of them. A link of its own is for sessions whose long messages shall not make others wait.</summary>
    public bool OwnLink { get; set; }

    /// <summary>Sessions share a link only with those that name the same group; null is a group like any other.</summary>
    public string? LinkGroup { get; set; }

    /// <summary>How many sessions share a link at most; for more, another is opened. Servers of ours refuse what exceeds their own <see cref="AccelioServerOptions.MaxSessionsPerLink"/>, 4096 by default.</summary>
    public int MaxSessionsPerLink { get; set; } = 1024;

    /// <summary>How long a link that sessions share is kept for the next one when its last one has ended; zero closes it at once. What the first session of the link says
    /// counts. Servers should keep theirs a little longer.</summary>
    public TimeSpan IdleLinkTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>With <see cref="AccelioPeerOptions.Resume"/>: how often and how long the session tries to come back when its link is lost. It never tries longer than <see cref="AccelioPeerOptions.ResumeWindow"/>.</summary>
    public ReconnectPolicy Reconnect { get; set; } = ReconnectPolicy.Default;

    /// <summary>How many connections the session has on each context.</summary>
    internal int ConnectionsOnContext => ConnectionsPerContext * (PathMode == PathMode.ActiveActive ? Math.Max(1, Paths.Count) : 1);

    /// <summary>The same for a connection that needs a link of its own.</summary>
    internal AccelioSessionOptions WithOwnLink()
    {
        var copy = (AccelioSessionOptions)MemberwiseClone();
        copy.OwnLink = true;
        return copy;
    }

    /// <summary>The same for links that come from a certain address of this machine.</summary>
    internal AccelioSessionOptions WithLocalAddress(IPAddress address)
    {
        var copy = (AccelioSessionOptions)MemberwiseClone();
        copy.LocalAddress = address;
        return copy;
    }

    /// <summary>The same for a connection that a server has moved, which is no matter of trying or not.</summary>
    internal AccelioSessionOptions ForMove()
    {
        if (Reconnect.MaxAttempts != 0)
        {
            return this;
        }

        var copy = (AccelioSessionOptions)MemberwiseClone();
        copy.Reconnect = ReconnectPolicy.Default;
        return copy;
    }

    internal AccelioSessionOptions Validate()
    {
        ValidateCore();
        Check.PositiveTime(ConnectTimeout, nameof(ConnectTimeout));
        Check.TimeOrInfinite(IdleLinkTimeout, nameof(IdleLinkTimeout));
        Check.Range(MaxSessionsPerLink, 1, 1 << 24, nameof(MaxSessionsPerLink));
        Check.Range(ConnectionsPerContext, 1, 1024, nameof(ConnectionsPerContext));
        Check.Range(MaxRedirects, 0, 64, nameof(MaxRedirects));
        Check.NotNull(Reconnect, nameof(Reconnect));
        var copy = (AccelioSessionOptions)MemberwiseClone();
        copy.Contexts = Check.Contexts(Contexts, Context, nameof(Contexts));
        copy.Paths = PathRules.Checked(this, nameof(Paths));
        copy.PrivateData = SetupLimits.CopyPrivateData(PrivateData, nameof(PrivateData));
        return copy;
    }
}
