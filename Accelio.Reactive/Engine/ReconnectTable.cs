using System.Net;
using Accelio.Transports.Simulated;

namespace Accelio.Reactive.Engine;

/// <summary>
/// The links of a server on one context that C clients may want back, by the cid that each was given (wire protocol, section 17): those that live, and those that are lost while their connections wait.
/// Cids are random, and a link goes to its client's address only. Poller only.
/// </summary>
internal sealed class ReconnectTable(IEntropy entropy, int maxWaiting)
{
    /// <summary>How long connections wait, in ticks: as long as libxio's client tries - at once, after 15, 30 and 60 s.</summary>
    public const long Window = 106 * TimeSpan.TicksPerSecond;

    private readonly Dictionary<uint, LinkMachine> _links = [];

    /// <summary>Connections that wait for their links.</summary>
    public int Waiting { get; private set; }

    /// <summary>A link is set up; the cid for it.</summary>
    public uint Enter(LinkMachine link)
    {
        uint cid;
        do
        {
            cid = entropy.NextUInt32();
        }
        while (cid == 0 || !_links.TryAdd(cid, link));

        return cid;
    }

    /// <summary>The link of this cid, if it is that of somebody at this address.</summary>
    public LinkMachine? Find(uint cid, EndPoint client) =>
        _links.TryGetValue(cid, out var link) && IsSameHost(link.Link.RemoteEndPoint, client) ? link : null;

    /// <summary>The client has come back: the cid is that of another link now.</summary>
    public void Replace(uint cid, LinkMachine with) => _links[cid] = with;

    /// <summary>Nothing waits for the link any more, or it has ended without anything to wait for.</summary>
    public void Remove(uint cid) => _links.Remove(cid);

    /// <summary>Another connection waits, if it may.</summary>
    public bool TryWait()
    {
        if (Waiting >= maxWaiting)
        {
            return false;
        }

        Waiting++;
        return true;
    }

    /// <summary>A connection has ended, or has its link.</summary>
    public void EndWait() => Waiting--;

    private static bool IsSameHost(EndPoint one, EndPoint other) => (one, other) switch
    {
        (IPEndPoint first, IPEndPoint second) => first.Address.Equals(second.Address),
        (SimulatedEndPoint first, SimulatedEndPoint second) => first.Host == second.Host,
        _ => one.Equals(other),
    };
}
