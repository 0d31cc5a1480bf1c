using Accelio.Transports.Polling;
using Accelio.Transports.Simulated;

namespace Accelio.Reactive.Tests.Simulated;

/// <summary>A network that lets a test see, and spoil, everything that is sent.</summary>
internal sealed class TamperingHub : SimulatedHub
{
    /// <summary>Called with what the client sends, before it leaves; false swallows it.</summary>
    public Func<SimulatedPacket, bool>? OnClientPacket { get; set; }

    /// <summary>Called with what the server sends, before it leaves; false swallows it.</summary>
    public Func<SimulatedPacket, bool>? OnServerPacket { get; set; }

    /// <summary>Hosts that nothing comes from, and nobody is told.</summary>
    public HashSet<string> SilentHosts { get; } = [];

    public override SimulatedPath CreatePath(SimulatedCall call, SimulatedEndPoint from, SimulatedEndPoint to, Poller target) =>
        new TamperingPath(this, target, isClient: from.Host == "localhost", from.Host);

    private sealed class TamperingPath(TamperingHub hub, Poller target, bool isClient, string from) : SimulatedPath
    {
        public override bool Carry(WorkItem item, long bytes)
        {
            var tamper = isClient ? hub.OnClientPacket : hub.OnServerPacket;
            if (item is SimulatedPacket { IsReturning: false } packet && (hub.SilentHosts.Contains(from) || (tamper is not null && !tamper(packet))))
            {
                packet.Drop();
                return true;
            }

            return target.Post(item);
        }
    }
}
