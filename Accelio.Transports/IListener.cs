using System.Net;

namespace Accelio.Transports;

/// <summary>Accepts links on one address. Poller thread only.</summary>
internal interface IListener
{
    /// <summary>The address in fact bound (the port chosen, when 0 was asked for).</summary>
    EndPoint LocalEndPoint { get; }

    /// <summary>Called for every caller that was turned away before there was a link: where it came from, why, in which words. For the
    /// log.</summary>
    Action<EndPoint?, LinkError, string>? OnRejected { get; set; }

    /// <summary>Stops accepting; accepted links live on.</summary>
    void Stop();
}
