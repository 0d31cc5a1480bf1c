using System.Net;

namespace Accelio.Reactive;

/// <summary>A client asks for a session. To be answered exactly once, now or later, from any thread; unanswered it is rejected after <see cref="AccelioServerOptions.AcceptTimeout"/>.</summary>
public abstract class SessionRequest
{
    /// <summary>For derived classes: fakes in tests.</summary>
    protected SessionRequest()
    {
    }

    /// <summary>The URI as the client wrote it; not necessarily well-formed.</summary>
    public abstract string RequestedUri { get; }

    /// <summary>What the client sent along; a copy.</summary>
    public abstract ReadOnlyMemory<byte> PrivateData { get; }

    /// <summary>Where the client is.</summary>
    public abstract EndPoint RemoteEndPoint { get; }

    /// <summary>Accepts; the session is established when it appears in <see cref="AccelioServer.Sessions"/>.</summary>
    /// <exception cref="InvalidOperationException">The request was answered already.</exception>
    public abstract AccelioSession Accept(AcceptOptions? options = null);

    /// <summary>Rejects with a reason and data for the client's exception.</summary>
    /// <exception cref="InvalidOperationException">The request was answered already.</exception>
    public abstract void Reject(AccelioStatus reason = AccelioStatus.SessionRefused, ReadOnlyMemory<byte> privateData = default);
}
