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

        if (TryOpenDesk(incoming))
        {
            return;
        }

        if (!(_whole?.RequestStreamOfSessions ?? _sessionRequests).HasConsumer)
        {
            Prepare(incoming, options: null, []).Open();
            return;
        }

        var request = new ServerSessionRequest(this, Context, _options, incoming);
        _pending.Add(request);
        request.StartTimer();
        if (_whole is not null)
        {
            _whole.Ask(request);
        }
        else if (!_sessionRequests.PushNow(request, out var failed) || failed)
        {
            request.Decline();
        }
    }

    /// <summary>Makes the session for a client's request, and the action that accepts it on the context. Any thread.</summary>
    /// <exception cref="ArgumentException">The options ask for portals that are not this server's, or leave no room to name them.</exception>
    internal (AccelioSession Session, Action Open) Prepare(IncomingSession incoming, AcceptOptions? options, byte[] privateData)
    {
        if (_whole is not null)
        {
            var plan = _whole.Plan(this, incoming.Link.Link, options);
            var wide = new WideSession(plan.Home, _options, incoming.Uri, _whole);
            return (wide, () => _whole.Open(wide, this, incoming, plan, privateData));
        }

        WideServer.CheckPortals(Portals, options?.Portals, $"{nameof(options)}.{nameof(AcceptOptions.Portals)}");
        var session = new SessionCore(Context, _options, incoming.Uri, this, holdsSharedContext: false);
        return (session, () => Open(incoming, session, privateData));
    }

    /// <summary>Accepts: the session takes over the client's request. Context only.</summary>
    private void Open(IncomingSession incoming, SessionCore session, ReadOnlySpan<byte> privateData)
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
        if (session.State != SessionState.Closed)
        {
            _sessionStream.Push(session);
        }
    }

    /// <summary>Takes a session in, or a part of one over several contexts. Context only.</summary>
    /// <returns>False when nothing new begins here any more.</returns>
    internal bool TryTake(SessionCore part)
    {
        if (_isClosing || !Context.TryAdd(part))
        {
            return false;
        }

        _sessions.Add(part);
        return true;
    }

    /// <summary>A request for a session has its answer. Context only.</summary>
    internal void Forget(ServerSessionRequest request) => _pending.Remove(request);
}
