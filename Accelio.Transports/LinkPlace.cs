using Accelio.Transports.Polling;

namespace Accelio.Transports;

/// <summary>Where links that a listener accepts go to live: a poller, and who gives them their sink there.</summary>
/// <param name="Poller">The poller.</param>
/// <param name="Accept">Asked on that poller for the sink of every link that opens.</param>
internal sealed record LinkPlace(Poller Poller, Func<Link, ILinkSink> Accept)
{
    /// <summary>The place whose turn it is, leaving out those whose pollers have stopped, unless all have.</summary>
    public static LinkPlace InTurn(IReadOnlyList<LinkPlace> places, uint turn)
    {
        for (var i = 0u; i < places.Count; i++)
        {
            if (places[(int)((turn + i) % (uint)places.Count)] is { Poller.HasStopped: false } place)
            {
                return place;
            }
        }

        return places[0];
    }
}
