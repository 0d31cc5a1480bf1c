using System.Net;

namespace Accelio.Transports;

/// <summary>
/// Places for callers who are about to dial again because they have come to the wrong one. A booking is a hint: the next link of the caller's machine takes it, whosever it is, and who then
/// comes to the wrong place books again. Those of one machine come in turn, or they could take each other's places for ever. Any thread.
/// </summary>
internal sealed class LinkBookings
{
    // Those of callers who never come are pushed out by others.
    private const int Most = 256;

    private readonly Lock _gate = new();
    private readonly List<(string Host, LinkPlace Place)> _booked = [];

    /// <summary>The next link of a caller is to live there.</summary>
    /// <param name="caller">Where it came from this time.</param>
    /// <param name="place">The place.</param>
    /// <returns>How many links of the caller's machine are expected before.</returns>
    public int Book(EndPoint caller, LinkPlace place)
    {
        var host = LinkPlaces.HostOf(caller);
        lock (_gate)
        {
            if (_booked.Count == Most)
            {
                _booked.RemoveAt(0);
            }

            var before = _booked.Count(booking => booking.Host == host);
            _booked.Add((host, place));
            return before;
        }
    }

    /// <summary>Takes what is booked for a caller; null if nothing is.</summary>
    internal LinkPlace? Take(string host)
    {
        lock (_gate)
        {
            var index = _booked.FindIndex(booking => booking.Host == host);
            if (index < 0)
            {
                return null;
            }

            var place = _booked[index].Place;
            _booked.RemoveAt(index);
            return place;
        }
    }
}
