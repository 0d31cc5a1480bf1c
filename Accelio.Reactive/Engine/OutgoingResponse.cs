namespace Accelio.Reactive.Engine;

/// <summary>A response that could not simply be copied into the link: it is large, or waits for credit of a C peer. Poller only.</summary>
internal abstract class OutgoingResponse : OutgoingTask
{
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
        Completed();
    }

    /// <inheritdoc/>
    public override void OnConnectionClosed(in Failure failure) => Failed(failure);

    /// <summary>The response has left and its memory is free.</summary>
    public abstract void Completed();

    /// <summary>The response could not be sent.</summary>
    public abstract void Failed(in Failure failure);
}
