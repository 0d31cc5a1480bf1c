using Accelio.Transports.Memory;
using Accelio.Transports.Polling;
using Accelio.Transports.Wire;

namespace Accelio.Transports.Slots;

/// <summary>
/// A link of the RDMA shape: every message is one send into one posted slot, counted by exact transport credits of which the last is kept for a
/// NOP; large bodies are announced, fetched by the receiver, and acknowledged. What carries the messages is the derived class's business: RDMA
/// queue pairs, or packets in memory.
/// </summary>
internal abstract unsafe partial class SlotLink : Link, IFlushable
{
    private readonly SlotLinkWork _receiving;
    private readonly SlotLinkWork _closing;
    private readonly SlotLinkTimer _timer;
    private readonly int _depth;
    private ILinkSink? _sink;
    private LinkError _error;
    private string _detail = "";
    private long? _opening;
    private long _setupBegan;

    /// <summary>Creates a link that is not connected.</summary>
    /// <param name="poller">Its poller.</param>
    /// <param name="options">Its settings.</param>
    /// <param name="isClient">Whether it dials.</param>
    /// <param name="depth">Slots that it posts.</param>
    protected SlotLink(Poller poller, LinkOptions options, bool isClient, int depth)
    {
        Poller = poller;
        Options = options;
        IsClient = isClient;
        _depth = depth;
        SlotLength = Math.Max(options.BufferSize, RdmaNexus.MaxFrame);
        _slots = new SlotMemory(poller, SlotLength, 2 * depth);
        _limits = RdmaFrameLimits.From(options);
        _receiving = new SlotLinkWork(Receive);
        _closing = new SlotLinkWork(FinishClose);
        _timer = new SlotLinkTimer(this);
    }

    /// <inheritdoc/>
    public sealed override LinkKind Kind => LinkKind.Slots;

    /// <inheritdoc/>
    public sealed override bool IsClient { get; }

    /// <inheritdoc/>
    public sealed override Poller Poller { get; }

    /// <inheritdoc/>
    public sealed override LinkOptions Options { get; }

    /// <inheritdoc/>
    public sealed override ReadOnlySpan<Slab> ReceiveBuffers => _slots.Slabs;

    /// <summary>How far the link has come.</summary>
    protected SlotLinkState State { get; private set; }

    /// <summary>Bytes of a slot and of a message.</summary>
    protected int SlotLength { get; }

    /// <summary>Bodies that the peer may fetch.</summary>
    protected ExposedBodies Exposed { get; } = new();

    /// <summary>Gives the link its sink, before anything is delivered.</summary>
    public void AttachSink(ILinkSink sink) => _sink = sink;

    /// <inheritdoc/>
    public sealed override void Close()
    {
        if (State == SlotLinkState.Opening)
        {
            Fail(LinkError.None, "closed here before the link was open");
        }
        else if (State is SlotLinkState.SettingUp or SlotLinkState.Ready)
        {
            State = SlotLinkState.Flushing;
            Poller.NoteClosing(this);
            _paused = false;
            _sendProgress = Poller.Now;
            ScheduleReceive();
            MarkDirty();
        }
    }

    /// <inheritdoc/>
    public sealed override void Abort(LinkError error, string detail) => Fail(error, detail);

    /// <summary>Looks at everything that is limited in time.</summary>
    public void OnTimer(long now)
    {
        var next = long.MaxValue;
        if (State == SlotLinkState.Opening && _opening is { } began && Expired(Deadline(began, Options.ConnectTimeout), now, ref next))
        {
            Fail(LinkError.ConnectTimeout, $"connect to {RemoteEndPoint}: no answer within {TimeSpan.FromTicks(Options.ConnectTimeout)}");
        }
        else if (State == SlotLinkState.SettingUp && Expired(Deadline(_setupBegan, Options.SetupTimeout), now, ref next))
        {
            Fail(LinkError.SetupTimeout, "no set-up message in time");
        }
        else if (_fetched is not null && Expired(Deadline(_fetchProgress, Options.BodyProgressTimeout), now, ref next))
        {
            Fail(LinkError.BodyStalled, $"body: {_fetchedLength} of {_fetched.Frame.BodyLength} bytes fetched");
        }
        else if (QueuedBytes > 0 && Expired(Deadline(_sendProgress, Options.SendProgressTimeout), now, ref next))
        {
            Fail(LinkError.SendStalled, $"the peer took none of {QueuedBytes} bytes for {TimeSpan.FromTicks(Options.SendProgressTimeout)}");
        }

        if (State != SlotLinkState.Closed)
        {
            Arm(next);
        }
    }

    /// <summary>Limits the time for <see cref="Opened"/>, from now on.</summary>
    protected void BeginOpening()
    {
        _opening = Poller.Now;
        Arm(Deadline(Poller.Now, Options.ConnectTimeout));
    }

    /// <summary>The other end is there, and the slot for its set-up message is posted (<see cref="PostFirstSlot"/>).</summary>
    protected void Opened()
    {
        if (State != SlotLinkState.Opening)
        {
            return;
        }

        State = SlotLinkState.SettingUp;
        _setupBegan = Poller.Now;
        Arm(Deadline(_setupBegan, Options.SetupTimeout));
        _peerCredits = 1;
        _sink!.OnOpened(this);
        ScheduleReceive();
    }

    /// <summary>The other end sends nothing more: what it sent before is in the slots and is delivered first.</summary>
    protected void PeerEnded()
    {
        _peerEnded = true;
        ScheduleReceive();
    }

    /// <summary>Closes the link with a reason; the first one stands.</summary>
    protected void Fail(LinkError error, string detail)
    {
        if (State == SlotLinkState.Closed)
        {
            return;
        }

        State = SlotLinkState.Closed;
        _error = error;
        _detail = detail;
        Poller.Timers.Cancel(_timer);
        HangUp(abrupt: error != LinkError.None);
        Poller.Enqueue(_closing);
    }

    private static long Deadline(long since, long limit) => limit < long.MaxValue - since ? since + limit : long.MaxValue;

    private static bool Expired(long deadline, long now, ref long next)
    {
        next = Math.Min(next, deadline);
        return now >= deadline;
    }

    private void Arm(long deadline)
    {
        if (deadline != long.MaxValue && (!_timer.IsScheduled || _timer.DueTime > deadline))
        {
            Poller.Timers.Schedule(_timer, deadline);
        }
    }

    // Outside of every call of the sink: releases, the last question about the buffers, the last word. A link that was never shown to a
    // sink has nobody to tell.
    private void FinishClose()
    {
        Poller.NoteClosed(this);
        Detach();
        ReleaseEarly();
        while (Exposed.TryRemoveAny(out var token))
        {
            if (token is not null)
            {
                _sink!.OnReleased(this, token);
            }
        }

        if (_slots.DeliveredCount > 0)
        {
            AskForReuse();
        }

        DropArrived(_filled);
        DropArrived(_requests);
        DropArrived(_responses);
        DropQueued();
        _slots.Close();
        OnLinkClosed(_error, _detail);
        _sink?.OnClosed(this, _error, _detail);
    }
}
