using System.Runtime.CompilerServices;
using Accelio.Reactive.Engine;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <content>The end: of every part on its context, joined on the home context.</content>
internal sealed partial class WideSession
{
    // Of a close; before that, servers: of the wait for the first connection.
    private readonly LimitTimer _limit;
    private bool _closesHere;

    /// <inheritdoc/>
    public override ValueTask DrainAsync(CancellationToken cancellationToken = default)
    {
        Home.Poller.DemandCaller();
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        RunAtHome(BeginDrain);
        return _closed.WaitUntilAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        RunAtHome(BeginClose);
        Home.RunLast();
        GC.SuppressFinalize(this);
        return _closed.WaitAsync();
    }

    /// <inheritdoc/>
    void IContextResident.Close() => BeginClose();

    /// <inheritdoc/>
    void IContextResident.Abort() => AbortNow();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            RunAtHome(AbortNow);
            Home.RunLast();
        }
    }

    /// <summary>Begins to drain every part. Home context only.</summary>
    internal void BeginDrain()
    {
        if (_parts.Length == 0)
        {
            BeginClose();
            return;
        }

        _closesHere = true;
        ForEachPart(static part => part.BeginDrain());
    }

    /// <summary>Begins to close every part. Home context only.</summary>
    internal void BeginClose()
    {
        if (IsOver)
        {
            return;
        }

        _closesHere = true;
        if (_parts.Length == 0)
        {
            End(new CloseInfo(CloseReason.ClosedLocally, AccelioStatus.SessionClosed, string.Empty));
            return;
        }

        if (_state == SessionState.Established)
        {
            _state = SessionState.Closing;
            _events.Push(new SessionClosing(false));
        }

        if (_options.CloseTimeout != Timeout.InfiniteTimeSpan)
        {
            // Each part has this limit, too; a context that is busy for longer does not make the others wait.
            Home.Poller.Timers.Cancel(_limit);
            Home.Poller.Timers.Schedule(_limit, Home.Poller.Now + (2 * Math.Min(_options.CloseTimeout.Ticks, TimeSpan.TicksPerDay)));
        }

        ForEachPart(static part => part.BeginClose());
    }

    /// <summary>Servers: a session that was accepted too late.</summary>
    internal void Refuse() => RunAtHome(() => End(new CloseInfo(CloseReason.ClosedLocally, AccelioStatus.SessionAborted, "The server was closed before the session was accepted.")));

    /// <summary>Cuts every part off and ends. Home context only.</summary>
    internal void AbortNow() => AbortAs(new CloseInfo(CloseReason.ClosedLocally, AccelioStatus.SessionAborted, string.Empty));

    private void AbortAs(in CloseInfo info)
    {
        if (IsOver)
        {
            return;
        }

        var parts = _parts;
        _messages.Cut(FailureExceptions.Create(info, connection: null));
        End(info);
        foreach (var part in parts)
        {
            part.RunOnContext(part.AbortNow);
        }
    }

    private void ForEachPart(Action<SessionCore> action)
    {
        foreach (var part in _parts)
        {
            part.RunOnContext(() => action(part));
        }
    }

    private void End(in CloseInfo info)
    {
        if (IsOver)
        {
            return;
        }

        _state = SessionState.Closed;
        _parts = [];
        _lanes = [];
        _end = new StrongBox<CloseInfo>(info);
        Home.Poller.Timers.Cancel(_limit);
        var error = FailureExceptions.Create(info, connection: null);
        _requests.End(error);
        _receipts.End(error);
        _errors.End(null);
        _events.Push(new SessionClosed(info.Reason, info.Status, info.Detail));
        _events.End(null);
        _settled.Set();
        _messages.End(error, OnStreamsEnded);
    }

    private void OnStreamsEnded()
    {
        if (_wireId is { } id)
        {
            _server!.Directory.Remove(id, this);
        }

        _server?.SessionEnded(this);
        Home.Deliveries.Add(new ClosedNotice(_closed, Home, this, _holdsSharedContext));
    }

    private sealed class LimitTimer(WideSession session) : WheelTimer
    {
        /// <inheritdoc/>
        public override void OnTimer(long now) => session.OnLimit();
    }
}
