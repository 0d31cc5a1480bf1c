using System.Runtime.CompilerServices;
using Accelio.Transports;
using Accelio.Transports.Wire;

namespace Accelio.Reactive.Engine;

/// <content>Answers to requests of the peer, and receipts (wire protocol, sections 9.3, 12).</content>
internal sealed partial class ConnectionMachine
{
    private MessageCore? _openRequests;
    private OutgoingResponse? _firstHeldResponse;
    private OutgoingResponse? _lastHeldResponse;

    // Answers whose bodies the link still refers to: a drain waits for them, also where the FIN would overtake what the peer fetches.
    private int _answersLeaving;

    /// <summary>Requests of the peer whose consumer has returned and that may still be answered.</summary>
    public int OpenRequests { get; private set; }

    /// <summary>Whether a body of this length is copied when it is sent, so that nobody need wait.</summary>
    internal bool IsCopied(long length) => length <= _copyThreshold;

    /// <summary>Answers a claimed request at once, if the answer is of the kind that most are.</summary>
    /// <returns>False when nothing was done.</returns>
    internal bool TryRespondPlain(MessageCore request, in OutboundMessage response)
    {
        if (!MayBePlain(response) || State is not (ConnectionState.Online or ConnectionState.FinQueued) || request.WantsReceipt || !response.TryRead(out var body))
        {
            return false;
        }

        _receive.TakeOwed(ushort.MaxValue, out var messages, out var bytes);
        var session = new SessionWords(_peerId, MessageFlags.ReceiptLast, request.Serial, _nextResponseSn++, (ushort)(_expectedResponseSn - 1), (ushort)messages, bytes);
        Link.SendPlain(FrameType.Response, TaskOf(request), lastInBatch: false, session, body, awaited: 0);
        request.AnswerDone();
        return true;
    }

    /// <summary>Answers a claimed request at once; bodies that <see cref="IsCopied"/> need no token.</summary>
    /// <returns>The failure, of kind None when the response was taken; <paramref name="referenced"/> says whether the link still refers to the body.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)] // Its large frame would be cleared by every caller, whatever way he goes.
    internal Failure Respond(MessageCore request, in OutboundMessage response, SendToken? token, out bool referenced)
    {
        referenced = false;
        if (!MayAnswer)
        {
            request.AnswerDone();
            return Discarded;
        }

        if (response.Header.Length > Machine.PeerMaxHeaderLength)
        {
            return RefuseHeader(request, response.Header.Length);
        }

        scoped OutboundFrame frame = default;
        try
        {
            if (!response.Header.IsEmpty)
            {
                frame.UserHeader = LeasedMemory.Read(response.Header);
            }

            SetBody(ref frame, response, token);
        }
        catch (Exception exception)
        {
            _memoryFault = exception;
            return RefuseMemory(request);
        }

        if (_kept is not null)
        {
            if (!TryKeep(request, response))
            {
                return RefuseMemory(request);
            }

            if (MustWaitForRepeat(request))
            {
                request.AnswerDone();
                return default;
            }
        }

        var wantsReceipt = request.WantsReceipt;
        BeginResponse(ref frame, request);
        frame.PeerRoom = request.Room;
        frame.AgreedRoom = _agreedRoom;
        var status = SendAnswer(request, ref frame, token, out referenced);
        if (status > SendStatus.Referenced)
        {
            if (status == SendStatus.Closed)
            {
                request.AnswerDone();
                return _kept is null ? Discarded : default;
            }

            request.WantsReceipt = wantsReceipt;
            return status == SendStatus.Unreadable ? RefuseMemory(request) : RefuseBody(request, response.PayloadLength);
        }

        if (UsesCFlowControl)
        {
            _send.Charge(expectsAnswer: true, response.Header.Length + response.PayloadLength);
        }

        request.AnswerDone();
        return default;
    }

    /// <summary>Numbers an answer, hands it to the link, and keeps it if it may have to be sent again; without a link it is only kept.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private SendStatus SendAnswer(MessageCore? request, scoped ref OutboundFrame frame, SendToken? token, out bool isReferenced)
    {
        NumberResponse(ref frame.Header);
        if (_retains || _linkIsGone || frame.Piece.IsEmpty || State == ConnectionState.Suspended)
        {
            return SendWithCare(request, ref frame, token, out isReferenced);
        }

        // A body that is a span by now throws no more when it is read, and is copied.
        isReferenced = false;
        var status = Link.Send(ref frame);
        if (status > SendStatus.Referenced)
        {
            UndoResponseNumbering(frame.Header);
        }

        return status;
    }

    private SendStatus SendWithCare(MessageCore? request, scoped ref OutboundFrame frame, SendToken? token, out bool isReferenced)
    {
        isReferenced = false;
        var status = SendStatus.Closed;
        if (State == ConnectionState.Suspended)
        {
            status = frame.BodyLength > _agreedRoom ? SendStatus.DoesNotFit : SendStatus.Copied;
        }
        else if (!_linkIsGone)
        {
            status = Hand(ref frame);
            if (status == SendStatus.Referenced)
            {
                ((OutgoingTask)token!).Connection = this;
                _answersLeaving++;
            }
        }

        if (status == SendStatus.Closed && _retains)
        {
            // The link is about to say that it is lost.
            _linkIsGone = true;
            status = SendStatus.Copied;
        }

        isReferenced = status == SendStatus.Referenced;
        if (status <= SendStatus.Referenced && _retains)
        {
            try
            {
                isReferenced = RetainAnswer(request, frame, token, isReferenced);
            }
            catch (Exception exception)
            {
                _memoryFault = LeasedMemory.Explain(exception, frame.Body);
                status = SendStatus.Unreadable;
            }
        }

        if (status > SendStatus.Referenced)
        {
            UndoResponseNumbering(frame.Header);
        }

        return status;
    }

    /// <summary>The link refers to the body of an answer no more.</summary>
    internal void OnAnswerLeft()
    {
        _answersLeaving--;
        if (_drains)
        {
            CheckDrained();
        }
    }

    private Failure RefuseMemory(MessageCore request)
    {
        SendStatusResponse(request, AccelioStatus.Unsuccessful, "the memory of the response was gone before it was sent");
        return MemoryGone();
    }

    private Failure RefuseHeader(MessageCore request, int length)
    {
        SendStatusResponse(request, AccelioStatus.PartialMessage, null);
        return new Failure(
            FailureKind.TooLarge,
            AccelioStatus.MessageSize,
            $"The header of the response has {length} bytes; this peer takes at most {Machine.PeerMaxHeaderLength}. The requester got PartialMessage.");
    }

    private Failure RefuseBody(MessageCore request, long length)
    {
        var room = _agreedRoom != 0 ? _agreedRoom : request.RoomLength;
        SendStatusResponse(request, AccelioStatus.PartialMessage, $"the response of {length} bytes does not fit the room of {room}");
        return new Failure(
            FailureKind.TooLarge,
            AccelioStatus.MessageSize,
            $"The response has {length} bytes, the requester offered room for {room}: it must give a larger ResponseBuffer or MaxResponseLength. It got PartialMessage.");
    }

    /// <summary>Answers a claimed request with a body that is referenced, or when a C peer's credits allow.</summary>
    internal void Submit(OutgoingResponse response)
    {
        response.Connection = this;
        if (UsesCFlowControl && (!_send.IsOpen || _firstHeldResponse is not null) && MayAnswer)
        {
            if (_lastHeldResponse is null)
            {
                _firstHeldResponse = response;
            }
            else
            {
                _lastHeldResponse.NextHeld = response;
            }

            _lastHeldResponse = response;
            return;
        }

        Finish(response);
    }

    /// <summary>Answers a claimed request with a status, and for our own peers a text.</summary>
    internal void SendStatusResponse(MessageCore request, AccelioStatus status, string? text)
    {
        MessageItems items = default;
        if (!string.IsNullOrEmpty(text) && (Machine.Features & LinkFeatures.FailureText) != 0)
        {
            items.HasFailureText = true;
            items.FailureText = System.Text.Encoding.UTF8.GetBytes(text);
        }

        SendStatusResponse(request, status, items);
    }

    private void SendStatusResponse(MessageCore request, AccelioStatus status, in MessageItems items)
    {
        if (MayAnswer && !KeepStatus(request, status))
        {
            scoped OutboundFrame frame = default;
            BeginResponse(ref frame, request);
            frame.Header.Status = (uint)status;
            Span<byte> buffer = stackalloc byte[MessageItems.MaxWritten];
            if (items.HasFailureText || items.HasExpired)
            {
                frame.Header.Flags |= MessageFlags.Items;
                frame.Items = buffer[..items.Write(buffer)];
            }

            SendAnswer(request, ref frame, token: null, out _);
        }

        request.AnswerDone();
    }

    /// <summary>The last lease of a message has ended and its memory is gone; sees to it that the core is recycled.</summary>
    internal void OnLeaseEnded(MessageCore core)
    {
        if (!core.IsRequest)
        {
            if (core.WantsReceipt)
            {
                SendOneWayReceipt(core, !core.Rejected);
            }

            var charge = core.Charge;
            core.Recycle();
            ReturnCredit(charge);
            return;
        }

        var paid = core.Charge;
        core.Charge = 0;
        ReturnCreditOf(core, paid);
        if (core.IsAnswered)
        {
            core.Recycle();
        }
        else if (core.WantsReceipt && MayAnswer && Settings.ReceiptDelay != long.MaxValue)
        {
            core.DelayReceipt(Now + Settings.ReceiptDelay);
        }
        else
        {
            core.LimitAnswer();
        }
    }

    /// <summary>The response did not come in time for the receipt to ride on it.</summary>
    internal void SendRequestReceipt(MessageCore request)
    {
        if (MustWaitForRepeat(request))
        {
            return;
        }

        request.WantsReceipt = false;
        if (!MayAnswer)
        {
            return;
        }

        var frame = NewFrame(FrameType.Response);
        frame.Header.Flags = MessageFlags.ReceiptFirst;
        frame.Header.ReceiptResult = request.Rejected ? 1u : 0;
        frame.Header.Serial = request.Serial;
        frame.Header.RemoteTask = TaskOf(request);
        SendAnswer(request, ref frame, token: null, out _);
    }

    /// <summary>A request was answered, or will not be.</summary>
    internal void ForgetOpen(MessageCore request)
    {
        if (!request.IsListed)
        {
            return;
        }

        request.IsListed = false;
        if (request.PreviousOpen is null)
        {
            _openRequests = request.NextOpen;
        }
        else
        {
            request.PreviousOpen.NextOpen = request.NextOpen;
        }

        if (request.NextOpen is not null)
        {
            request.NextOpen.PreviousOpen = request.PreviousOpen;
        }

        request.PreviousOpen = request.NextOpen = null;
        OpenRequests--;
        if (_drains || _mover is not null)
        {
            CheckDrained();
        }
    }

    private static Failure Discarded => new(
        FailureKind.SessionClosed,
        AccelioStatus.MessageDiscarded,
        "The session ended before the response was sent; the requester does not wait for it any more.");

    private bool MayAnswer => State is ConnectionState.Online or ConnectionState.FinQueued or ConnectionState.Suspended;

    /// <summary>The consumer has returned without an answer: it may still be given, until the connection ends. Most requests are answered by now and never enter the list.</summary>
    private void StayOpen(MessageCore request, int version)
    {
        if (request.Version != version || request.IsAnswered)
        {
            return;
        }

        if (State == ConnectionState.Closed)
        {
            request.AbandonAnswer();
            return;
        }

        request.IsListed = true;
        request.PreviousOpen = null;
        request.NextOpen = _openRequests;
        if (_openRequests is not null)
        {
            _openRequests.PreviousOpen = request;
        }

        _openRequests = request;
        OpenRequests++;
    }

    private void BeginResponse(ref OutboundFrame frame, MessageCore request)
    {
        Begin(ref frame, FrameType.Response);
        frame.Header.Flags = MessageFlags.ReceiptLast;
        frame.Header.Serial = request.Serial;
        frame.Header.RemoteTask = TaskOf(request);
        if (request.WantsReceipt)
        {
            // Receipt and answer together: answering is accepting, unless the consumer said otherwise.
            request.WantsReceipt = false;
            frame.Header.Flags |= MessageFlags.ReceiptFirst;
            frame.Header.ReceiptResult = request.Rejected ? 1u : 0;
        }
    }

    private void UndoResponseNumbering(in FrameHeader header)
    {
        _nextResponseSn--;
        _receive.GiveBack(header.CreditMessages, (long)header.CreditBytes);
    }

    private void Finish(OutgoingResponse response)
    {
        var held = response.Body;
        response.Body = null;
        var failure = Respond(response.Request!, response.Message, held ?? (SendToken)response, out var referenced);
        if (held is not null)
        {
            if (!referenced)
            {
                held.Release();
            }

            referenced = false;
        }

        if (failure.Kind != FailureKind.None)
        {
            response.Failed(failure);
        }
        else if (!referenced)
        {
            response.Completed();
        }
    }

    private void SendHeldResponses()
    {
        while (_firstHeldResponse is { } response && _send.IsOpen)
        {
            _firstHeldResponse = response.NextHeld;
            if (_firstHeldResponse is null)
            {
                _lastHeldResponse = null;
            }

            response.NextHeld = null;
            Finish(response);
        }
    }

    private void SendOneWayReceipt(MessageCore core, bool accepted)
    {
        core.WantsReceipt = false;
        if (TryTakeOwed(core, accepted, out var task) && (MayAnswer || State == ConnectionState.FinWait1))
        {
            SendOneWayReceipt(core.Serial, task, accepted);
        }
    }

    private void SendOneWayReceipt(ulong serial, uint task, bool accepted)
    {
        var frame = NewFrame(FrameType.OneWayReceipt);
        frame.Header.Flags = MessageFlags.ReceiptFirst;
        frame.Header.ReceiptResult = accepted ? 0u : 1;
        frame.Header.Serial = serial;
        frame.Header.RemoteTask = task;
        SendAnswer(request: null, ref frame, token: null, out _);
    }
}
