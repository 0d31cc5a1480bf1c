using Accelio.Transports.Wire;

namespace Accelio.Reactive.Engine;

/// <summary>What a request asks of memory that the peer has shared.</summary>
internal sealed class RemoteRequest(in RemoteItem item)
{
    /// <summary>The item that travels.</summary>
    public RemoteItem Item { get; } = item;
}
