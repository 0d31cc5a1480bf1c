using Accelio.Transports.Wire;

namespace Accelio.Reactive.Engine;

/// <summary>The options that the engine goes by, times in ticks of 100 ns; <see cref="long.MaxValue"/> stands for no limit. Equal when all are.</summary>
internal sealed record EngineSettings
{
    public long RequestTimeout { get; init; }

    public long CloseTimeout { get; init; }

    public long AbortTimeout { get; init; }

    public long ResponseTimeout { get; init; }

    public long ReceiptDelay { get; init; }

    public long DetectWithin { get; init; }

    public long DetectCPeerWithin { get; init; }

    public long SetupTimeout { get; init; }

    public long IdleLinkTimeout { get; init; }

    public long MaxMessageLength { get; init; }

    public long MaxResponseLength { get; init; }

    public int WindowMessages { get; init; }

    public long WindowBytes { get; init; }

    public int MaxUnansweredMessages { get; init; }

    public long MaxUnansweredBytes { get; init; }

    public int MaxSessionsPerLink { get; init; }

    public CPeerFlowControl CPeerFlowControl { get; init; }

    public long CPeerAnswerCache { get; init; }

    /// <summary>How long a connection whose link is lost is kept.</summary>
    public long ResumeWindow { get; init; }

    /// <summary>Servers: what tells one start of the server from another.</summary>
    public UInt128 InstanceId { get; init; }

    /// <summary>Extensions to offer.</summary>
    public LinkFeatures Offer { get; init; } = Always;

    private const LinkFeatures Always = LinkFeatures.Flow | LinkFeatures.FailureText | LinkFeatures.ResponseRoom
        | LinkFeatures.Abort | LinkFeatures.Deadline | LinkFeatures.Drain | LinkFeatures.Connections | LinkFeatures.Memory | LinkFeatures.DirectMemory;

    /// <summary>Takes the settings over from checked options.</summary>
    public static EngineSettings From(AccelioPeerOptions options) => new()
    {
        RequestTimeout = Check.TicksOf(options.RequestTimeout),
        CloseTimeout = Check.TicksOf(options.CloseTimeout),
        AbortTimeout = Check.TicksOf(options.AbortTimeout),
        ResponseTimeout = Check.TicksOf(options.ResponseTimeout),
        ReceiptDelay = Check.TicksOf(options.ReceiptDelay),
        DetectWithin = Check.TicksOf(options.DetectWithin),
        DetectCPeerWithin = Check.TicksOf(options.DetectCPeerWithin),
        SetupTimeout = Check.TicksOf(options.SetupTimeout),
        IdleLinkTimeout = options is AccelioServerOptions server ? Check.TicksOf(server.IdleLinkTimeout) : long.MaxValue,
        MaxMessageLength = options.MaxMessageLength,
        MaxResponseLength = options.MaxResponseLength,
        WindowMessages = options.WindowMessages,
        WindowBytes = options.WindowBytes,
        MaxUnansweredMessages = options.MaxUnansweredMessages,
        MaxUnansweredBytes = options.MaxUnansweredBytes,
        MaxSessionsPerLink = (options as AccelioServerOptions)?.MaxSessionsPerLink ?? int.MaxValue,
        CPeerFlowControl = options.CPeerFlowControl,
        CPeerAnswerCache = (options as AccelioServerOptions)?.CPeerAnswerCache ?? 0,
        ResumeWindow = Check.TicksOf(options.ResumeWindow),
        Offer = options.Resume ? Always | LinkFeatures.Resume | LinkFeatures.Migration : Always,
    };
}
