using System.Net;
using Accelio.Reactive.Engine;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>A client's request for a session, waiting for the application's answer.</summary>
internal sealed class ServerSessionRequest : SessionRequest
{
    private readonly ServerCore _server;
    private readonly PollerContext _context;
    private readonly AccelioServerOptions _options;
    private readonly IncomingSession _incoming;
    private readonly AnswerTimer _timer;
    private int _answered;

    public ServerSessionRequest(ServerCore server, PollerContext context, AccelioServerOptions options, IncomingSession incoming)
    {
        _server = server;
        _context = context;
        _options = options;
        _incoming = incoming;
        _timer = new AnswerTimer(this);
        RemoteEndPoint = incoming.Link.Link.RemoteEndPoint;
    }

    /// <inheritdoc/>
    public override string RequestedUri => _incoming.Uri;

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte> PrivateData => _incoming.PrivateData;

    /// <inheritdoc/>
    public override EndPoint RemoteEndPoint { get; }

    /// <inheritdoc/>
    public override string Transport => _server.EndPoint.Scheme;

    /// <summary>The link that the client waits on.</summary>
    public LinkMachine Link => _incoming.Link;

    /// <inheritdoc/>
    public override AccelioSession Accept(AcceptOptions? options = null)
    {
        var privateData = SetupLimits.CopyPrivateData(options?.PrivateData ?? default, $"{nameof(options)}.{nameof(AcceptOptions.PrivateData)}");
        var (session, open) = _server.Prepare(_incoming, options, privateData);
        Claim();
        Run(open);
        return session;
    }

    /// <inheritdoc/>
    public override void Reject(AccelioStatus reason = AccelioStatus.SessionRefused, ReadOnlyMemory<byte> privateData = default)
    {
        if (reason == AccelioStatus.Success)
        {
            throw new ArgumentOutOfRangeException(nameof(reason), reason, "A session is not rejected with Success; say why, or accept it.");
        }

        var copy = SetupLimits.CopyPrivateData(privateData, nameof(privateData));
        Claim();
        Run(() => _incoming.Reject(reason, copy));
    }

    /// <inheritdoc/>
    public override void Redirect(params IReadOnlyList<Uri> portals)
    {
        var targets = SetupLimits.EncodePortals(portals, nameof(portals));
        Claim();
        Run(() => _incoming.Redirect(targets));
    }

    /// <summary>Limits the time for an answer. Context only.</summary>
    internal void StartTimer()
    {
        if (_options.AcceptTimeout != Timeout.InfiniteTimeSpan)
        {
            _context.Poller.Timers.Schedule(_timer, _context.Poller.Now + _options.AcceptTimeout.Ticks);
        }
    }

    /// <summary>Rejects unless it was answered. Context only.</summary>
    internal void TryReject(AccelioStatus reason, ReadOnlyMemory<byte> privateData)
    {
        if (Interlocked.Exchange(ref _answered, 1) == 0)
        {
            Leave();
            _incoming.Reject(reason, privateData.Span);
        }
    }

    /// <summary>Nobody has taken the request. Any thread.</summary>
    internal void Decline()
    {
        if (_context.Poller.IsCurrent)
        {
            TryReject(AccelioStatus.SessionRefused, default);
        }
        else
        {
            _context.Poller.Post(new ActionItem(() => TryReject(AccelioStatus.SessionRefused, default)));
        }
    }

    /// <summary>The client has gone: nothing is left to be rejected in time. An answer is taken still. Context only.</summary>
    internal void Leave()
    {
        _context.Poller.Timers.Cancel(_timer);
        _server.Forget(this);
    }

    private void Claim()
    {
        _context.Poller.DemandCaller();
        if (Interlocked.Exchange(ref _answered, 1) != 0)
        {
            throw new InvalidOperationException("This session request was answered already, or rejected because AcceptTimeout was over. Answer each exactly once.");
        }
    }

    private void Run(Action answer)
    {
        var item = new ActionItem(() =>
        {
            Leave();
            answer();
        });
        if (_context.Poller.IsCurrent)
        {
            item.Execute();
        }
        else if (!_context.Poller.Post(item))
        {
            throw new ObjectDisposedException(_context.Name, "The context was disposed, and the client with it; this session request cannot be answered any more.");
        }
    }

    private sealed class AnswerTimer(ServerSessionRequest request) : WheelTimer
    {
        /// <inheritdoc/>
        public override void OnTimer(long now) => request.TryReject(AccelioStatus.Timeout, default);
    }
}
