namespace Accelio.Transports.Polling;

/// <summary>Something that collected output during a duty cycle; see <see cref="Poller.MarkDirty"/>.</summary>
internal interface IFlushable
{
    /// <summary>Hands the collected output to the system. Called once per <see cref="Poller.MarkDirty"/>.</summary>
    void Flush(long now);
}
