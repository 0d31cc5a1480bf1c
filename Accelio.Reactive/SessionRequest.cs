using System.Net;

namespace Accelio.Reactive;

/// <summary>
/// A client asks for a session. To be answered exactly once, by <see cref="Accept"/>, <see cref="Reject"/> or <see cref="Redirect"/>, inside the callback or later, from any thread. Unanswered it is
/// rejected with <see cref="AccelioStatus.Timeout"/> after <see cref="AccelioServerOptions.AcceptTimeout"/>; so is one that is still open when its server closes, with
/// <see cref="AccelioStatus.SessionRefused"/>. When the client has gone in the meantime, an accepted session ends at once and the other answers have no effect.
/// </summary>
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

    /// <summary>How the client came: the scheme of the server's address, "tcp" or "sim".</summary>
    public abstract string Transport { get; }

    /// <summary>Accepts; the session is established when it appears in <see cref="AccelioServer.Sessions"/>.</summary>
    /// <returns>The session. When the client has gone it ends with <see cref="CloseReason.ConnectionLost"/> and never appears there.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The private data is longer than 3700 bytes.</exception>
    /// <exception cref="InvalidOperationException">The request was answered already.</exception>
    /// <exception cref="ObjectDisposedException">The server's context was disposed.</exception>
    public abstract AccelioSession Accept(AcceptOptions? options = null);

    /// <summary>Rejects: the client's call fails with a <see cref="SessionRejectedException"/> that has the reason and the data. libxio's clients learn only that they were rejected.</summary>
    /// <param name="reason">A status, anything but <see cref="AccelioStatus.Success"/>.</param>
    /// <param name="privateData">For the client; copied; at most 3700 bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The reason says success, or the data is too long.</exception>
    /// <exception cref="InvalidOperationException">The request was answered already.</exception>
    /// <exception cref="ObjectDisposedException">The server's context was disposed.</exception>
    public abstract void Reject(AccelioStatus reason = AccelioStatus.SessionRefused, ReadOnlyMemory<byte> privateData = default);

    /// <summary>
    /// Sends the client elsewhere: it asks there for the same session, with the URI given here, and may be redirected again. Our clients go through the list until somebody answers; libxio's take the
    /// first, and send as much of its text as their own URI was long.
    /// </summary>
    /// <param name="portals">Where to ask, complete URIs in the order to try; at least one, together at most 3700 bytes.</param>
    /// <exception cref="ArgumentException">The list is empty, or a URI is not complete.</exception>
    /// <exception cref="InvalidOperationException">The request was answered already.</exception>
    /// <exception cref="ObjectDisposedException">The server's context was disposed.</exception>
    public abstract void Redirect(params IReadOnlyList<Uri> portals);
}
