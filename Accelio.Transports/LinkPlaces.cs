using System.Net;
using Accelio.Transports.Simulated;

namespace Accelio.Transports;

/// <summary>
/// Where the links of one or several listeners go to live: to a place that was booked for a caller, else to the next one in turn. Any thread; only listeners and those who resume come here.
/// </summary>
/// <param name="places">The places that take turns.</param>
/// <param name="bookings">What is booked, for all listeners of a server.</param>
internal sealed class LinkPlaces(IReadOnlyList<LinkPlace> places, LinkBookings? bookings = null)
{
    private int _turn = -1;

    /// <summary>The places that take turns.</summary>
    public IReadOnlyList<LinkPlace> All => places;

    /// <summary>Where the next link lives.</summary>
    /// <param name="caller">Where it comes from.</param>
    public LinkPlace Next(EndPoint caller)
    {
        if (bookings?.Take(HostOf(caller)) is { Poller.HasStopped: false } booked)
        {
            return booked;
        }

        return places.Count == 1 ? places[0] : LinkPlace.InTurn(places, (uint)Interlocked.Increment(ref _turn));
    }

    /// <summary>What is common to the links of one caller.</summary>
    internal static string HostOf(EndPoint caller) => caller switch
    {
        IPEndPoint ip => (ip.Address.IsIPv4MappedToIPv6 ? ip.Address.MapToIPv4() : ip.Address).ToString(),
        SimulatedEndPoint simulated => simulated.Host,
        _ => caller.ToString() ?? string.Empty,
    };
}
