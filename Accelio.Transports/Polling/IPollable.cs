namespace Accelio.Transports.Polling;

/// <summary>Something that a poller asks for work in every duty cycle.</summary>
internal interface IPollable
{
    /// <summary>Does what is there, bounded; returns how much (0: nothing).</summary>
    int Poll(long now);

    /// <summary>The poller is about to sleep: from now on, whatever there is to do wakes it. False when there is something already.</summary>
    bool PrepareToSleep() => true;
}
