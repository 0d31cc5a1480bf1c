using Accelio.Transports;

namespace Accelio.Reactive.Engine;

/// <summary>
/// A body in memory that the library holds itself - registered memory, or what a writer has written - so that nobody need wait until it has
/// left. Belongs to a message, and from the moment in which a link refers to it to the link.
/// </summary>
internal abstract class HeldBody : OutgoingTask
{
    /// <summary>The body.</summary>
    public ReadOnlyMemory<byte> Payload { get; protected set; }

    /// <summary>The body is needed no more. Any thread, by whoever it belongs to.</summary>
    public abstract void Release();

    /// <inheritdoc/>
    public override void OnReleased() => Release();

    /// <inheritdoc/>
    public override void OnResponse(LinkMachine link, ref InboundFrame frame)
    {
    }

    /// <inheritdoc/>
    public override void OnConnectionClosed(in Failure failure)
    {
    }
}
