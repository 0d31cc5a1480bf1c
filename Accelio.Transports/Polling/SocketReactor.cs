namespace Accelio.Transports.Polling;

/// <summary>Watches descriptors for a poller. Poller thread only.</summary>
internal sealed class SocketReactor
{
    public void Add(SocketHandler handler, int descriptor, bool wantRead, bool wantWrite) => throw null!;

    public void Update(SocketHandler handler, bool wantRead, bool wantWrite) => throw null!;

    /// <summary>Remove before closing the descriptor. Idempotent.</summary>
    public void Remove(SocketHandler handler) => throw null!;

    public void MarkReady(SocketHandler handler) => throw null!;
}
