using Accelio.Transports.Polling;

namespace Accelio.Transports.Streams;

/// <summary>Tells the sink that its link is closed, outside of every call that may have caused it.</summary>
internal sealed class StreamLinkClosing(StreamLink link) : WorkItem
{
    /// <inheritdoc/>
    public override void Execute() => link.FinishClose();
}
