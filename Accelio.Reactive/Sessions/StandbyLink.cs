using Accelio.Reactive.Engine;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>Keeps a link to one place open, whether or not a connection uses it: dials, asks for signs of life, and dials again when it is lost. Context only.</summary>
internal sealed class StandbyLink : IRouteUser, ILinkUser
{
    private readonly PollerContext _context;
    private readonly AccelioSessionOptions _options;
    private readonly DialTimer _timer;
    private Route? _route;
    private ClientLink? _link;
    private int _failures;
    private bool _isOver;

    public StandbyLink(PollerContext context, AccelioSessionOptions options, in RouteTarget target)
    {
        _context = context;
        _options = options;
        Target = target;
        _timer = new DialTimer(this);
    }

    /// <summary>Where the link leads.</summary>
    public RouteTarget Target { get; }

    /// <summary>Whether it is there.</summary>
    public bool IsOpen => _link is { Machine.Phase: LinkPhase.Open };

    /// <summary>Begins, and begins again.</summary>
    public void Dial()
    {
        var limit = Check.TicksOf(_options.ConnectTimeout);
        _route = new Route(_context, _options, this, [Target]) { Deadline = limit == long.MaxValue ? long.MaxValue : _context.Poller.Now + limit };
        _route.Begin();
    }

    /// <summary>The link is not needed any more.</summary>
    public void Stop()
    {
        _isOver = true;
        _context.Poller.Timers.Cancel(_timer);
        _route?.Stop();
        _link?.EndHold(this);
        _link = null;
    }

    /// <inheritdoc/>
    void IRouteUser.OnRouteReady(Route route, ClientLink link)
    {
        _failures = 0;
        _link = link;
        link.Hold(this);
    }

    /// <inheritdoc/>
    void IRouteUser.OnAnswerMissing(Route route)
    {
    }

    /// <inheritdoc/>
    void IRouteUser.OnRouteFailed(Route route, in CloseInfo info) => DialLater();

    /// <inheritdoc/>
    void ILinkUser.OnLinkReady(ClientLink link)
    {
    }

    /// <inheritdoc/>
    void ILinkUser.OnLinkFailed(ClientLink link, in CloseInfo info)
    {
        _link = null;
        DialLater();
    }

    private void DialLater()
    {
        if (!_isOver && !_context.IsDisposed)
        {
            var pause = _options.Reconnect.Backoff.DelayBefore(Math.Min(++_failures, 1000) + 1, _context.Entropy.NextUInt32() / (double)uint.MaxValue).Ticks;
            _context.Poller.Timers.Schedule(_timer, _context.Poller.Now + Math.Max(pause, TimeSpan.TicksPerMillisecond));
        }
    }

    private sealed class DialTimer(StandbyLink standby) : WheelTimer
    {
        /// <inheritdoc/>
        public override void OnTimer(long now) => standby.Dial();
    }
}
