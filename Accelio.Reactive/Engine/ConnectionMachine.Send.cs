using System.Buffers;
using System.Runtime.CompilerServices;
using Accelio.Transports;
using Accelio.Transports.Wire;

namespace Accelio.Reactive.Engine;

/// <content>Requests and one-way messages on their way out: admission, order, numbering (wire protocol, sections 6 and 12).</content>
internal sealed partial class ConnectionMachine
{
    private OutgoingMessage? _firstQueued;
    private OutgoingMessage? _lastQueued;
    private bool _isDraining;
    private Exception? _memoryFault;

    /// <summary>Messages that wait for their turn.</summary>
    public int QueuedMessages { get; private set; }

    /// <summary>Bytes of those, headers and bodies.</summary>
    public long QueuedBytes { get; private set; }

    /// <summary>Whether a message would leave at once.</summary>
    public bool CanSendNow => State == ConnectionState.Online && _firstQueued is null && _send.IsOpen && !_linkIsGone && !Link.IsCongested && Tasks.HasRoom;

    /// <summary>Takes a message over: sends it, or queues it in order until window and link allow.</summary>
    internal void Submit(OutgoingMessage message)
    {
        message.Begin(this, message.Header.Length + message.Payload.Length);
        if (CanSendNow)
        {
            Transmit(message);
        }
        else if (_isMoving || IsTaking)
        {
            Enqueue(message);
        }
        else
        {
            message.Fail(_drains ? Draining : _closeInfo.ToFailure());
            return;
        }

        if (_handlersAtWork != 0)
        {
            GiveWay();
        }
    }

    /// <summary>Sends a message whose bytes need not be kept, because the link copies them; only after <see cref="CanSendNow"/> and <see cref="IsCopied"/>.</summary>
    internal void SubmitNow(OutgoingMessage message, in OutboundMessage content)
    {
        if (message.Kind == OutgoingKind.Request && message.ResponseBuffer.IsEmpty && SaysNothing(message) && MayBePlain(content) && content.TryRead(out var body))
        {
            message.Begin(this, body.Length);
            TransmitPlain(message, body);
        }
        else
        {
            SubmitFrame(message, content);
        }

        if (_handlersAtWork != 0)
        {
            GiveWay();
        }
    }

    // Between our own peers, of which each knows what room the other has, and where nothing is kept: most messages are plain.
    private bool MayBePlain(in OutboundMessage content) => content.PayloadLength <= Link.LongestPlain && content.Header.IsEmpty && _agreedRoom != 0 && !_retains && !_linkIsGone;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void TransmitPlain(OutgoingMessage message, ReadOnlySpan<byte> body)
    {
        var tasks = Tasks;
        tasks.Add(message);
        message.Serial = _nextSerial++;
        _receive.TakeOwed(ushort.MaxValue, out var messages, out var bytes);
        var session = new SessionWords(_peerId, message.Flags, message.Serial, _nextRequestSn++, (ushort)(_expectedRequestSn - 1), (ushort)messages, bytes);
        Link.SendPlain(FrameType.Request, message.TaskId, message.LastInBatch, session, body, tasks.Count);
        _sentBytes += body.Length;
        _send.Charge(expectsAnswer: true, body.Length);
        message.MarkSent(referenced: false);
    }

    [MethodImpl(MethodImplOptions.NoInlining)] // Its large frame would be cleared by every caller, whatever way he goes.
    private void SubmitFrame(OutgoingMessage message, in OutboundMessage content)
    {
        scoped OutboundFrame frame = default;
        Begin(ref frame, message.Kind == OutgoingKind.Request ? FrameType.Request : FrameType.OneWay);

        // What the caller's memory throws here is thrown at the caller: nothing has begun.
        if (!content.Header.IsEmpty)
        {
            frame.UserHeader = LeasedMemory.Read(content.Header);
        }

        SetBody(ref frame, content, token: null);
        message.Begin(this, content.Header.Length + content.PayloadLength);
        Transmit(message, ref frame);
    }

    /// <summary>Sends a one-way message for which nobody waits and whose body the link may copy, or refer to if the library holds it; only after <see cref="CanSendNow"/>.</summary>
    internal SendStatus SendOneWay(in OutboundMessage message, uint flags, ReceiptTask? receiptTask, HeldBody? held = null)
    {
        var frame = NewFrame(FrameType.OneWay);
        frame.Header.Flags = flags;
        frame.Header.LastInBatch = (message.Options & MessageOptions.LastInBatch) != 0;
        frame.UserHeader = LeasedMemory.Read(message.Header);
        SetBody(ref frame, message, held);
        if (receiptTask is not null)
        {
            receiptTask.Connection = this;
            Tasks.Add(receiptTask);
            frame.Header.LocalTask = receiptTask.TaskId;
        }

        frame.Header.Serial = _nextSerial;
        NumberRequest(ref frame.Header);
        var status = Hand(ref frame);
        if (status > SendStatus.Referenced)
        {
            UndoNumbering(frame.Header);
            if (receiptTask is not null)
            {
                Tasks.Remove(receiptTask);
            }

            return status;
        }

        _nextSerial++;
        var charge = message.Header.Length + message.PayloadLength;
        _sentBytes += charge;
        _send.Charge(receiptTask is not null, charge);
        if (_retains)
        {
            Retain(frame, receiptTask, held, charge, status == SendStatus.Referenced);
            return held is null ? status : SendStatus.Referenced;
        }

        return status;
    }

    /// <summary>Sends what is queued as far as window and link allow; then the FIN, if one waits.</summary>
    internal void Drain()
    {
        if (_isDraining || _isMoving || _linkIsGone)
        {
            return;
        }

        // Completing a message may run user code that submits the next one: that one queues up behind the others.
        _isDraining = true;
        while (_firstQueued is { } message && State is ConnectionState.Online or ConnectionState.FinQueued && _send.IsOpen && !_linkIsGone && !Link.IsCongested && Tasks.HasRoom)
        {
            Dequeue(message);
            Transmit(message);
        }

        _isDraining = false;
        if (_mover is not null)
        {
            CheckQuiet();
        }

        if (State == ConnectionState.FinQueued && _firstQueued is null && MayFinish)
        {
            SendFin();
        }
    }

    /// <summary>Lists the messages that wait for their turn or for their answer.</summary>
    internal void CopyMessagesTo(List<OutgoingMessage> destination)
    {
        for (var message = _firstQueued; message is not null; message = message.NextQueued)
        {
            destination.Add(message);
        }

        Tasks.CopyMessagesTo(this, destination);
    }

    /// <summary>An answer came for a message that had ended here.</summary>
    /// <returns>Whether it was the last one to come.</returns>
    internal bool OnTombstoneAnswered(Tombstone tombstone, in InboundFrame frame)
    {
        TakeResponseNumbers(frame.Header, length: 0);
        if (frame.Header.Type != FrameType.OneWayReceipt)
        {
            if ((frame.Header.Flags & MessageFlags.ReceiptLast) == 0)
            {
                return false;
            }

            ReturnAnswer(frame);
        }

        _send.Answered(tombstone.Charge);
        Drain();
        return true;
    }

    private static void SetBody(ref OutboundFrame frame, in OutboundMessage message, SendToken? token)
    {
        if (token is null && message.TryGetSpan(out frame.Piece))
        {
            return;
        }

        frame.Piece = default;
        frame.Body = message.Payload;
        frame.Token = token;
    }

    private void Transmit(OutgoingMessage message)
    {
        scoped var frame = NewFrame(message.Kind == OutgoingKind.Request ? FrameType.Request : FrameType.OneWay);
        if (!TryReadHeader(ref frame, message.Header))
        {
            message.Fail(MemoryGone());
            return;
        }

        frame.Body = message.Payload;
        frame.Token = message.Body ?? (SendToken)message;
        Transmit(message, ref frame);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // Twice, each time the whole of its caller: what can go wrong is kept out of here.
    private void Transmit(OutgoingMessage message, scoped ref OutboundFrame frame)
    {
        if (frame.UserHeader.Length > Machine.PeerMaxHeaderLength)
        {
            FailHeaderTooLong(message, frame.UserHeader.Length);
            return;
        }

        frame.Header.Flags = message.Flags;
        frame.Header.LastInBatch = message.LastInBatch;
        if (HasItems(message) && !TryAddItems(message, ref frame))
        {
            return;
        }

        if (message.Kind == OutgoingKind.Request && _agreedRoom == 0)
        {
            // A C peer answers with more than about 9 KB only into room that it was offered (section 9.3).
            frame.OfferedRoom = (uint)(message.ResponseBuffer.IsEmpty ? Settings.MaxResponseLength : message.ResponseBuffer.Length);
        }

        if (_retains && !TryKeep(message, frame))
        {
            message.Fail(MemoryGone());
            return;
        }

        if (message.Kind == OutgoingKind.Request && _agreedRoom != 0 && !message.ResponseBuffer.IsEmpty && Link.Direct is { } devices)
        {
            frame.Offer = message.Offer(devices);
        }

        ReceiptTask? receipt = null;
        if (message.ExpectsAnswer)
        {
            var tasks = Tasks;
            tasks.Add(message);
            frame.Header.LocalTask = message.TaskId;
            frame.Awaited = tasks.Count;
        }
        else if (message.WantsReceipt)
        {
            receipt = new ReceiptTask(message.Id, message.Charge) { Connection = this };
            Tasks.Add(receipt);
            frame.Header.LocalTask = receipt.TaskId;
        }

        frame.Header.Serial = message.Serial = _nextSerial;
        NumberRequest(ref frame.Header);
        var charge = message.Charge;

        // A body that is a span by now throws no more when it is read.
        var status = frame.Piece.IsEmpty ? Hand(ref frame) : Link.Send(ref frame);
        if (status > SendStatus.Referenced)
        {
            FailUntransmitted(message, receipt, frame.Header, status);
            return;
        }

        _nextSerial++;
        _sentBytes += charge;
        _send.Charge(message.ExpectsAnswer || receipt is not null, charge);
        var isReferenced = status == SendStatus.Referenced;
        if (_retains)
        {
            isReferenced &= message.Body is null;
            Retain(message, receipt, frame.Header, status == SendStatus.Referenced);
        }

        message.MarkSent(isReferenced);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void FailUntransmitted(OutgoingMessage message, ReceiptTask? receipt, in FrameHeader header, SendStatus status)
    {
        UndoNumbering(header);
        if (message.ExpectsAnswer)
        {
            Tasks.Remove(message);
            message.EndReceiving();
        }
        else if (receipt is not null)
        {
            Tasks.Remove(receipt);
        }

        if (status == SendStatus.Closed && _retains)
        {
            // The link is about to say that it is lost: the message waits for the next one.
            _linkIsGone = true;
            EnqueueFirst(message);
            return;
        }

        message.Fail(status == SendStatus.Unreadable ? MemoryGone()
            : status == SendStatus.Closed
            ? new Failure(FailureKind.ConnectionLost, AccelioStatus.SessionDisconnected, "The link is closing.")
            : new Failure(FailureKind.TooLarge, AccelioStatus.MessageSize, "The header does not fit the peer's receive buffer. Put it into the payload."));
    }

    /// <summary>Hands a frame to the link. Memory of the caller may be gone by now - its lease ended, it was disposed of - and then throw
    /// when it is read: that is the caller's failure alone.</summary>
    private SendStatus Hand(scoped ref OutboundFrame frame)
    {
        try
        {
            return Link.Send(ref frame);
        }
        catch (Exception exception)
        {
            _memoryFault = LeasedMemory.Explain(exception, frame.Body);
            return SendStatus.Unreadable;
        }
    }

    private bool TryReadHeader(scoped ref OutboundFrame frame, ReadOnlyMemory<byte> header)
    {
        try
        {
            frame.UserHeader = LeasedMemory.Read(header);
            return true;
        }
        catch (Exception exception)
        {
            _memoryFault = exception;
            return false;
        }
    }

    /// <summary>The failure for what the caller's memory threw last.</summary>
    internal Failure MemoryGone()
    {
        var cause = _memoryFault;
        _memoryFault = null;
        return new Failure(FailureKind.MemoryGone, AccelioStatus.NoUserMemory, cause?.Message ?? string.Empty, Cause: cause);
    }

    /// <summary>A frame that was numbered did not leave: the numbers must not be missing.</summary>
    private void UndoNumbering(in FrameHeader header)
    {
        _nextRequestSn--;
        _receive.GiveBack(header.CreditMessages, (long)header.CreditBytes);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void FailHeaderTooLong(OutgoingMessage message, int length) => message.Fail(new Failure(
        FailureKind.TooLarge,
        AccelioStatus.MessageSize,
        $"The header has {length} bytes; this peer takes at most {Machine.PeerMaxHeaderLength}. Put the rest into the payload."));

    private void Enqueue(OutgoingMessage message)
    {
        message.PreviousQueued = _lastQueued;
        message.NextQueued = null;
        if (_lastQueued is null)
        {
            _firstQueued = message;
        }
        else
        {
            _lastQueued.NextQueued = message;
        }

        _lastQueued = message;
        QueuedMessages++;
        QueuedBytes += message.Charge;
    }

    private void EnqueueFirst(OutgoingMessage message)
    {
        message.PreviousQueued = null;
        message.NextQueued = _firstQueued;
        if (_firstQueued is null)
        {
            _lastQueued = message;
        }
        else
        {
            _firstQueued.PreviousQueued = message;
        }

        _firstQueued = message;
        QueuedMessages++;
        QueuedBytes += message.Charge;
    }

    private void Dequeue(OutgoingMessage message)
    {
        if (message.PreviousQueued is null)
        {
            _firstQueued = message.NextQueued;
        }
        else
        {
            message.PreviousQueued.NextQueued = message.NextQueued;
        }

        if (message.NextQueued is null)
        {
            _lastQueued = message.PreviousQueued;
        }
        else
        {
            message.NextQueued.PreviousQueued = message.PreviousQueued;
        }

        message.PreviousQueued = message.NextQueued = null;
        QueuedMessages--;
        QueuedBytes -= message.Charge;
    }

    private void FailQueued(in Failure failure)
    {
        while (_firstQueued is { } message)
        {
            Dequeue(message);
            message.Fail(failure.For(sent: false));
        }
    }
}
