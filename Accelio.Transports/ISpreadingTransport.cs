using System.Net;
using Accelio.Transports.Polling;

namespace Accelio.Transports;

/// <summary>A transport whose listeners can hand what they accept to other pollers, before anything of it is read.</summary>
internal interface ISpreadingTransport : ITransport
{
    /// <summary>Listens on an address; links live at the places. Poller thread. Throws <see cref="TransportException"/> when the address cannot be bound.</summary>
    IListener Listen(Poller poller, EndPoint address, LinkOptions options, LinkPlaces places);
}
