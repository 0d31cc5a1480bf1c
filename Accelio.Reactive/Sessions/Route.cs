using System.Globalization;
using System.Net;
using Accelio.Reactive.Engine;
using Accelio.Transports;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>
/// The way to a link: the addresses of a target in turn, then those of the next target. While others are left
/// each try has its share of the time only, so that one that is silent leaves time for the rest. Context only.
/// </summary>
/// <param name="context">Where the links live.</param>
/// <param name="options">The session's settings.</param>
/// <param name="user">Who is told.</param>
/// <param name="targets">The places, in the order to try.</param>
internal sealed class Route(PollerContext context, AccelioSessionOptions options, IRouteUser user, IReadOnlyList<RouteTarget> targets)
    : ILinkUser
{
    private readonly List<string> _faults = [];
    private EndPoint[] _addresses = [];
    private ITransport? _transport;
    private ClientLink? _pending;
    private TryTimer? _timer;
    private long _limit;
    private int _target;
    private int _address;

    // Whether the link was there before: it may be about to end, and while it is idle nobody looks after it.
    private bool _isReused;
    private bool _hasRetried;

    // Which look for addresses is waited for; 0 for none.
    private int _resolving;
    private int _lookups;
    private bool _isOver;

    /// <summary>Poller time at which all of it must be done; the largest number for none.</summary>
    public required long Deadline { get; init; }

    /// <summary>Whether the peer answers at once what is asked on the link: then the answer belongs to the try.</summary>
    public bool IncludesAnswer { get; init; }

    /// <summary>An id that must be free on the link, so that a connection with it can be opened there; null where ids are made on the link.</summary>
    public uint? FreeId { get; init; }

    /// <summary>Whether a target took the link and then said nothing.</summary>
    public bool WasSilent { get; set; }

    /// <summary>What finds and dials the addresses of a URI.</summary>
    public Func<Uri, ITransport> Find { get; init; } = uri => TransportTable.Find(uri, context);

    /// <summary>The places, in the order to try.</summary>
    public IReadOnlyList<RouteTarget> Targets => targets;

    /// <summary>The place that is tried at present.</summary>
    public RouteTarget Current => targets[_target];

    /// <summary>The URI that is tried at present.</summary>
    public string Target => Current.Uri;

    private int TriesLeft => _addresses.Length - _address + targets.Count - 1 - _target + (_isReused && !_hasRetried ? 1 : 0);

    /// <summary>Begins; the first target was resolved by the caller.</summary>
    public void Begin(ITransport transport, EndPoint[] addresses)
    {
        _transport = transport;
        _addresses = addresses;
        DialNext();
    }

    /// <summary>Begins.</summary>
    public void Begin() => _ = ResolveAndDial();

    /// <summary>The present try came to nothing: the next one has its turn.</summary>
    /// <param name="info">Why.</param>
    /// <param name="isAnswer">Whether the peer has said so: then the link is good, and another one would bring no other answer.</param>
    public void Next(in CloseInfo info, bool isAnswer = false)
    {
        StopTimer();
        if (_isReused && !_hasRetried && !isAnswer)
        {
            // The same address again, on a link of now.
            _address--;
            _hasRetried = true;
        }
        else
        {
            _hasRetried = false;
        }

        if (_address < _addresses.Length)
        {
            DialNext();
            return;
        }

        _faults.Add($"{Target}: {info.Detail}");
        user.OnTargetFailed(this, info);
        if (_target + 1 < targets.Count)
        {
            _target++;
            _ = ResolveAndDial();
            return;
        }

        var faults = $"none of {_faults.Count} targets answered ({string.Join("; ", _faults)})";
        End(_faults.Count == 1 ? info : new CloseInfo(CloseReason.ConnectFailed, AccelioStatus.ConnectError, faults));
    }

    /// <summary>The search is over: an answer came, or nobody wants one any more.</summary>
    public void Stop()
    {
        _isOver = true;
        StopTimer();
        if (_pending is { } link)
        {
            _pending = null;
            link.Leave(this);
        }
    }

    /// <inheritdoc/>
    public void OnLinkReady(ClientLink link)
    {
        if (!ReferenceEquals(link, _pending))
        {
            return;
        }

        _pending = null;
        if (!IncludesAnswer)
        {
            StopTimer();
        }

        user.OnRouteReady(this, link);
    }

    /// <inheritdoc/>
    public void OnLinkFailed(ClientLink link, in CloseInfo info)
    {
        if (!ReferenceEquals(link, _pending))
        {
            return;
        }

        _pending = null;
        WasSilent |= link.Machine.HasConnected && info.Reason == CloseReason.TimedOut;
        if (info.Reason == CloseReason.ProtocolViolation)
        {
            End(info);
        }
        else
        {
            Next(info);
        }
    }

    private async Task ResolveAndDial()
    {
        EndPoint[] addresses = [];
        ITransport? transport = null;
        var fault = string.Empty;
        var lookup = _resolving = ++_lookups;
        (_addresses, _address) = ([], 0);
        StartTimer();
        try
        {
            var uri = new Uri(Target);
            transport = Find(uri);
            addresses = await transport.ResolveAsync(uri, CancellationToken.None);
        }
        catch (Exception exception) when (exception is UriFormatException or TransportException or ArgumentException)
        {
            fault = exception.Message;
        }

        await context.SwitchTo();
        if (_isOver || lookup != _resolving)
        {
            // Found out too late.
            return;
        }

        _resolving = 0;
        _transport = transport;
        _addresses = addresses;
        if (addresses.Length == 0)
        {
            Next(new CloseInfo(CloseReason.ConnectFailed, AccelioStatus.AddressError, fault));
            return;
        }

        DialNext();
    }

    private void DialNext()
    {
        var address = _addresses[_address++];
        _isReused = false;
        try
        {
            _pending = context.ClientLinks.Join(this, _transport!, address, Current.OptionsFrom(options), FreeId, out _isReused);
            StartTimer();
        }
        catch (TransportException exception)
        {
            Next(new CloseInfo(CloseReason.ConnectFailed, AccelioStatus.ConnectError, exception.Message));
        }
    }

    private void End(in CloseInfo info)
    {
        _isOver = true;
        StopTimer();
        user.OnRouteFailed(this, info);
    }

    private void StartTimer()
    {
        if (TriesLeft == 0)
        {
            return;
        }

        var now = context.Poller.Now;
        _limit = Deadline == long.MaxValue ? options.SetupTimeout.Ticks : (Deadline - now) / (TriesLeft + 1);
        if (_limit > 0)
        {
            _timer ??= new TryTimer(this);
            context.Poller.Timers.Schedule(_timer, now + _limit);
        }
    }

    private void StopTimer()
    {
        if (_timer is { IsScheduled: true } timer)
        {
            context.Poller.Timers.Cancel(timer);
        }
    }

    private void OnTryOver()
    {
        var limit = TimeSpan.FromTicks(_limit).ToString("c", CultureInfo.InvariantCulture);
        if (_resolving != 0)
        {
            _resolving = 0;
            Next(new CloseInfo(CloseReason.TimedOut, AccelioStatus.AddressError, $"its name was not resolved within {limit}, its share of the time"), isAnswer: true);
            return;
        }

        if (_pending is { } link)
        {
            WasSilent |= link.Machine.HasConnected;
            _pending = null;
            link.Leave(this);
        }
        else
        {
            WasSilent = true;
            user.OnAnswerMissing(this);
        }

        Next(new CloseInfo(CloseReason.TimedOut, AccelioStatus.Timeout, $"no answer within {limit}, its share of the time"));
    }

    private sealed class TryTimer(Route route) : WheelTimer
    {
        /// <inheritdoc/>
        public override void OnTimer(long now) => route.OnTryOver();
    }
}
