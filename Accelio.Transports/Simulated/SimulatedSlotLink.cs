using System.Net;
using Accelio.Transports.Memory;
using Accelio.Transports.Polling;
using Accelio.Transports.Wire;

namespace Accelio.Transports.Simulated;

/// <summary>
/// A link of the RDMA shape in memory: every message is one send into one posted slot, counted by exact transport credits of which the last is kept
/// for a NOP; large bodies are announced, fetched by the receiver, and acknowledged. Messages are encoded as on RDMA.
/// </summary>
/// <remarks>
/// What differs from RDMA: a body is announced as one entry whose address is an id, and the owner of the memory copies what a read asks for, on its own
/// thread; every fetched body is acknowledged with a READ ack that names the id, those of requests too, so that a sender need not await an answer.
/// </remarks>
internal sealed unsafe partial class SimulatedSlotLink : Link, IFlushable, ISimulatedEnd
{
    private const int MinDepth = 8;
    private const int MaxDepth = 1024;

    private readonly SimulatedListener? _listener;
    private readonly SimulatedPacketStore _messages;
    private readonly SlotLinkWork _receiving;
    private readonly SlotLinkWork _closing;
    private readonly SlotLinkTimer _timer;
    private readonly int _depth;
    private ILinkSink _sink = null!;
    private SlotLinkState _state;
    private LinkError _error;
    private string _detail = "";
    private long _setupBegan;

    /// <summary>Creates a link that is not connected.</summary>
    public SimulatedSlotLink(in SimulatedLinkPlan plan, LinkOptions options)
    {
        Poller = plan.Poller;
        Options = options;
        IsClient = plan.IsClient;
        _listener = plan.Listener;
        _depth = Math.Clamp(plan.Options.SlotDepth, MinDepth, MaxDepth);
        var slotLength = Math.Max(options.BufferSize, RdmaNexus.MaxFrame);
        _messages = new SimulatedPacketStore(plan.Poller, slotLength);
        _reads = new SimulatedPacketStore(plan.Poller, ReadLength);
        _slots = new SlotMemory(plan.Poller, slotLength, 2 * _depth);
        _slotLength = slotLength;
        _limits = RdmaFrameLimits.From(options);
        _receiving = new SlotLinkWork(Receive);
        _closing = new SlotLinkWork(FinishClose);
        _timer = new SlotLinkTimer(this);
        Port = new SimulatedPort(plan.Poller, this, plan.Local, plan.Remote);
    }

    /// <inheritdoc/>
    public override LinkKind Kind => LinkKind.Slots;

    /// <inheritdoc/>
    public override bool IsClient { get; }

    /// <inheritdoc/>
    public override Poller Poller { get; }

    /// <inheritdoc/>
    public override LinkOptions Options { get; }

    /// <inheritdoc/>
    public SimulatedPort Port { get; }

    /// <inheritdoc/>
    public override EndPoint LocalEndPoint => Port.Local;

    /// <inheritdoc/>
    public override EndPoint RemoteEndPoint => Port.Remote;

    /// <inheritdoc/>
    public override ReadOnlySpan<Slab> ReceiveBuffers => _slots.Slabs;

    /// <summary>Gives the link its sink, before anything else.</summary>
    public void AttachSink(ILinkSink sink) => _sink = sink;

    /// <inheritdoc/>
    public override void Close()
    {
        if (_state == SlotLinkState.Opening)
        {
            Fail(LinkError.None, "closed here before the link was open");
        }
        else if (_state is SlotLinkState.SettingUp or SlotLinkState.Ready)
        {
            _state = SlotLinkState.Flushing;
            Poller.NoteClosing(this);
            _paused = false;
            _sendProgress = Poller.Now;
            ScheduleReceive();
            MarkDirty();
        }
    }

    /// <inheritdoc/>
    public override void Abort(LinkError error, string detail) => Fail(error, detail);

    /// <inheritdoc/>
    public void OnConnected()
    {
        if (_state != SlotLinkState.Opening)
        {
            return;
        }

        _state = SlotLinkState.SettingUp;
        _setupBegan = Poller.Now;
        Arm(Deadline(_setupBegan, Options.SetupTimeout));
        PostSlots(1);

        // That one is for the set-up alone.
        _slotsWanted = 0;
        _peerCredits = 1;
        _sink.OnOpened(this);
    }

    /// <inheritdoc/>
    public void OnRefused(string reason) => Fail(LinkError.ConnectFailed, reason);

    /// <inheritdoc/>
    public void OnHungUp(bool abrupt)
    {
        if (abrupt)
        {
            Fail(LinkError.TransportFailed, "connection reset by the peer");
            return;
        }

        // What was sent before is in the slots: it is delivered first.
        _peerEnded = true;
        ScheduleReceive();
    }

    /// <summary>Looks at everything that is limited in time.</summary>
    public void OnTimer(long now)
    {
        var next = long.MaxValue;
        if (_state == SlotLinkState.SettingUp && Expired(Deadline(_setupBegan, Options.SetupTimeout), now, ref next))
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

        if (_state != SlotLinkState.Closed)
        {
            Arm(next);
        }
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

    private void Fail(LinkError error, string detail)
    {
        if (_state == SlotLinkState.Closed)
        {
            return;
        }

        _state = SlotLinkState.Closed;
        _error = error;
        _detail = detail;
        Poller.Timers.Cancel(_timer);
        Port.HangUp(abrupt: error != LinkError.None);
        Poller.Enqueue(_closing);
    }

    // Outside of every call of the sink: releases, the last question about the buffers, the last word.
    private void FinishClose()
    {
        Poller.NoteClosed(this);
        while (_exposed.TryRemoveAny(out var token))
        {
            if (token is not null)
            {
                _sink.OnReleased(this, token);
            }
        }

        if (_slots.DeliveredCount > 0)
        {
            _sink.OnReceiveBufferReuse(this);
        }

        DropArrived(_requests);
        DropArrived(_responses);
        DropQueued();
        _slots.Close();
        _messages.Close();
        _reads.Close();
        _listener?.OnLinkClosed();
        _sink.OnClosed(this, _error, _detail);
    }
}
