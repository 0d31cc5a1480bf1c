using System.Net;

namespace Accelio.Transports;

/// <summary>Limits and settings of links; one object per listener or dialer, not changed after use. Equal when all of them are.</summary>
internal sealed record LinkOptions
{
    private static readonly IReadOnlyList<string> GoodLocally = ["cubic", "reno"];

    /// <summary>TCP and RDMA: the address of this machine to connect from; null lets the system choose.</summary>
    public IPAddress? LocalAddress { get; init; }

    /// <summary>TCP and RDMA: the type of service of IPv4 and traffic class of IPv6, 0 to 255, of which the upper six bits are the DSCP; null
    /// leaves it to the system.</summary>
    public int? TypeOfService { get; init; }

    /// <summary>Clients: use two sockets, control and data, as C clients do by default.</summary>
    public bool DualSocket { get; init; }

    /// <summary>How many response buffers one message may name (announced).</summary>
    public int MaxInParts { get; init; } = 4;

    /// <summary>How many body parts one message may name (announced).</summary>
    public int MaxOutParts { get; init; } = 4;

    /// <summary>Longest user header, bytes (announced).</summary>
    public int MaxHeaderLength { get; init; } = 256;

    /// <summary>Longest body sent inline, bytes.</summary>
    public int MaxInlineBody { get; init; } = 8192;

    /// <summary>Longest body accepted, bytes.</summary>
    public long MaxBodyLength { get; init; } = 64L << 20;

    /// <summary>Bodies up to this length are copied into the send buffer, longer ones are referenced.</summary>
    public int CopyThreshold { get; init; } = 8192;

    /// <summary>Frames delivered from one link in one duty cycle before the others have their turn.</summary>
    public int MaxFramesPerCycle { get; init; } = 512;

    /// <summary>Time for connecting one address, ticks.</summary>
    public long ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10).Ticks;

    /// <summary>Time for the connect message, the pairing of two sockets and the set-up message, ticks.</summary>
    public long SetupTimeout { get; init; } = TimeSpan.FromSeconds(10).Ticks;

    /// <summary>A frame that has begun, its body included, must bring 4 KiB, or what is left of it, at least this often, ticks.</summary>
    public long BodyProgressTimeout { get; init; } = TimeSpan.FromSeconds(10).Ticks;

    /// <summary>A peer must take bytes at least this often while some are queued, ticks.</summary>
    public long SendProgressTimeout { get; init; } = TimeSpan.FromSeconds(30).Ticks;

    /// <summary>How long a peer may show no sign of life, ticks. The owner of the link asks for them; a device that gives a peer up by itself does so no later, if it takes longer by default.</summary>
    public long DetectWithin { get; init; } = TimeSpan.FromSeconds(10).Ticks;

    /// <summary>Bytes queued for sending above which <see cref="Link.IsCongested"/> holds.</summary>
    public long SendHighWatermark { get; init; } = 1 << 20;

    /// <summary>Bytes copied for a peer and not taken by it above which it is not listened to until it takes them. Far more than peers that
    /// read what they asked for ever leave.</summary>
    public long MaxBacklog { get; init; } = 64L << 20;

    /// <summary>Links that a listener keeps before their set-up is complete.</summary>
    public int MaxPendingLinks { get; init; } = 4096;

    /// <summary>Links that a listener keeps in all.</summary>
    public int MaxLinks { get; init; } = 65536;

    /// <summary>Length of the queue of connections that the system holds for a listener.</summary>
    public int Backlog { get; init; } = 1024;

    /// <summary>Congestion control algorithm for connections to an address of this machine when the default is bbr, tried in order; empty leaves the default.</summary>
    public IReadOnlyList<string> LocalCongestionControl { get; init; } = GoodLocally;

    /// <summary>The receive buffer announced: fixed headers, tables, user header and inline body, rounded up to 1024 (wire protocol, section 2).</summary>
    public int BufferSize => (96 + 16 * (MaxInParts + MaxOutParts) + MaxHeaderLength + MaxInlineBody + 1023) / 1024 * 1024;
}
