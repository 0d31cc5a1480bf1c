using System.Diagnostics.CodeAnalysis;

namespace Accelio.Transports.Polling;

/// <summary>
/// What a <see cref="SocketReactor"/> calls for one descriptor. Poller thread only. A handler is in at most one reactor at a time.
/// </summary>
internal abstract class SocketHandler
{
    /// <summary>
    /// Whether the reactor may call <see cref="OnReadable"/> every cycle while the socket is busy, without asking the kernel for readiness
    /// first. False for listeners and other descriptors where a read that finds nothing is not cheap and harmless.
    /// </summary>
    public virtual bool AllowsDirectPolling => true;

    /// <summary>Whether a reactor watches the descriptor.</summary>
    [MemberNotNullWhen(true, nameof(Reactor))]
    public bool IsRegistered => Reactor is not null;

    /// <summary>The reactor that watches the descriptor.</summary>
    internal SocketReactor? Reactor { get; set; }

    internal int WatchedDescriptor { get; set; } = -1;

    /// <summary>
    /// Place in the reactor's table and the number of this occupation of it: events that were fetched for an earlier occupant carry another
    /// number.
    /// </summary>
    internal int Slot { get; set; } = -1;

    /// <inheritdoc cref="Slot"/>
    internal uint Generation { get; set; }

    /// <summary>What the kernel was asked to watch.</summary>
    internal uint Interest { get; set; }

    /// <summary>Whether <see cref="SocketReactor.MarkReady"/> was called and the call it asks for is still to come.</summary>
    internal bool IsReady { get; set; }

    /// <summary>Whether the handler is polled directly at present.</summary>
    internal bool IsHot { get; set; }

    /// <summary>How often <see cref="OnReadable"/> did something since the handler is polled directly, or since the poller last blocked.</summary>
    internal int BusyReads { get; set; }

    /// <summary>Whether the reactor has taken the descriptor from the kernel's watch, because the handler is polled directly all the time.</summary>
    internal bool IsUnwatched { get; set; }

    /// <summary>When <see cref="OnReadable"/> last did something.</summary>
    internal long LastWork { get; set; }

    /// <summary>The reactor's cycle in which <see cref="OnReadable"/> was last called: once per cycle is a handler's share.</summary>
    internal long LastCycle { get; set; } = -1;

    /// <summary>Whether the peer is on this machine; null as long as nobody has asked.</summary>
    internal bool? HasLocalPeer { get; set; }

    /// <summary>
    /// There may be something to read (or the end, or an error): read until it would block or the share of this cycle is used up. Called
    /// speculatively too: EAGAIN is normal. Returns how much was done; 0 means nothing was there.
    /// </summary>
    public abstract int OnReadable(long now);

    /// <summary>The descriptor takes output again, or the outcome of a connect is known.</summary>
    public abstract void OnWritable(long now);

    /// <summary>
    /// The descriptor has failed or hung up, and reading was not wanted or had nothing to say about it; or this handler threw and was
    /// removed. Level triggered like the rest: remove the handler.
    /// </summary>
    public abstract void OnError(long now);
}
