using Accelio.Native.Verbs;

namespace Accelio.Transports.Rdma;

/// <summary>A listener or a link, told what becomes of its id.</summary>
internal interface IRdmaEventTarget
{
    /// <summary>Something happened.</summary>
    void OnEvent(in ConnectionEvent taken);
}
