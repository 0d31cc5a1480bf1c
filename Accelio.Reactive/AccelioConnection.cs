using System.Buffers;
using System.Net;

namespace Accelio.Reactive;

/// <summary>
/// A session's share of one link: its own order, window and close. The verbs are those of the session, on this connection alone; the streams push on the connection's <see cref="Context"/>, one
/// call at a time, never nested. Every member may be called from any thread, and from inside any callback. A connection ends with its session, which closes it.
/// </summary>
public abstract class AccelioConnection
{
    /// <summary>For derived classes: fakes in tests.</summary>
    protected AccelioConnection()
    {
    }

    /// <summary>The session that the connection belongs to.</summary>
    public abstract AccelioSession Session { get; }

    /// <summary>The context on which the connection lives and its streams push.</summary>
    public abstract AccelioContext Context { get; }

    /// <summary>Address on this side.</summary>
    public abstract EndPoint LocalEndPoint { get; }

    /// <summary>Address of the peer.</summary>
    public abstract EndPoint RemoteEndPoint { get; }

    /// <summary>Whether the session was set up on this connection.</summary>
    public abstract bool IsLead { get; }

    /// <summary>Messages accepted here that wait for the peer's window or for the link. A figure of the moment.</summary>
    public abstract int QueuedMessages { get; }

    /// <summary>Bytes of those, headers and bodies. A figure of the moment.</summary>
    public abstract long QueuedBytes { get; }

    /// <summary>Messages under way: accepted here and waiting, or sent and without an answer yet; of the whole link, which sessions may share. A figure of the moment, for <see cref="ConnectionSelection"/>.</summary>
    public virtual int OutstandingMessages => QueuedMessages;

    /// <summary>What the connection is doing at this moment. Any thread, without allocating and without disturbing the context; also after the end of the connection.</summary>
    public virtual AccelioConnectionSnapshot GetSnapshot() => new() { State = Session.State, QueuedMessages = QueuedMessages, QueuedBytes = QueuedBytes };

    /// <summary>Whatever the application wants to keep with the connection; the library does not look at it.</summary>
    public object? State { get; set; }

    /// <summary>One-way messages that arrive on this connection, in order; see <see cref="AccelioSession.Messages"/>, which gets them too.</summary>
    public abstract IObservable<InboundMessage> Messages { get; }

    /// <summary>Requests that arrive on this connection, for one consumer, which goes before the session's and the server's; see <see cref="AccelioSession.Requests"/>.</summary>
    public abstract IObservable<InboundRequest> Requests { get; }

    /// <summary>Serves the requests of this connection; see <see cref="AccelioSession.Handle"/>.</summary>
    public abstract IDisposable Handle(Func<InboundRequest, ValueTask> handler);

    /// <summary>Sends a request on this connection and reads its answer; see <see cref="AccelioSession.RequestAsync{T}"/>.</summary>
    /// <typeparam name="T">What <paramref name="read"/> makes of the answer.</typeparam>
    /// <exception cref="ConnectionLostException">The connection ended before the answer.</exception>
    public ValueTask<T> RequestAsync<T>(in OutboundMessage message, Func<InboundMessage, T> read, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(read);

        // Not virtual, as that of the session is not.
        return this is ConnectionCore core
            ? core.RequestNow(message, read, cancellationToken)
            : Answers.ReadAsync(RequestAsync(message, out _, cancellationToken), read);
    }

    /// <summary>Sends a request on this connection; the caller owns the answer's lease and must dispose it.</summary>
    /// <exception cref="ConnectionLostException">The connection ended before the answer.</exception>
    public ValueTask<InboundMessage> RequestAsync(in OutboundMessage message, CancellationToken cancellationToken = default) =>
        RequestAsync(message, out _, cancellationToken);

    /// <summary>Sends a request on this connection and tells its id; the caller owns the answer's lease and must dispose it.</summary>
    /// <exception cref="ConnectionLostException">The connection ended before the answer.</exception>
    public abstract ValueTask<InboundMessage> RequestAsync(in OutboundMessage message, out MessageId id, CancellationToken cancellationToken = default);

    /// <summary>Sends a one-way message on this connection, behind those sent on it before; see <see cref="AccelioSession.SendAsync"/>.</summary>
    public abstract ValueTask<MessageId> SendAsync(in OutboundMessage message, CancellationToken cancellationToken = default);

    /// <summary>Sends a one-way message on this connection whose body a callback writes, straight into memory of the library from which it is
    /// sent; the task completes once it is admitted, and need not wait until it has left.</summary>
    /// <typeparam name="TState">What the callback needs, so that it can be static.</typeparam>
    /// <param name="state">Given to <paramref name="write"/>.</param>
    /// <param name="write">Writes the body; runs once, before this method returns, on the calling thread. What it throws comes out of the
    /// call, and nothing is sent. The writer and its memory are for use inside the callback only.</param>
    /// <param name="cancellationToken">Ends the wait for admission with <see cref="AccelioCanceledException"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">More was written than <see cref="AccelioPeerOptions.MaxMessageLength"/> allows.</exception>
    public virtual ValueTask<MessageId> SendAsync<TState>(
        TState state, Action<TState, IBufferWriter<byte>> write, CancellationToken cancellationToken = default) =>
        SendAsync(WrittenMessage.By(state, write), cancellationToken);

    /// <summary>Sends a one-way message on this connection if it can be admitted at once; its payload is copied.</summary>
    /// <returns>False when the window or the send budget is used up, or the connection is over.</returns>
    public abstract bool TrySend(in OutboundMessage message, out MessageId id);

    /// <summary>Sends a one-way message on this connection and waits for the peer's receipt.</summary>
    public abstract ValueTask<DeliveryReceipt> DeliverAsync(in OutboundMessage message, CancellationToken cancellationToken = default);

    /// <summary>
    /// Lets the peer read or write memory of this side by itself (one-sided access), as long as the connection lives: this library does it, and no handler is asked. Send the
    /// token to the peer, which uses it on the other end of this connection.
    /// </summary>
    /// <param name="memory">The Memory of a <see cref="RegisteredMemory"/>, or a part of it; held until it is shared no more.</param>
    /// <param name="access">What the peer may do.</param>
    /// <exception cref="ArgumentException">The memory is not registered.</exception>
    /// <exception cref="ObjectDisposedException">The memory was disposed of.</exception>
    /// <exception cref="NotSupportedException">The peer is a C program.</exception>
    public abstract SharedMemory Share(Memory<byte> memory, RemoteAccess access);

    /// <summary>Reads memory that the peer shares on this connection. Calls that overlap with writes of the same bytes see some of them.</summary>
    /// <param name="token">What the peer sent.</param>
    /// <param name="offset">Where in the memory to begin, in bytes.</param>
    /// <param name="destination">Where the bytes go, as many as it is long; borrowed until the task completes. After a failure some of it may have been written.</param>
    /// <param name="cancellationToken">Gives the call up with <see cref="AccelioCanceledException"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range reaches beyond the memory.</exception>
    /// <exception cref="RequestFailedException">The memory is shared no more (<see cref="AccelioStatus.StaleToken"/>).</exception>
    /// <exception cref="NotSupportedException">The peer is a C program.</exception>
    public abstract ValueTask ReadRemoteAsync(MemoryToken token, long offset, Memory<byte> destination, CancellationToken cancellationToken = default);

    /// <summary>Writes memory that the peer shares on this connection; when the task completes the bytes are there. After a failure some of them may be.</summary>
    /// <param name="token">What the peer sent.</param>
    /// <param name="offset">Where in the memory to begin, in bytes.</param>
    /// <param name="source">The bytes; borrowed until the task completes.</param>
    /// <param name="cancellationToken">Gives the call up with <see cref="AccelioCanceledException"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range reaches beyond the memory.</exception>
    /// <exception cref="RequestFailedException">The memory is shared no more (<see cref="AccelioStatus.StaleToken"/>).</exception>
    /// <exception cref="NotSupportedException">The peer is a C program.</exception>
    public abstract ValueTask WriteRemoteAsync(MemoryToken token, long offset, ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default);

    /// <summary>
    /// Ends this connection without breaking anything off; see <see cref="AccelioSession.DrainAsync"/>. The session goes on on its other connections, if it has any: what the peer has queued for this one goes out
    /// there. Any thread; a second call waits for the same.
    /// </summary>
    /// <param name="cancellationToken">Ends the waiting; the draining goes on.</param>
    /// <exception cref="OperationCanceledException">The token fired; if it had before the call, nothing was begun.</exception>
    public abstract ValueTask DrainAsync(CancellationToken cancellationToken = default);
}
