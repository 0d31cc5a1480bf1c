using Accelio.Reactive.Engine;
using Accelio.Transports;

namespace Accelio.Reactive;

/// <summary>A dialed link with the sessions that wait for it. Context only.</summary>
internal sealed class ClientLink : ILinkHost
{
    private readonly ClientLinkTable _table;
    private readonly PollerContext _context;
    private readonly List<SessionCore> _waiting = [];

    public ClientLink(ClientLinkTable table, PollerContext context, EngineSettings settings, object? key)
    {
        _table = table;
        _context = context;
        Key = key;
        Machine = new LinkMachine(this, settings, context.Poller, context.Messages, context.Budget, context.Entropy, isClient: true);
    }

    /// <summary>The protocol of the link.</summary>
    public LinkMachine Machine { get; }

    /// <summary>Under what the link is found by others, or null if it is not shared.</summary>
    public object? Key { get; }

    /// <summary>A session wants to use the link.</summary>
    public void Join(SessionCore session) => _waiting.Add(session);

    /// <summary>Tells sessions that joined when the link was open already.</summary>
    public void ServeWaiting()
    {
        foreach (var session in _waiting.ToArray())
        {
            _waiting.Remove(session);
            session.OnLinkReady(this);
        }
    }

    /// <summary>A session has given up waiting.</summary>
    public void Leave(SessionCore session)
    {
        _waiting.Remove(session);
        if (_waiting.Count == 0 && Machine.ConnectionCount == 0)
        {
            _table.Forget(this);
            Machine.Link.Abort(LinkError.Aborted, "nobody waits for the link any more");
        }
    }

    /// <inheritdoc/>
    public void OnLinkReady(LinkMachine link) => ServeWaiting();

    /// <inheritdoc/>
    public void OnSessionRequest(LinkMachine link, IncomingSession incoming)
    {
    }

    /// <inheritdoc/>
    public IConnectionEvents? OnHello(LinkMachine link, uint sessionId, out ConnectionMachine? lead)
    {
        lead = null;
        return null;
    }

    /// <inheritdoc/>
    public void OnLinkIdle(LinkMachine link)
    {
        if (_waiting.Count == 0)
        {
            _table.Forget(this);
            link.Link.Close();
        }
    }

    /// <inheritdoc/>
    public void OnLinkClosed(LinkMachine link, LinkError error, string detail)
    {
        _table.Forget(this);
        var info = LinkErrors.ToCloseInfo(error, detail, opened: false);
        foreach (var session in _waiting.ToArray())
        {
            _waiting.Remove(session);
            session.OnLinkFailed(this, info);
        }
    }

    /// <inheritdoc/>
    public void OnLinkNote(LinkMachine link, LinkNote note, string detail) => AccelioLog.LinkNote(_context.Log, link.Link.RemoteEndPoint, note, detail);
}
