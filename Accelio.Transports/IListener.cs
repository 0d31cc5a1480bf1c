using System.Net;

namespace Accelio.Transports;

/// <summary>Accepts links on one address. Poller thread only.</summary>
internal interface IListener
{
    /// <summary>The address in fact bound (the port chosen, when 0 was asked for).</summary>
    EndPoint LocalEndPoint { get; }

    /// <summary>Stops accepting; accepted links live on.</summary>
    void Stop();
}
