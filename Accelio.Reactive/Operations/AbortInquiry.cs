using Accelio.Reactive.Engine;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>
/// Messages that are given up together: notes what is certain at once, and waits for what the peer makes of the others, for a limited time. Context only, but for waiting.
/// </summary>
internal sealed class AbortInquiry : IAbortListener
{
    private readonly PollerContext _context;
    private readonly long _limit;
    private readonly Signal _settled;
    private readonly HashSet<long> _open = [];
    private readonly HashSet<ConnectionMachine> _connections = [];
    private readonly LimitTimer _timer;

    /// <summary>Begins; waits at most so long, in ticks, <see cref="long.MaxValue"/> for no limit.</summary>
    public AbortInquiry(PollerContext context, long limit)
    {
        _context = context;
        _limit = limit;
        _settled = new Signal(context);
        _timer = new LimitTimer(this);
    }

    /// <summary>What became of the messages; all of them once <see cref="SettledAsync"/> has completed.</summary>
    public List<AbortRun> Runs { get; } = [];

    /// <summary>Gives a message up; its id is taken first, for once it has ended it may serve another call.</summary>
    public void Abort(OutgoingMessage message, MessageId id)
    {
        var outcome = AbortOutcome.NotSent;
        if (message.Connection is { } connection)
        {
            if (_connections.Add(connection))
            {
                connection.HoldGivenUp();
            }

            outcome = connection.EndLocally(message, new Failure(FailureKind.Aborted, AccelioStatus.MessageCanceled, "The message was aborted by its sender."), this);
        }

        if (outcome == AbortOutcome.Requested)
        {
            _open.Add(id.Value);
        }
        else
        {
            Runs.Add(new AbortRun(id, outcome));
        }
    }

    /// <summary>No more messages: the peer is told, and the time runs.</summary>
    public void Begin()
    {
        foreach (var connection in _connections)
        {
            connection.TellGivenUp();
        }

        if (_open.Count == 0)
        {
            _settled.Set();
        }
        else if (_limit != long.MaxValue)
        {
            _context.Poller.Timers.Schedule(_timer, _context.Poller.Now + _limit);
        }
    }

    /// <summary>Completes when every message has its outcome. Any thread.</summary>
    public ValueTask SettledAsync() => _settled.WaitAsync();

    /// <inheritdoc/>
    public void OnOutcome(MessageId id, AbortOutcome outcome)
    {
        if (!_open.Remove(id.Value))
        {
            return;
        }

        Runs.Add(new AbortRun(id, outcome));
        if (_open.Count == 0)
        {
            _context.Poller.Timers.Cancel(_timer);
            _settled.Set();
        }
    }

    private void GiveUpWaiting()
    {
        foreach (var id in _open)
        {
            Runs.Add(new AbortRun(new MessageId(id), AbortOutcome.Requested));
        }

        _open.Clear();
        _settled.Set();
    }

    private sealed class LimitTimer(AbortInquiry inquiry) : WheelTimer
    {
        /// <inheritdoc/>
        public override void OnTimer(long now) => inquiry.GiveUpWaiting();
    }
}
