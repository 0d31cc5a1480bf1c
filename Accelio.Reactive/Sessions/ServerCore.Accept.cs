using Accelio.Reactive.Engine;

namespace Accelio.Reactive;

/// <content>Sessions that clients ask for.</content>
internal sealed partial class ServerCore
{
    /// <inheritdoc/>
    public void OnSessionRequest(LinkMachine link, IncomingSession incoming)
    {
        if (_isClosing)
        {
            incoming.Reject(AccelioStatus.SessionRefused, default);
            return;
        }

        if (!_sessionRequests.HasConsumer)
        {
            Open(incoming, new SessionCore(Context, _options, incoming.Uri, this, holdsSharedContext: false), default);
            return;
        }

        var request = new ServerSessionRequest(this, Context, _options, incoming);
        _pending.Add(request);
        request.StartTimer();
        if (!_sessionRequests.PushNow(request, out var failed) || failed)
        {
            request.TryReject(AccelioStatus.SessionRefused, default);
        }
    }

    /// <summary>Accepts: the session takes over the client's request. Context only.</summary>
    internal void Open(IncomingSession incoming, SessionCore session, ReadOnlySpan<byte> privateData)
    {
        if (_isClosing || !Context.TryAdd(session))
        {
            // The application accepted when the server had begun to close.
            incoming.Reject(AccelioStatus.SessionRefused, default);
            session.Refuse();
            return;
        }

        _sessions.Add(session);
        session.Accept(incoming, privateData);
        if (session.State == SessionState.Closed)
        {
            return;
        }

        if (session.WireId is { } id)
        {
            _sessionsById[id] = session;
        }

        _sessionStream.Push(session);
    }

    /// <summary>A request for a session has its answer. Context only.</summary>
    internal void Forget(ServerSessionRequest request) => _pending.Remove(request);

    /// <summary>A session made for a request that its link did not live to see accepted.</summary>
    internal SessionCore NewSession(IncomingSession incoming) => new(Context, _options, incoming.Uri, this, holdsSharedContext: false);
}
