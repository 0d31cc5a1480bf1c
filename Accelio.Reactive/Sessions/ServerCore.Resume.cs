using System.Net;

namespace Accelio.Reactive;

/// <content>Connections whose links are lost, kept for their clients to come back.</content>
internal sealed partial class ServerCore
{
    private readonly HashSet<ConnectionCore> _kept = [];

    /// <summary>Whether one more connection may be kept. Context only.</summary>
    internal bool TryKeep(ConnectionCore connection) => _kept.Count < _options.MaxSuspendedConnections && _kept.Add(connection);

    /// <summary>Whether links live here that come in here, whatever is booked.</summary>
    internal bool LinksStay { get; private set; }

    /// <summary>Where a client finds this portal that has come to another one, under an address by which it can reach the server.</summary>
    internal string Advertise(EndPoint reached) => _whole!.Advertise(this, reached);

    /// <summary>The next link of a client is to live here, at whichever portal of the server it comes in. Any thread.</summary>
    /// <returns>How many others of the client's machine are expected before it.</returns>
    internal int Book(EndPoint caller) => _whole?.Bookings.Book(caller, Place) ?? 0;

    /// <summary>A connection has a link again, or has ended. Context only.</summary>
    internal void Release(ConnectionCore connection) => _kept.Remove(connection);
}
