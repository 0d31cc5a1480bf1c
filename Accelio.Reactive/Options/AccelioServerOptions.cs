namespace Accelio.Reactive;

/// <summary>Settings of a server and the sessions it accepts; copied when the server is made.</summary>
public sealed class AccelioServerOptions : AccelioPeerOptions
{
    /// <summary>The context that the server lives on; null takes the current one, else the shared default.</summary>
    public AccelioContext? Context { get; set; }

    /// <summary>Links kept at a time; more are refused.</summary>
    public int MaxLinks { get; set; } = 65536;

    /// <summary>Sessions that one link may carry; more are rejected with <see cref="AccelioStatus.SessionRefused"/>, and a peer that goes on asking loses the link.</summary>
    public int MaxSessionsPerLink { get; set; } = 4096;

    /// <summary>How long a link without a session is kept for reuse; libxio's clients keep theirs for 60 s.</summary>
    public TimeSpan IdleLinkTimeout { get; set; } = TimeSpan.FromSeconds(65);

    /// <summary>How long a request for a session waits to be answered when somebody observes <see cref="AccelioServer.SessionRequests"/>; it is rejected then.</summary>
    public TimeSpan AcceptTimeout { get; set; } = TimeSpan.FromSeconds(10);

    internal AccelioServerOptions Validate()
    {
        ValidateCore();
        Check.Range(MaxLinks, 1, 1 << 24, nameof(MaxLinks));
        Check.Range(MaxSessionsPerLink, 1, 1 << 24, nameof(MaxSessionsPerLink));
        Check.PositiveTime(IdleLinkTimeout, nameof(IdleLinkTimeout));
        Check.PositiveTime(AcceptTimeout, nameof(AcceptTimeout));
        return (AccelioServerOptions)MemberwiseClone();
    }
}
