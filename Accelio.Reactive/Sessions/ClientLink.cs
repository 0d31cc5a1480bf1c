using Accelio.Reactive.Engine;
using Accelio.Transports;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>A dialed link with those who wait for it. Context only.</summary>
internal sealed class ClientLink : ILinkHost
{
    private readonly ClientLinkTable _table;
    private readonly PollerContext _context;
    private readonly List<ILinkUser> _waiting = [];
    private readonly List<ILinkUser> _holders = [];
    private readonly long _idleTime;
    private readonly IdleTimer _idle;

    /// <summary>Makes a link that is about to be dialed.</summary>
    /// <param name="table">Where others find it.</param>
    /// <param name="context">Where it lives.</param>
    /// <param name="settings">Of its protocol.</param>
    /// <param name="key">Under what others find it, or null if it is one session's.</param>
    /// <param name="idleTime">How long it waits for the next session when it has none.</param>
    public ClientLink(ClientLinkTable table, PollerContext context, EngineSettings settings, object? key, long idleTime)
    {
        _table = table;
        _context = context;
        _idleTime = idleTime;
        _idle = new IdleTimer(this);
        Key = key;
        Machine = new LinkMachine(this, settings, context.Poller, context.Messages, context.Budget, context.Entropy, isClient: true);
    }

    /// <summary>The protocol of the link.</summary>
    public LinkMachine Machine { get; }

    /// <summary>Under what the link is found by others, or null if it is not shared.</summary>
    public object? Key { get; }

    /// <summary>Sessions on the link, and those that wait for it.</summary>
    public int Users => Machine.ConnectionCount + _waiting.Count;

    /// <summary>Somebody wants to use the link.</summary>
    public void Join(ILinkUser user)
    {
        _waiting.Add(user);
        _context.Poller.Timers.Cancel(_idle);
    }

    /// <summary>Keeps the link though no session uses it; whoever does is told when it is lost.</summary>
    public void Hold(ILinkUser holder)
    {
        _holders.Add(holder);
        _context.Poller.Timers.Cancel(_idle);
        Machine.StandBy();
    }

    /// <summary>Somebody keeps the link no longer.</summary>
    public void EndHold(ILinkUser holder)
    {
        if (_holders.Remove(holder) && _holders.Count == 0)
        {
            Machine.EndStandby();
            if (Machine is { Phase: LinkPhase.Open, ConnectionCount: 0 })
            {
                OnLinkIdle(Machine);
            }
        }
    }

    /// <summary>Tells those who joined when the link was open already.</summary>
    public void ServeWaiting()
    {
        foreach (var user in _waiting.ToArray())
        {
            _waiting.Remove(user);
            user.OnLinkReady(this);
        }
    }

    /// <summary>Somebody has given up waiting.</summary>
    public void Leave(ILinkUser user)
    {
        _waiting.Remove(user);
        if (_waiting.Count == 0 && _holders.Count == 0 && Machine.ConnectionCount == 0)
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
    public void OnHello(LinkMachine link, IncomingHello hello)
    {
    }

    /// <inheritdoc/>
    public void OnLinkIdle(LinkMachine link)
    {
        if (_waiting.Count != 0 || _holders.Count != 0)
        {
            return;
        }

        if (_idleTime == 0 || _context.IsDisposed || !_table.IsShared(this))
        {
            CloseIdle();
        }
        else if (_idleTime != long.MaxValue)
        {
            _context.Poller.Timers.Schedule(_idle, _context.Poller.Now + _idleTime);
        }
    }

    /// <inheritdoc/>
    public void OnLinkClosed(LinkMachine link, LinkError error, string detail)
    {
        _table.Forget(this);
        _context.Poller.Timers.Cancel(_idle);
        var info = LinkErrors.ToCloseInfo(error, detail, opened: false);
        foreach (var holder in _holders.ToArray())
        {
            holder.OnLinkFailed(this, info);
        }

        _holders.Clear();
        foreach (var user in _waiting.ToArray())
        {
            _waiting.Remove(user);
            user.OnLinkFailed(this, info);
        }
    }

    /// <inheritdoc/>
    public void OnLinkNote(LinkMachine link, LinkNote note, string detail) => AccelioLog.LinkNote(_context.Log, link.Link.RemoteEndPoint, note, detail);

    private void CloseIdle()
    {
        _table.Forget(this);
        Machine.Link.Close();
    }

    private sealed class IdleTimer(ClientLink link) : WheelTimer
    {
        /// <inheritdoc/>
        public override void OnTimer(long now) => link.CloseIdle();
    }
}
