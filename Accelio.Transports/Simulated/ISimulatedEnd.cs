namespace Accelio.Transports.Simulated;

/// <summary>What a <see cref="SimulatedPort"/> tells the link it belongs to; always on the link's poller and never inside a call to the link.</summary>
internal interface ISimulatedEnd
{
    /// <summary>The port.</summary>
    SimulatedPort Port { get; }

    /// <summary>The other end is there; packets may be sent.</summary>
    void OnConnected();

    /// <summary>Nobody listens at the address, the listener takes no more links, or no answer came in time.</summary>
    void OnRefused(LinkError error, string reason);

    /// <summary>A packet of the other end. The link gives it back with <see cref="SimulatedPort.Return"/> when it has done what it asks.</summary>
    void OnPacket(SimulatedPacket packet);

    /// <summary>A packet of this end came back.</summary>
    void OnPacketReturned(SimulatedPacket packet);

    /// <summary>The other end has gone: after all it had sent, or abruptly.</summary>
    void OnHungUp(bool abrupt);
}
