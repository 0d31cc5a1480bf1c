using System.Buffers;
using Accelio.Transports;
using Accelio.Transports.Wire;

namespace Accelio.Reactive.Engine;

/// <content>
/// Connections of C clients that come back over another link: their handlers run on, answers are kept, and what the client sends again gets the answer that it should have had, under the task id of
/// now - libxio crashes on another. Nothing is run twice (wire protocol, section 17).
/// </content>
internal sealed partial class ConnectionMachine
{
    private const int MaxKeptAnswers = 4096;

    // Both null where clients cannot come back.
    private readonly AnswerCache? _kept;

    // The tasks of one-way messages whose receipts are owed, by serial number; 0 while the client has not sent the message again.
    private readonly Dictionary<ulong, uint>? _owedReceipts;
    private bool _mayRequestsJump;
    private bool _mayResponsesJump;

    /// <summary>Whether the connection can do without a link for a while.</summary>
    internal bool CanWaitForLink => _kept is not null && State == ConnectionState.Online && !UsesCFlowControl;

    /// <summary>The link is lost. What was sent on it and not answered fails: libxio's clients do not answer a request twice.</summary>
    internal void WaitForLink()
    {
        State = ConnectionState.Suspended;
        for (var request = _openRequests; request is not null; request = request.NextOpen)
        {
            request.IsForLostLink = true;
        }

        foreach (var serial in _owedReceipts!.Keys)
        {
            _owedReceipts[serial] = 0;
        }

        _pausesLink = _pausesRepeats = false;
        Timers.Cancel(_slowTimer);
    }

    /// <summary>The client has not come back in time.</summary>
    internal void EndWithoutLink(in CloseInfo info) => Finish(info);

    /// <summary>The client has come back.</summary>
    internal void GoOn(LinkMachine machine)
    {
        Machine = machine;
        State = ConnectionState.Online;
        _mayRequestsJump = _mayResponsesJump = true;
        _copyThreshold = Link.Options.CopyThreshold;
        _send = new SendWindow(Settings.MaxUnansweredMessages, Settings.MaxUnansweredBytes, countsUnanswered: true);
        HoldBackCPeer();
        _pausesRepeats = _pausesLink;
        Drain();
    }

    /// <summary>Behind a change of links a C client's numbers may go on anywhere, once in either class (section 6.3).</summary>
    private static bool TakeJump(ref bool mayJump, ushort found, ref ushort expected)
    {
        if (mayJump)
        {
            mayJump = false;
            expected = found;
            return true;
        }

        return false;
    }

    /// <summary>The number of the next response of the client may be any.</summary>
    internal void ExpectJump() => _mayResponsesJump = true;

    /// <summary>Keeps an answer that the client may ask for again; false when its memory cannot be read.</summary>
    private bool TryKeep(MessageCore request, in OutboundMessage answer)
    {
        try
        {
            _kept!.Add(new KeptAnswer(request.Serial, 0, answer.Header.ToArray(), answer.Payload.ToArray(), !request.Rejected));
            return true;
        }
        catch (Exception exception)
        {
            _memoryFault = LeasedMemory.Explain(exception, answer.Payload);
            return false;
        }
    }

    /// <summary>Keeps a status with which a request ends.</summary>
    /// <returns>Whether it must not be sent now.</returns>
    private bool KeepStatus(MessageCore request, AccelioStatus status)
    {
        _kept?.Add(new KeptAnswer(request.Serial, (uint)status, [], [], !request.Rejected));
        return MustWaitForRepeat(request);
    }

    /// <summary>Whether an answer must wait until the client has sent its request again, over the link of now.</summary>
    private bool MustWaitForRepeat(MessageCore request) => _kept is not null && (State == ConnectionState.Suspended || request.IsForLostLink);

    /// <summary>A one-way message has come whose receipt is owed.</summary>
    private void OweReceipt(in FrameHeader header)
    {
        if (_owedReceipts is not null && (header.Flags & (MessageFlags.RequestReadReceipt | MessageFlags.ImmediateReadReceipt)) != 0)
        {
            _owedReceipts[header.Serial] = header.LocalTask;
        }
    }

    /// <summary>The receipt of a one-way message is due.</summary>
    /// <returns>Whether it can be sent now, for the task given.</returns>
    private bool TryTakeOwed(MessageCore core, bool accepted, out uint task)
    {
        task = TaskOf(core);
        if (_kept is null)
        {
            return true;
        }

        _kept.Add(new KeptAnswer(core.Serial, 0, [], [], accepted));
        return _owedReceipts!.Remove(core.Serial, out task) && task != 0 && State != ConnectionState.Suspended;
    }

    /// <summary>The client sends something again.</summary>
    private unsafe void OnRepeated(ref InboundFrame frame)
    {
        var serial = frame.Header.Serial;
        var answer = _kept!.Find(serial);
        if (frame.Header.Type == FrameType.OneWay)
        {
            RepeatReceipt(frame.Header, answer);
            return;
        }

        for (var request = _openRequests; request is not null; request = request.NextOpen)
        {
            if (request.Serial == serial)
            {
                request.IsForLostLink = false;
                request.PeerTask = frame.Header.LocalTask;
                request.SetRoom(frame.Room, frame.RoomCount);
                request.WantsReceipt |= (frame.Header.Flags & MessageFlags.RequestReadReceipt) != 0;
                return;
            }
        }

        RepeatAnswer(ref frame, answer);
    }

    private unsafe void RepeatAnswer(ref InboundFrame frame, KeptAnswer? answer)
    {
        var room = new RoomEntry[frame.RoomCount];
        if (room.Length != 0)
        {
            Sge.Read(frame.Room, room.Length, room);
        }

        scoped var again = NewAnswer(frame.Header, answer);
        again.UserHeader = answer is null ? default : answer.Header;
        again.Body = answer?.Body ?? default;
        again.Token = again.Body.IsEmpty ? null : new RepeatedBody();
        again.PeerRoom = room;
        again.Header.Status = answer?.Status ?? (uint)AccelioStatus.MessageFlushed;
        NumberResponse(ref again.Header);
        if (Link.Send(ref again) is > SendStatus.Referenced and not SendStatus.Closed)
        {
            UndoResponseNumbering(again.Header);
            scoped var refusal = NewAnswer(frame.Header, answer);
            refusal.Header.Status = (uint)AccelioStatus.PartialMessage;
            NumberResponse(ref refusal.Header);
            Link.Send(ref refusal);
        }
    }

    private OutboundFrame NewAnswer(in FrameHeader request, KeptAnswer? answer)
    {
        var frame = NewFrame(FrameType.Response);
        frame.Header.Flags = MessageFlags.ReceiptLast;
        frame.Header.Serial = request.Serial;
        frame.Header.RemoteTask = request.LocalTask;
        if ((request.Flags & MessageFlags.RequestReadReceipt) != 0)
        {
            frame.Header.Flags |= MessageFlags.ReceiptFirst;
            frame.Header.ReceiptResult = answer is { Accepted: true } ? 0u : 1;
        }

        return frame;
    }

    private void RepeatReceipt(in FrameHeader message, KeptAnswer? receipt)
    {
        if (_owedReceipts!.ContainsKey(message.Serial))
        {
            _owedReceipts[message.Serial] = message.LocalTask;
        }
        else if ((message.Flags & (MessageFlags.RequestReadReceipt | MessageFlags.ImmediateReadReceipt)) != 0)
        {
            SendOneWayReceipt(message.Serial, message.LocalTask, receipt is { Accepted: true });
        }
    }

    // A link may refer to the body when the answer is not kept any more.
    private sealed class RepeatedBody : OutgoingTask
    {
        /// <inheritdoc/>
        public override void OnResponse(LinkMachine link, ref InboundFrame frame)
        {
        }

        /// <inheritdoc/>
        public override void OnConnectionClosed(in Failure failure)
        {
        }
    }
}
