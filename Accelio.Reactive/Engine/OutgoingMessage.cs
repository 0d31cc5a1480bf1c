using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Accelio.Transports;
using Accelio.Transports.Polling;

namespace Accelio.Reactive.Engine;

/// <summary>
/// A request or one-way message on its way, with everything the engine keeps about it. It ends exactly once, by <see cref="Succeed"/> or <see cref="Fail"/>, and not before the link has let go of
/// the caller's memory. Pooled by the shell. Poller only.
/// </summary>
internal abstract partial class OutgoingMessage : OutgoingTask, IRetentionListener
{
    private readonly DeadlineTimer _timer;
    private MemoryHandle _responsePin;
    private MessageCore? _answer;
    private Failure _failure;
    private long _due = long.MaxValue;
    private bool _isOffered;

    // When the timer is due that is in the wheel; kept here, so that most messages need not look at the timer.
    private long _timerDue = long.MaxValue;

    protected OutgoingMessage()
    {
        _timer = new DeadlineTimer(this);
        TakesWhole = true;
    }

    /// <summary>The body.</summary>
    public ReadOnlySequence<byte> Payload { get; set; }

    /// <summary>The user header.</summary>
    public ReadOnlyMemory<byte> Header { get; set; }

    /// <summary>Requests: where the caller wants the response; may be empty.</summary>
    public Memory<byte> ResponseBuffer { get; set; }

    /// <summary>What it waits for.</summary>
    public OutgoingKind Kind { get; set; }

    /// <summary>Flags for the session header.</summary>
    public uint Flags { get; set; }

    /// <summary>Whether the last-in-batch mark travels.</summary>
    public bool LastInBatch { get; set; }

    /// <summary>The caller's id.</summary>
    public MessageId Id { get; set; }

    /// <summary>The caller's tag; 0 for none.</summary>
    public long Tag { get; set; }

    /// <summary>Requests: what is asked of memory that the peer has shared; null for those that its handlers get.</summary>
    internal RemoteRequest? Remote { get; set; }

    /// <summary>The serial number on its connection; once it was sent.</summary>
    internal ulong Serial { get; set; }

    /// <summary>Time for the answer in ticks; <see cref="long.MaxValue"/> for no limit.</summary>
    public long TimeLimit { get; set; }

    /// <summary>How much of the time for the answer is left, in ticks; <see cref="long.MaxValue"/> without a limit.</summary>
    internal long RestAt(long now) => _due == long.MaxValue ? long.MaxValue : _due - now;

    /// <summary>Whether the caller asked for a receipt of a request.</summary>
    public bool WantsReceipt { get; set; }

    /// <summary>Messages with a receipt: whether the peer's application took it.</summary>
    public bool Accepted { get; set; }

    /// <summary>Whether the memory is a copy of the library's own: its end need not wait until the link lets go of it.</summary>
    public bool OwnsMemory { get; init; }

    /// <summary>What holds the body, when the library does that itself and nobody need wait for the link.</summary>
    public HeldBody? Body { get; set; }

    /// <summary>Where it is.</summary>
    public OutgoingState State { get; private set; }

    /// <summary>Bytes charged to the window: user header and body.</summary>
    public long Charge { get; private set; }

    /// <summary>Whether the object stays with one poller, so that its timer may stay in the wheel between two uses.</summary>
    protected bool IsLocal { get; set; }

    /// <summary>Neighbours in the queue of the connection.</summary>
    internal OutgoingMessage? PreviousQueued, NextQueued;

    /// <summary>Whether the link still refers to the body.</summary>
    public bool IsReferenced { get; private set; }

    /// <summary>Whether the link is putting the response into the caller's buffer, or the peer's device may.</summary>
    public bool IsReceiving { get; private set; }

    /// <summary>What the caller's buffer for the response threw when it was needed.</summary>
    public Exception? BufferFault { get; private set; }

    /// <summary>Whether the caller chose the connection, and no other will do.</summary>
    internal virtual bool IsBound => false;

    /// <summary>Whether the message has an answer to wait for.</summary>
    public bool ExpectsAnswer => Kind != OutgoingKind.OneWay;

    /// <summary>The connection takes it over.</summary>
    internal void Begin(ConnectionMachine connection, long charge)
    {
        if (!ReferenceEquals(Connection, connection))
        {
            Connection = connection;
        }

        Charge = charge;
        State = OutgoingState.Queued;
        if (TimeLimit != long.MaxValue)
        {
            SetDeadline(connection.Now + TimeLimit);
        }
    }

    /// <summary>The link has taken it.</summary>
    internal void MarkSent(bool referenced)
    {
        if (Body is not null)
        {
            if (Body.IsKept)
            {
                referenced = false;
            }
            else if (referenced)
            {
                // From now on the link's.
                Body = null;
                referenced = false;
            }
            else
            {
                ReleaseBody();
            }
        }

        State = OutgoingState.Sent;
        IsReferenced = referenced;
        if (Kind == OutgoingKind.OneWay)
        {
            Succeed(null);
        }
    }

    /// <inheritdoc/>
    public override unsafe void OnArrival(ref InboundFrame frame)
    {
        if (frame.Body is not null || frame.BodyLength == 0)
        {
            return;
        }

        if (ResponseBuffer.IsEmpty || (frame.IsWritten && !(_isOffered && frame.BodyLength <= ResponseBuffer.Length)))
        {
            // What the peer says to have written where nothing was offered ends the link.
            frame.Placement = PlacementKind.Pool;
        }
        else if (frame.BodyLength > ResponseBuffer.Length)
        {
            frame.Placement = PlacementKind.Discard;
        }
        else if (IsReceiving || TryPinBuffer())
        {
            IsReceiving = true;
            frame.Placement = PlacementKind.Destination;
            frame.Destination = (byte*)_responsePin.Pointer;
            frame.DestinationRegion = MemoryMarshal.TryGetMemoryManager<byte, RegisteredMemory>(ResponseBuffer, out var memory) ? memory.Region : null;
        }
        else
        {
            frame.Placement = PlacementKind.Discard;
        }
    }

    /// <summary>Offers the caller's registered buffer to the peer's device, which may write the response into it: from now on the buffer is in use, until the answer is here or the link is gone.</summary>
    internal unsafe RoomEntry Offer(IDirectAccess devices)
    {
        if (!MemoryMarshal.TryGetMemoryManager<byte, RegisteredMemory>(ResponseBuffer, out var memory) || !TryPinBuffer())
        {
            return default;
        }

        IsReceiving = true;
        _isOffered = devices.TryOffer(memory.Region, (byte*)_responsePin.Pointer, ResponseBuffer.Length, out var offer);
        if (!_isOffered)
        {
            EndReceiving();
        }

        return offer;
    }

    /// <inheritdoc/>
    public override void OnResponse(LinkMachine link, ref InboundFrame frame) => Connection!.OnAnswer(this, ref frame);

    /// <summary>The bytes in the caller's buffer are complete, or will never be.</summary>
    internal void EndReceiving()
    {
        if (IsReceiving)
        {
            IsReceiving = false;
            _isOffered = false;
            _responsePin.Dispose();
            _responsePin = default;
        }
    }

    /// <inheritdoc/>
    public override void OnReleased()
    {
        base.OnReleased();
        IsReferenced = false;
        if (State == OutgoingState.Ended)
        {
            Report();
        }
    }

    /// <inheritdoc/>
    public override void OnConnectionClosed(in Failure failure)
    {
        EndReceiving();
        if (State == OutgoingState.Ended)
        {
            Report();
        }
        else
        {
            Fail(failure.For(State == OutgoingState.Sent));
        }
    }

    /// <summary>The answer is there (with its one lease), or none was expected. Ends the message.</summary>
    internal void Succeed(MessageCore? answer)
    {
        if (State is OutgoingState.Queued or OutgoingState.Sent && !MustWait)
        {
            // Nearly always: there is nothing to wait for.
            Finish();
            Completed(answer);
            return;
        }

        _answer = answer;
        End();
    }

    /// <summary>Ends the message without success.</summary>
    internal void Fail(in Failure failure)
    {
        _failure = WasSentBefore ? failure with { MayHaveExecuted = true } : failure;
        End();
    }

    /// <summary>The message has left and only its memory is waited for; the caller does not want to wait for ever.</summary>
    internal void EndWaiting(in Failure failure)
    {
        if (State == OutgoingState.Ended && _failure.Kind == FailureKind.None && Kind == OutgoingKind.OneWay)
        {
            _failure = failure;
            LimitWaiting();
        }
    }

    /// <summary>A half-received answer was completed after the message had ended here.</summary>
    internal void ReportIfEnded()
    {
        if (State == OutgoingState.Ended)
        {
            Report();
        }
    }

    /// <summary>Tells the caller: the answer with its lease, or null where none was expected.</summary>
    protected abstract void Completed(MessageCore? answer);

    /// <summary>Tells the caller.</summary>
    protected abstract void Failed(in Failure failure);

    /// <summary>Makes the object ready for the next use, but for the connection, which may be the same.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected virtual void Reset()
    {
        if (!ResponseBuffer.IsEmpty)
        {
            ResponseBuffer = default;
            BufferFault = null;
        }

        Flags = 0;
        WantsReceipt = false;
        Accepted = false;
        LastInBatch = false;
        Remote = null;
        Idempotent = false;
        WasSentBefore = false;
        State = OutgoingState.Idle;
    }

    /// <summary>The body that the library holds is not sent, or has been copied.</summary>
    protected void ReleaseBody()
    {
        if (Body is { } body)
        {
            Body = null;
            body.EndKeeping();
        }
    }

    /// <summary>Takes the timer out of the wheel, where it may have been left for the next use.</summary>
    protected void StopTimer()
    {
        if (_timerDue != long.MaxValue)
        {
            _timerDue = long.MaxValue;
            Connection!.Timers.Cancel(_timer);
        }
    }

    private bool TryPinBuffer()
    {
        try
        {
            _responsePin = ResponseBuffer.Pin();
            return true;
        }
        catch (Exception exception)
        {
            BufferFault = exception;
            return false;
        }
    }

    private bool MustWait => (IsReferenced && !OwnsMemory) || IsReceiving || _isRetained;

    private void End()
    {
        if (State is OutgoingState.Ended or OutgoingState.Done)
        {
            return;
        }

        ClearDeadline();
        State = OutgoingState.Ended;
        if (IsReceiving && _failure.Kind != FailureKind.None)
        {
            StopReceiving();
        }

        if (MustWait)
        {
            if (_failure.Kind != FailureKind.None)
            {
                LimitWaiting();
            }

            return;
        }

        Report();
    }

    /// <summary>Nobody wants the answer any more that is being received: where the transport can throw the rest away, the caller has his buffer back at once.</summary>
    private unsafe void StopReceiving()
    {
        if (Connection!.Machine.Link.TryDiscard((byte*)_responsePin.Pointer))
        {
            EndReceiving();
        }
    }

    /// <summary>The caller's memory may still be touched: waits for the link to let go, but not for ever.</summary>
    private void LimitWaiting()
    {
        var limit = Connection!.Settings.AbortTimeout;
        if (limit != long.MaxValue)
        {
            SetDeadline(Connection.Now + limit);
        }
    }

    private void Report()
    {
        if (MustWait || State == OutgoingState.Done)
        {
            return;
        }

        Finish();
        var answer = _answer;
        _answer = null;
        if (_failure.Kind == FailureKind.None)
        {
            Completed(answer);
        }
        else
        {
            var failure = _failure;
            _failure = default;
            Failed(failure);
        }
    }

    private void Finish()
    {
        ClearDeadline();
        ReleaseBody();
        ReleaseCopy();
        State = OutgoingState.Done;
    }

    // A timer that is in the wheel already, and not too late, is left there: it finds out itself that its time has not come. Most requests thus never touch the wheel.
    private void SetDeadline(long due)
    {
        _due = due;
        if (_timerDue > due)
        {
            _timerDue = due;
            Connection!.Timers.Schedule(_timer, due);
        }
    }

    private void ClearDeadline()
    {
        _due = long.MaxValue;
        if (!IsLocal)
        {
            StopTimer();
        }
    }

    private void OnTimer(long now)
    {
        _timerDue = long.MaxValue;
        if (_due <= now)
        {
            OnDeadline();
        }
        else if (_due != long.MaxValue)
        {
            SetDeadline(_due);
        }
    }

    private void OnDeadline()
    {
        _due = long.MaxValue;
        if (State == OutgoingState.Ended)
        {
            // Others on the link end with it, and not in good order.
            var error = IsReceiving ? LinkError.BodyStalled : LinkError.SendStalled;
            Connection!.Machine.Link.Abort(error, "the memory of an ended call was still in use by the link after AbortTimeout");
            return;
        }

        Connection!.EndLocally(this, TimedOut());
    }

    /// <summary>The failure of a request whose time is over.</summary>
    internal Failure TimedOut() => new(
        FailureKind.TimedOut,
        AccelioStatus.Timeout,
        $"No answer within {TimeSpan.FromTicks(TimeLimit)}. Raise Timeout of the message or RequestTimeout of the session if the peer may take longer.");

    private sealed class DeadlineTimer(OutgoingMessage message) : WheelTimer
    {
        /// <inheritdoc/>
        public override void OnTimer(long now) => message.OnTimer(now);
    }
}
