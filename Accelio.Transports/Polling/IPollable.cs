namespace Accelio.Transports.Polling;

/// <summary>Something that a poller asks for work in every duty cycle.</summary>
internal interface IPollable
{
    /// <summary>Does what is there, bounded; returns how much (0: nothing).</summary>
    int Poll(long now);
}
