namespace Accelio.Reactive;

/// <summary>A portal as users see it.</summary>
internal sealed class PortalCore(ServerCore server) : AccelioPortal
{
    /// <summary>What listens.</summary>
    public ServerCore Server => server;

    /// <inheritdoc/>
    public override AccelioContext Context => server.Context;

    /// <inheritdoc/>
    public override Uri EndPoint => server.EndPoint;

    /// <inheritdoc/>
    public override IObservable<InboundRequest> Requests => server.Requests;

    /// <inheritdoc/>
    public override IObservable<InboundMessage> Messages => server.Messages;

    /// <inheritdoc/>
    public override IDisposable Handle(Func<InboundRequest, ValueTask> handler) => server.Handle(handler);
}
