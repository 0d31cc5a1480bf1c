using System.Buffers;
using System.Net;

namespace Accelio.Reactive;

/// <summary>
/// The conversation between two programs. One symmetric type: both sides send, serve and listen. A session lives on its <see cref="HomeContext"/>; every member may be called from any
/// thread, and from inside any callback. Streams push on the home context, one call at a time, never nested; what arrives on connections of other contexts is handed over to it, leased until it was pushed.
/// </summary>
public abstract partial class AccelioSession : IAsyncDisposable, IDisposable
{
    /// <summary>For derived classes: fakes in tests.</summary>
    protected AccelioSession()
    {
    }

    /// <summary>The context on which the session lives and its streams push.</summary>
    public abstract AccelioContext HomeContext { get; }

    /// <summary>Where the session is in its life.</summary>
    public abstract SessionState State { get; }

    /// <summary>The URI that the session was asked for, as the client wrote it.</summary>
    public abstract string Uri { get; }

    /// <summary>What the session was opened for: the path of its <see cref="Uri"/>, escaped as in a URI; "/" without one.</summary>
    public virtual string Resource => ResourcePath.Of(Uri);

    /// <summary>Address on this side.</summary>
    public abstract EndPoint LocalEndPoint { get; }

    /// <summary>Address of the peer.</summary>
    public abstract EndPoint RemoteEndPoint { get; }

    /// <summary>Clients: what the server sent along when it accepted, when the session has moved the present one; empty on the server's side.</summary>
    public abstract ReadOnlyMemory<byte> AcceptedData { get; }

    /// <summary>Completes when the session has ended, whatever the reason; never fails.</summary>
    public abstract Task Closed { get; }

    /// <summary>The connections that carry the session at this moment; empty once it is over. A list that does not change: ask again for the next moment's.</summary>
    public virtual IReadOnlyList<AccelioConnection> Connections => [];

    /// <summary>What happens to the session as a whole. A late subscriber gets the redirects, the connections that are over, and the current state first; the last event is exactly one <see cref="SessionClosed"/>, then the stream completes.</summary>
    public abstract IObservable<AccelioSessionEvent> Events { get; }

    /// <summary>What goes wrong and is nobody's return value. Completes with the session, never fails.</summary>
    public abstract IObservable<AccelioError> Errors { get; }

    /// <summary>Receipts of messages sent with <see cref="MessageOptions.RequestReceipt"/>. Completes with an orderly close, fails with the session.</summary>
    public abstract IObservable<DeliveryReceipt> Receipts { get; }

    /// <summary>Arriving one-way messages. Each is valid until the last observer's OnNext returns, unless retained: begin queries with <c>Read</c> or <c>Detach</c>. Completes with an orderly close,
    /// fails with the session.</summary>
    public abstract IObservable<InboundMessage> Messages { get; }

    /// <summary>Arriving one-way messages, from the beginning of the enumeration on, one by one; <b>each is the caller's</b>, who must dispose it. See
    /// <see cref="AccelioObservable.ReadAllAsync"/>.</summary>
    /// <exception cref="AccelioException">The session failed; after the last message.</exception>
    public virtual IAsyncEnumerable<InboundMessage> ReadAllAsync(CancellationToken cancellationToken = default) => Messages.ReadAllAsync(cancellationToken);

    /// <summary>Arriving requests, for one consumer: this stream takes a single observer, and none when there is a handler. Each lease ends when OnNext returns; the right to answer lasts on.</summary>
    public abstract IObservable<InboundRequest> Requests { get; }

    /// <summary>Serves the requests of this session. Handlers start in the order of arrival, on the context of the connection that the request came on, and run concurrently as far as they await; each request's lease ends with its
    /// handler. Dispose the result to stop serving. A second consumer is an <see cref="InvalidOperationException"/>.</summary>
    public abstract IDisposable Handle(Func<InboundRequest, ValueTask> handler);

    /// <summary>Sends a request and reads its answer inside the call, before the buffer goes back: nothing can leak. A session with several connections sends it on the one of the message's key, or on the one that
    /// <see cref="AccelioPeerOptions.Selection"/> chooses.</summary>
    /// <typeparam name="T">What <paramref name="read"/> makes of the answer.</typeparam>
    /// <param name="message">The request; its memory is borrowed until the task completes.</param>
    /// <param name="read">Runs on the context of the connection; what it throws comes out of the task.</param>
    /// <param name="cancellationToken">Ends the request here with <see cref="AccelioCanceledException"/>.</param>
    /// <exception cref="RequestFailedException">The peer answered with a status.</exception>
    /// <exception cref="AccelioTimeoutException">No answer within the time limit.</exception>
    /// <exception cref="ConnectionLostException">The session ended before the answer.</exception>
    public ValueTask<T> RequestAsync<T>(in OutboundMessage message, Func<InboundMessage, T> read, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(read);

        // A virtual method with a type parameter is found in a hash table at every call; the sessions there are in production are not worth that.
        return this is SessionCore core ? core.RequestAsync(via: null, message, read, cancellationToken)
            : this is WideSession wide ? wide.RequestNow(message, read, cancellationToken)
            : Answers.ReadAsync(RequestAsync(message, out _, cancellationToken), read);
    }

    /// <summary>Sends a request; the caller owns the answer's lease and must dispose it.</summary>
    public ValueTask<InboundMessage> RequestAsync(in OutboundMessage message, CancellationToken cancellationToken = default) =>
        RequestAsync(message, out _, cancellationToken);

    /// <summary>Sends a request and tells its id; the caller owns the answer's lease and must dispose it.</summary>
    public abstract ValueTask<InboundMessage> RequestAsync(in OutboundMessage message, out MessageId id, CancellationToken cancellationToken = default);

    /// <summary>
    /// A cold request: every subscription sends it once; disposing the subscription before the answer gives the request up, as a token does for <see cref="RequestAsync{T}"/>. The message is copied when
    /// subscribed, and may be changed afterwards.
    /// </summary>
    /// <param name="message">The request, without a ResponseBuffer.</param>
    /// <param name="read">Makes a value of the answer, on the context of the connection; what it throws comes as OnError.</param>
    /// <returns>One value and the end, or an error: those of <see cref="RequestAsync{T}"/>, and <see cref="AccelioException"/> with <see cref="AccelioStatus.SendQueueOverflow"/> when
    /// <see cref="AccelioPeerOptions.SendBudget"/> is used up. Pushed on the context of the connection.</returns>
    public abstract IObservable<T> Request<T>(OutboundMessage message, Func<InboundMessage, T> read);

    /// <summary>A cold request whose answer is copied.</summary>
    public abstract IObservable<DetachedMessage> Request(OutboundMessage message);

    /// <summary>
    /// Sends a request for each item of a sequence, so many at a time, and pushes what is made of the answers in the order in which they come: the way to keep many requests under way that costs least,
    /// since none has a task. Cold: every subscription runs through the sequence, on one connection of the session, and another when the peer drains that; disposing it gives up what is under way, as the first error
    /// does. On a session over several contexts "home context" here means that of the connection which it begins with, and subscribing once on each context uses all of them.
    /// </summary>
    /// <typeparam name="TSource">The items.</typeparam>
    /// <typeparam name="TResult">What is made of an answer.</typeparam>
    /// <param name="source">The items. Asked for the next one on the home context, when there is room for its request.</param>
    /// <param name="concurrency">The most requests under way at a time, at least 1.</param>
    /// <param name="write">Makes the request of an item, on the home context; without a ResponseBuffer. Its memory may be changed as soon as the next item is asked for: a message that cannot leave at once is
    /// copied.</param>
    /// <param name="read">Makes a result of an item and its answer, on the home context; the answer is valid inside the call.</param>
    /// <returns>The results, and the end; or the first error: those of <see cref="RequestAsync{T}"/>, or what <paramref name="source"/>, <paramref name="write"/> or <paramref name="read"/> threw.
    /// Pushed on the home context.</returns>
    public abstract IObservable<TResult> RequestEach<TSource, TResult>(
        IEnumerable<TSource> source, int concurrency, Func<TSource, OutboundMessage> write, Func<TSource, InboundMessage, TResult> read);

    /// <summary>Sends a one-way message; the task completes once it is admitted and its memory is free again. This is where back-pressure is felt.</summary>
    public abstract ValueTask<MessageId> SendAsync(in OutboundMessage message, CancellationToken cancellationToken = default);

    /// <summary>Sends a one-way message whose body a callback writes, straight into memory of the library from which it is sent; the task
    /// completes once it is admitted, and need not wait until it has left.</summary>
    /// <typeparam name="TState">What the callback needs, so that it can be static.</typeparam>
    /// <param name="state">Given to <paramref name="write"/>.</param>
    /// <param name="write">Writes the body; runs once, before this method returns, on the calling thread. What it throws comes out of the
    /// call, and nothing is sent. The writer and its memory are for use inside the callback only.</param>
    /// <param name="cancellationToken">Ends the wait for admission with <see cref="AccelioCanceledException"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">More was written than <see cref="AccelioPeerOptions.MaxMessageLength"/> allows.</exception>
    public virtual ValueTask<MessageId> SendAsync<TState>(
        TState state, Action<TState, IBufferWriter<byte>> write, CancellationToken cancellationToken = default) =>
        SendAsync(WrittenMessage.By(state, write), cancellationToken);

    /// <summary>Sends a one-way message if it can be admitted at once; its payload is copied.</summary>
    /// <returns>False when the window or the send budget is used up, or the session is not established.</returns>
    public abstract bool TrySend(in OutboundMessage message, out MessageId id);

    /// <summary>Sends a one-way message and waits for the peer's receipt.</summary>
    public abstract ValueTask<DeliveryReceipt> DeliverAsync(in OutboundMessage message, CancellationToken cancellationToken = default);

    /// <summary>
    /// Ends the session without breaking anything off: nothing new is begun in either direction, what was accepted before is sent, what is under way ends - requests here and at the peer get their answers, leases
    /// are disposed of - and then the session closes. Calls made meanwhile fail with <see cref="ConnectionLostException"/>, and nothing of them was sent. Not from inside a handler that it would wait for. Any
    /// thread; a second call waits for the same.
    /// </summary>
    /// <param name="cancellationToken">Ends the waiting; the draining goes on. <see cref="DisposeAsync"/> cuts it short.</param>
    /// <returns>Completes when the session has ended, whatever the reason.</returns>
    /// <exception cref="OperationCanceledException">The token fired; if it had before the call, nothing was begun.</exception>
    public abstract ValueTask DrainAsync(CancellationToken cancellationToken = default);

    /// <summary>Begins a batch: messages that can be given up together.</summary>
    public abstract AccelioBatch BeginBatch();

    /// <summary>
    /// Gives up one message or many: the calls fail with <see cref="AccelioCanceledException"/>, what has not left is not sent, what has is given up at the peer, if that is one of ours, and answers that come
    /// late are dropped. Looks at what is under way when the call reaches the home context. Completes when the peer has said what became of each, at the latest after <see cref="AccelioPeerOptions.AbortTimeout"/>.
    /// </summary>
    /// <param name="range">A <see cref="MessageId"/>, or several that were given out one after another.</param>
    /// <param name="cancellationToken">Fired before the call, nothing is aborted.</param>
    /// <returns>What became of each message of the range.</returns>
    /// <exception cref="ArgumentException"><paramref name="range"/> is the default value.</exception>
    /// <exception cref="OperationCanceledException">The token had fired: nothing was aborted.</exception>
    public abstract ValueTask<AbortReport> AbortAsync(MessageRange range, CancellationToken cancellationToken = default);

    /// <summary>The same for the messages that carry a tag, whatever their ids are: calls of any thread, of batches, and cold requests.</summary>
    /// <param name="tag">Their <see cref="OutboundMessage.Tag"/>; not 0.</param>
    /// <param name="cancellationToken">Fired before the call, nothing is aborted.</param>
    /// <returns>What became of each message with the tag that was under way.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="tag"/> is 0, which stands for no tag.</exception>
    /// <exception cref="OperationCanceledException">The token had fired: nothing was aborted.</exception>
    public abstract ValueTask<AbortReport> AbortTagAsync(long tag, CancellationToken cancellationToken = default);

    /// <summary>What the session is doing at this moment, over all its connections. Any thread, without allocating and without disturbing the context; also after the end of the session.</summary>
    public virtual AccelioSessionSnapshot GetSnapshot() => new() { State = State };

    /// <summary>Closes in good order: what is queued is sent, what is unanswered ends; bounded by <see cref="AccelioPeerOptions.CloseTimeout"/>, never throws. When it completes no callback runs any
    /// more and no memory of the caller is touched.</summary>
    public abstract ValueTask DisposeAsync();

    /// <summary>Cuts the session off at once; does not wait.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Cuts the session off at once; does not wait.</summary>
    protected abstract void Dispose(bool disposing);
}
