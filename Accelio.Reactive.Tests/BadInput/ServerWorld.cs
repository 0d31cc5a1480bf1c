namespace Accelio.Reactive.Tests.BadInput;

/// <summary>A world that is about the server: its clients are raw peers, but for one that behaves.</summary>
internal sealed class ServerWorld(Action<AccelioServerOptions>? configure = null, bool poisons = true)
    : BadWorld(testsServer: true, configure, poisons)
{
    private readonly List<RawPeer> _peers = [];

    public RawPeer Peer(bool isDual = false, bool isOurs = false)
    {
        var peer = new RawPeer(this, isDual, isOurs);
        _peers.Add(peer);
        return peer;
    }

    public override void Dispose()
    {
        base.Dispose();
        _peers.ForEach(peer => peer.Dispose());
    }
}
