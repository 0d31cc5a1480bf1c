using Accelio.Transports.Wire;

namespace Accelio.Reactive.Engine;

/// <summary>Stands in for the session of a connection that has none: one that was rejected and only closes.</summary>
internal sealed class NoEvents : IConnectionEvents
{
    /// <summary>The one there is.</summary>
    public static readonly NoEvents Instance = new();

    private NoEvents()
    {
    }

    /// <inheritdoc/>
    public void OnEstablished(ConnectionMachine connection, ReadOnlySpan<byte> privateData)
    {
    }

    /// <inheritdoc/>
    public void OnPortals(ConnectionMachine connection, IReadOnlyList<string> portals, ReadOnlySpan<byte> privateData)
    {
    }

    /// <inheritdoc/>
    public void OnRedirected(ConnectionMachine connection, IReadOnlyList<string> portals)
    {
    }

    /// <inheritdoc/>
    public RegisteredMemory? ChooseMemory(ConnectionMachine connection, bool isRequest, ReadOnlySpan<byte> header, long length, out int start)
    {
        start = 0;
        return null;
    }

    /// <inheritdoc/>
    public RegisteredMemory? ChooseShared(ConnectionMachine connection, in RemoteItem remote, long length, out int start)
    {
        start = 0;
        return null;
    }

    /// <inheritdoc/>
    public void OnRemoteRequest(ConnectionMachine connection, MessageCore request, in RemoteItem remote) => request.Release(request.Version);

    /// <inheritdoc/>
    public void OnMessage(ConnectionMachine connection, MessageCore message) => message.Release(message.Version);

    /// <inheritdoc/>
    public void OnRequest(ConnectionMachine connection, MessageCore request) => request.Release(request.Version);

    /// <inheritdoc/>
    public void OnDropped(ConnectionMachine connection)
    {
    }

    /// <inheritdoc/>
    public void OnReceipt(ConnectionMachine connection, MessageId id, bool accepted)
    {
    }

    /// <inheritdoc/>
    public void OnError(ConnectionMachine connection, AccelioStatus status, string detail)
    {
    }

    /// <inheritdoc/>
    public bool TryMove(ConnectionMachine connection) => false;

    /// <inheritdoc/>
    public void OnPeerDrains(ConnectionMachine connection, in Failure failure)
    {
    }

    /// <inheritdoc/>
    public bool TrySuspend(ConnectionMachine connection, in CloseInfo info) => false;

    /// <inheritdoc/>
    public bool TryOutlive(ConnectionMachine connection) => false;

    /// <inheritdoc/>
    public void OnResumed(ConnectionMachine connection)
    {
    }

    /// <inheritdoc/>
    public void OnResumeFailed(ConnectionMachine connection, in CloseInfo info)
    {
    }

    /// <inheritdoc/>
    public void OnResumeRefused(ConnectionMachine connection, AccelioStatus status, long retryAfter)
    {
    }

    /// <inheritdoc/>
    public void OnMoved(ConnectionMachine connection, string target)
    {
    }

    /// <inheritdoc/>
    public void OnSentTo(ConnectionMachine connection, string target)
    {
    }

    /// <inheritdoc/>
    public void OnClosing(ConnectionMachine connection, bool byPeer)
    {
    }

    /// <inheritdoc/>
    public void OnClosed(ConnectionMachine connection, in CloseInfo info)
    {
    }
}
