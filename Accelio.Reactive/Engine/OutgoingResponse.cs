namespace Accelio.Reactive.Engine;

/// <summary>A response that could not simply be copied into the link: it is large, or waits for credit of a C peer. Poller only.</summary>
internal abstract class OutgoingResponse : OutgoingTask, IRetentionListener
{
    private bool _isReferenced;
    private bool _isRetained;

    /// <summary>The request it answers; claimed.</summary>
    public MessageCore? Request { get; set; }

    /// <summary>What is sent.</summary>
    public OutboundMessage Message { get; set; }

    /// <summary>What holds the body, when the library does that itself and nobody need wait for the link.</summary>
    public HeldBody? Body { get; set; }

    /// <summary>The next one that waits for credit.</summary>
    internal OutgoingResponse? NextHeld;

    /// <inheritdoc/>
    public override void OnResponse(LinkMachine link, ref Transports.InboundFrame frame)
    {
    }

    /// <inheritdoc/>
    public override void OnReleased()
    {
        base.OnReleased();
        _isReferenced = false;
        if (!_isRetained)
        {
            Completed();
        }
    }

    /// <summary>The body is kept to be sent again: that, too, must end before the response has.</summary>
    internal void Keep(bool isReferenced) => (_isRetained, _isReferenced) = (true, isReferenced);

    /// <inheritdoc/>
    void IRetentionListener.OnRetentionEnded()
    {
        _isRetained = false;
        if (!_isReferenced)
        {
            Completed();
        }
    }

    /// <inheritdoc/>
    public override void OnConnectionClosed(in Failure failure) => Failed(failure);

    /// <summary>The response has left and its memory is free.</summary>
    public abstract void Completed();

    /// <summary>The response could not be sent.</summary>
    public abstract void Failed(in Failure failure);
}
