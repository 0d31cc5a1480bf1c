namespace Accelio.Transports.Polling;

/// <summary>What a <see cref="SocketReactor"/> calls for one descriptor. Poller thread only. A handler is in at most one reactor at a time.</summary>
internal abstract class SocketHandler
{
    /// <summary>Whether the reactor may call <see cref="OnReadable"/> every cycle while the socket is busy, without asking the kernel for readiness first. False for listeners and other
    /// descriptors where a read that finds nothing is not cheap and harmless.</summary>
    public virtual bool AllowsDirectPolling => true;

    /// <summary>There may be something to read (or the end, or an error): read until it would block or the share of this cycle is used up. Called speculatively too: EAGAIN is normal.
    /// Returns how much was done; 0 means nothing was there.</summary>
    public abstract int OnReadable(long now);

    /// <summary>The descriptor takes output again, or the outcome of a connect is known.</summary>
    public abstract void OnWritable(long now);

    /// <summary>The descriptor has failed or hung up, and reading was not wanted or had nothing to say about it. Level triggered like the rest: remove the handler.</summary>
    public abstract void OnError(long now);
}
