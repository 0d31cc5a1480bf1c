namespace Accelio.Reactive;

/// <summary>Settings of a server and the sessions it accepts; copied when the server is made.</summary>
public sealed class AccelioServerOptions : AccelioPeerOptions
{
    /// <summary>The context that the server lives on; null takes the current one, else the shared default.</summary>
    public AccelioContext? Context { get; set; }

    /// <summary>
    /// Several contexts for one server: each has a portal, to which clients bring their connections, so that the work spreads over the cores. The first is the server's <see cref="AccelioServer.HomeContext"/>:
    /// the server ends with it. Instead of <see cref="Context"/>.
    /// </summary>
    public IReadOnlyList<AccelioContext> Contexts { get; set; } = [];

    /// <summary>
    /// Servers over several contexts: all of them share the port that the server is bound to, and links go to them in turn. Clients are told of no portals, and bring further connections to the same address: for
    /// networks where only one port is open. False gives each portal a port of its own, and lets <see cref="AcceptOptions.Portals"/> choose.
    /// </summary>
    public bool SharesPort { get; set; }

    /// <summary>
    /// Servers over several contexts: the port of the first portal, of which the others' follow one by one; 0 takes free ones. The address that the server is bound to has a port of its own.
    /// </summary>
    public int FirstPortalPort { get; set; }

    /// <summary>
    /// Servers over several contexts: the host or address that clients are told to find the portals at. Null tells each the address on which it has reached the server; name one where clients do not see that, as behind
    /// a translation of addresses.
    /// </summary>
    public string? AdvertisedHost { get; set; }

    /// <summary>Links kept at a time; more are refused. For each context.</summary>
    public int MaxLinks { get; set; } = 65536;

    /// <summary>Sessions that one link may carry; more are rejected with <see cref="AccelioStatus.SessionRefused"/>, and a peer that goes on asking loses the link.</summary>
    public int MaxSessionsPerLink { get; set; } = 4096;

    /// <summary>How long a link without a session is kept for reuse; libxio's clients keep theirs for 60 s.</summary>
    public TimeSpan IdleLinkTimeout { get; set; } = TimeSpan.FromSeconds(65);

    /// <summary>How long a request for a session waits to be answered when somebody observes <see cref="AccelioServer.SessionRequests"/>; it is rejected then.</summary>
    public TimeSpan AcceptTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// With <see cref="AccelioPeerOptions.Resume"/>: how many connections are kept at a time whose links are lost, with all that belongs to them. Those that are lost beyond that end at once. For each context.
    /// </summary>
    public int MaxSuspendedConnections { get; set; } = 1024;

    /// <summary>
    /// Whether C programs whose link is lost may come back for their sessions, as libxio's reconnect option has them do: what was running runs on, and what they send again gets its answer and is not run again. For
    /// sessions without <see cref="AccelioPeerOptions.CPeerFlowControl"/>. Off by default because it is not free: the end of a C program that says nothing is noticed only 106 s later, as long as libxio tries, and
    /// answers to C programs are copied once more and kept within <see cref="CPeerAnswerCache"/>. Our own clients have something better.
    /// </summary>
    public bool ResumeCPeers { get; set; }

    /// <summary>
    /// With <see cref="ResumeCPeers"/>: bytes of answers that are kept for each connection, and at most 4096 answers; the last ones. libxio does not say which it has got. A request whose answer is not kept any more fails in
    /// the C program with <see cref="AccelioStatus.MessageFlushed"/>.
    /// </summary>
    public long CPeerAnswerCache { get; set; } = 16 << 20;

    /// <summary>
    /// What moves a session's state between this server and others: <see cref="AccelioServer.MigrateAsync(AccelioSession, Uri, MigrationOptions?, CancellationToken)"/>. <see cref="SessionHandOver.Stateless"/> for services that
    /// keep nothing per session. Without one sessions are not taken over here, and those that leave begin anew where they go.
    /// </summary>
    public SessionHandOver? HandOver { get; set; }

    /// <summary>
    /// A secret that this server shares with those that it hands sessions over to and takes sessions over from; at least 16 bytes. Each shows the other that it knows it before anything is handed over. Empty, no sessions are
    /// taken over or handed over. It does not encrypt: what is handed over travels as messages do.
    /// </summary>
    public ReadOnlyMemory<byte> MigrationKey { get; set; }

    /// <summary>Bytes of a session's state that <see cref="HandOver"/> may export, and that are taken over.</summary>
    public int MaxHandOverLength { get; set; } = 1 << 20;

    internal AccelioServerOptions Validate()
    {
        ValidateCore();
        Check.Range(MaxLinks, 1, 1 << 24, nameof(MaxLinks));
        Check.Range(MaxSessionsPerLink, 1, 1 << 24, nameof(MaxSessionsPerLink));
        Check.PositiveTime(IdleLinkTimeout, nameof(IdleLinkTimeout));
        Check.PositiveTime(AcceptTimeout, nameof(AcceptTimeout));
        Check.Range(CPeerAnswerCache, 0, 1L << 40, nameof(CPeerAnswerCache));
        Check.Range(MaxSuspendedConnections, 0, 1 << 24, nameof(MaxSuspendedConnections));
        Check.Range(MaxHandOverLength, 0, 1 << 30, nameof(MaxHandOverLength));
        if (MigrationKey.Length is > 0 and < 16)
        {
            throw new ArgumentException($"A key of {MigrationKey.Length} bytes can be guessed; take at least 16 random ones, or none.", nameof(MigrationKey));
        }

        var copy = (AccelioServerOptions)MemberwiseClone();
        copy.MigrationKey = MigrationKey.ToArray();
        copy.Contexts = Check.Contexts(Contexts, Context, nameof(Contexts));
        Check.Range(FirstPortalPort, 0, ushort.MaxValue - Math.Max(0, copy.Contexts.Count - 1), nameof(FirstPortalPort));
        if (AdvertisedHost is { } host && Uri.CheckHostName(host) == UriHostNameType.Unknown)
        {
            throw new ArgumentException($"'{host}' is no host name or address that clients could find the portals at.", nameof(AdvertisedHost));
        }

        return copy;
    }
}
