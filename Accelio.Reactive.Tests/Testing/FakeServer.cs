using System.Reactive.Linq;
using System.Reactive.Subjects;

namespace Accelio.Reactive.Tests.Testing;

/// <summary>A server as a user may write one for a test: derived, with what the test needs. The sessions that "connect" are <see cref="TestSession"/>s.</summary>
internal sealed class FakeServer : AccelioServer
{
    private readonly Subject<AccelioSession> _sessions = new();
    private readonly Dictionary<string, Func<InboundRequest, ValueTask>> _handlers = [];

    public override Uri EndPoint { get; } = new("sim://fake:1");

    public override AccelioContext HomeContext => throw new NotSupportedException("no context here");

    public override IObservable<SessionRequest> SessionRequests => Observable.Never<SessionRequest>();

    public override IObservable<AccelioSession> Sessions => _sessions;

    public override IObservable<InboundRequest> Requests => Observable.Never<InboundRequest>();

    public override IObservable<InboundMessage> Messages => Observable.Never<InboundMessage>();

    public bool HasEnded { get; private set; }

    public override IObservable<InboundMessage> MessagesFor(string resource) => Observable.Never<InboundMessage>();

    public override IDisposable Handle(Func<InboundRequest, ValueTask> handler) => Handle("/", handler);

    public override IDisposable Handle(string resource, Func<InboundRequest, ValueTask> handler)
    {
        _handlers.Add(resource, handler);
        return System.Reactive.Disposables.Disposable.Create(() => _handlers.Remove(resource));
    }

    public void Connect(AccelioSession session) => _sessions.OnNext(session);

    public Task<TestAnswer> AskAsync(string resource, byte[] payload) => new TestRequest(payload).ServeAsync(_handlers[resource]);

    public override ValueTask StopListeningAsync() => default;

    public override ValueTask DrainAsync(CancellationToken cancellationToken = default) => DisposeAsync();

    public override ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }

    protected override void Dispose(bool disposing)
    {
        HasEnded = true;
        _sessions.Dispose();
    }
}
