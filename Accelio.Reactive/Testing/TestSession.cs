using System.Net;
using System.Reactive.Linq;
using System.Reactive.Subjects;

namespace Accelio.Reactive;

/// <summary>
/// A session without a network, for tests of code that takes an <see cref="AccelioSession"/>. The test plays the peer: <see cref="Peer"/> answers requests, <see cref="Sent"/> is what was sent,
/// <see cref="Push"/> and <see cref="AskAsync"/> let something arrive, <see cref="End"/> ends it. Everything happens inside the call that causes it, on the calling thread: drive it from one thread at
/// a time. What a test wants otherwise it overrides; for windows, order and link failures take a real session over <c>sim://</c>.
/// </summary>
public partial class TestSession : AccelioSession
{
    private static readonly IPEndPoint NoAddress = new(IPAddress.Loopback, 0);
    private readonly AccelioContext? _context;
#pragma warning disable CA2213 // A stream that has ended must still tell late subscribers so.
    private readonly ReplaySubject<AccelioSessionEvent> _events = new(bufferSize: 1);
    private readonly Subject<AccelioError> _errors = new();
    private readonly Subject<DeliveryReceipt> _receipts = new();
    private readonly Subject<InboundMessage> _messages = new();
    private readonly Subject<InboundRequest> _requests = new();
#pragma warning restore CA2213
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SessionState _state = SessionState.Established;
    private Func<InboundRequest, ValueTask>? _handler;

    /// <summary>Creates an established session.</summary>
    /// <param name="uri">What <see cref="AccelioSession.Uri"/> says.</param>
    /// <param name="context">What <see cref="AccelioSession.HomeContext"/> says, and whose clock measures the time limits of requests; without one there are no limits.</param>
    public TestSession(string uri = "sim://test/", AccelioContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(uri);
        Uri = uri;
        _context = context;
        _events.OnNext(new SessionEstablished());
        Requests = Observable.Create<InboundRequest>(observer =>
        {
            DemandNoConsumer();
            return _requests.Subscribe(observer);
        });
    }

    /// <inheritdoc/>
    public override AccelioContext HomeContext =>
        _context ?? throw new InvalidOperationException("This TestSession has no context. Give its constructor one: AccelioContext.Start(), or AccelioContext.OnScheduler(scheduler) for virtual time.");

    /// <inheritdoc/>
    public override SessionState State => _state;

    /// <inheritdoc/>
    public override string Uri { get; }

    /// <inheritdoc/>
    public override EndPoint LocalEndPoint => NoAddress;

    /// <inheritdoc/>
    public override EndPoint RemoteEndPoint => NoAddress;

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte> AcceptedData => default;

    /// <inheritdoc/>
    public override Task Closed => _closed.Task;

    /// <inheritdoc/>
    public override IObservable<AccelioSessionEvent> Events => _events;

    /// <inheritdoc/>
    public override IObservable<AccelioError> Errors => _errors;

    /// <inheritdoc/>
    public override IObservable<DeliveryReceipt> Receipts => _receipts;

    /// <inheritdoc/>
    public override IObservable<InboundMessage> Messages => _messages;

    /// <inheritdoc/>
    public override IObservable<InboundRequest> Requests { get; }

    /// <inheritdoc/>
    public override IDisposable Handle(Func<InboundRequest, ValueTask> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        DemandNoConsumer();
        _handler = handler;
        return System.Reactive.Disposables.Disposable.Create(this, static session => session._handler = null);
    }

    /// <summary>Lets a one-way message arrive: pushes it to the observers of <see cref="AccelioSession.Messages"/>.</summary>
    /// <returns>The message, to see what became of it.</returns>
    public TestMessage Push(in OutboundMessage sent)
    {
        var message = new TestMessage(sent) { Session = this };
        message.PushTo(_messages);
        return message;
    }

    /// <summary>Lets a request arrive, for the handler or the observer of <see cref="AccelioSession.Requests"/>; without either it is answered with <see cref="AccelioStatus.NotSupported"/>.</summary>
    /// <returns>The answer. What the handler throws comes out here.</returns>
    public Task<TestAnswer> AskAsync(in OutboundMessage asked)
    {
        var request = new TestRequest(asked) { Session = this };
        if (_requests.HasObservers)
        {
            request.PushTo(_requests);
            return request.Answer;
        }

        return request.ServeAsync(_handler ?? NobodyServes);
    }

    /// <summary>Ends the session from the peer's side: in good order, or with an exception, with which the streams and all calls from now on fail.</summary>
    public void End(AccelioException? error = null) =>
        Finish(new SessionClosed(error is null ? CloseReason.ClosedByPeer : CloseReason.ConnectionLost, error?.Status ?? AccelioStatus.SessionClosed, error?.Message ?? string.Empty), error);

    /// <summary>Ends the session as <see cref="DisposeAsync"/> does: the test is the peer, and knows what is under way.</summary>
    public override ValueTask DrainAsync(CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled(cancellationToken) : DisposeAsync();

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        Dispose();
        GC.SuppressFinalize(this);
        return default;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => Finish(new SessionClosed(CloseReason.ClosedLocally, AccelioStatus.SessionClosed, string.Empty), null);

    private static ValueTask NobodyServes(InboundRequest request) => request.FailAsync(AccelioStatus.NotSupported);

    private static void EndStream<T>(Subject<T> stream, Exception? error)
    {
        if (error is null)
        {
            stream.OnCompleted();
        }
        else
        {
            stream.OnError(error);
        }
    }

    private void DemandNoConsumer()
    {
        if (_handler is not null || _requests.HasObservers)
        {
            throw new InvalidOperationException("The requests of this session have a consumer already: one handler, or one observer.");
        }
    }

    private void Finish(SessionClosed closed, AccelioException? error)
    {
        if (_state == SessionState.Closed)
        {
            return;
        }

        _state = SessionState.Closed;
        _failure = error;
        EndStream(_messages, error);
        EndStream(_requests, error);
        EndStream(_receipts, error);
        _errors.OnCompleted();
        _events.OnNext(closed);
        _events.OnCompleted();
        _closed.TrySetResult();
    }
}
