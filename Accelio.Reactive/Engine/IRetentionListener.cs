namespace Accelio.Reactive.Engine;

/// <summary>Whose memory is kept to be sent again. Poller only.</summary>
internal interface IRetentionListener
{
    /// <summary>The peer has it, or will never get it: the memory is needed no more.</summary>
    void OnRetentionEnded();
}
