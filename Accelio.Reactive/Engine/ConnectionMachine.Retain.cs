using System.Buffers;
using Accelio.Transports;
using Accelio.Transports.Polling;
using Accelio.Transports.Wire;

namespace Accelio.Reactive.Engine;

/// <content>
/// What is kept until the peer has it, so that it can be sent again over another link, and the acknowledgements that free it (wire protocol, section 19.10). Each class of frames arrives in order: what
/// a side has got of it is one number.
/// </content>
internal sealed partial class ConnectionMachine
{
    private const int MostUnacknowledged = 64;
    private const long AckDelay = TimeSpan.TicksPerMillisecond * 50;

    private readonly RetainedFrames _sentMessages = new();
    private readonly RetainedFrames _sentAnswers = new();
    private readonly AckTimer _ackTimer;
    private ResumeToken _token;
    private bool _retains;

    // Responses and receipts of the peer that were taken; of messages, _receivedMessages says it.
    private ulong _receivedAnswers;
    private int _unacknowledged;
    private long _ackEvery = 1;

    // The link takes nothing any more, and has not said so yet.
    private bool _linkIsGone;

    /// <summary>Whether the connection can go on over another link.</summary>
    public bool CanResume => _retains;

    /// <summary>Frames kept because the peer has not acknowledged them: messages, and answers.</summary>
    internal (int Messages, int Answers) Retained => (_sentMessages.Count, _sentAnswers.Count);

    /// <summary>From now on everything is kept that is sent.</summary>
    private void BeginRetaining(in ResumeToken token)
    {
        _token = token;
        _retains = true;

        // Answers that are not acknowledged hold the credit of their requests.
        _ackEvery = Math.Clamp(_send.Messages / 4, 1, MostUnacknowledged);
    }

    /// <summary>Servers: the token that the client gets with the answer to its set-up; null where nothing is resumed.</summary>
    private ResumeToken? MakeToken()
    {
        if (!Machine.HasResume)
        {
            return null;
        }

        BeginRetaining(new ResumeToken(Settings.InstanceId, Machine.NewSecret()));
        return _token;
    }

    /// <summary>Makes copies of what may be sent again and is only lent for now: headers, and bodies that are copied anyway.</summary>
    /// <returns>False when the memory could not be read.</returns>
    private bool TryKeep(OutgoingMessage message, scoped in OutboundFrame frame)
    {
        try
        {
            message.Keep(Machine.Poller.Memory, frame, IsCopied(frame.BodyLength) && message.Body is null);
            return true;
        }
        catch (Exception exception)
        {
            _memoryFault = LeasedMemory.Explain(exception, frame.Body);
            return false;
        }
    }

    private void Retain(OutgoingMessage message, ReceiptTask? receipt, in FrameHeader header, bool isReferenced)
    {
        message.Body?.Keep(isReferenced);
        ref var kept = ref _sentMessages.Add();
        kept = new RetainedFrame
        {
            Header = header,
            UserHeader = message.Header,
            Body = message.Payload,
            Charge = message.Charge,
            Task = message.ExpectsAnswer ? message : receipt,
        };
        if (receipt is not null)
        {
            receipt.Serial = header.Serial;
        }

        if (!message.ExpectsAnswer)
        {
            // It ends when it has left; what is its own is the frame's from now on.
            message.HandOver(ref kept);
        }
    }

    private void Retain(in OutboundFrame frame, ReceiptTask? receipt, HeldBody? held, long charge, bool isReferenced)
    {
        var kept = new RetainedFrame { Header = frame.Header, Charge = charge, Task = receipt, Held = held };
        Copy(ref kept, frame, copiesBody: held is null);
        if (held is not null)
        {
            held.Keep(isReferenced);
            kept.Body = new ReadOnlySequence<byte>(held.Payload);
        }

        if (receipt is not null)
        {
            receipt.Serial = frame.Header.Serial;
        }

        _sentMessages.Add() = kept;
    }

    /// <summary>Keeps an answer, and with it the credit of its request.</summary>
    /// <returns>Whether the body is somebody else's memory, who is told when it is needed no more.</returns>
    private bool RetainAnswer(MessageCore? request, scoped in OutboundFrame frame, SendToken? token, bool isReferenced)
    {
        var held = token as HeldBody;
        var owner = held is null && !IsCopied(frame.BodyLength) ? token as OutgoingResponse : null;
        var isLent = held is not null || owner is not null;
        var kept = new RetainedFrame { Header = frame.Header, Held = held, Owner = owner };
        Copy(ref kept, frame, copiesBody: !isLent);
        if (isLent)
        {
            kept.Body = frame.Body;
            held?.Keep(isReferenced);
            owner?.Keep(isReferenced);
        }

        if (request is not null && (frame.Header.Flags & MessageFlags.ReceiptLast) != 0)
        {
            request.AnswerNumber = _sentAnswers.End + 1;
            if (request.OwesCredit)
            {
                (kept.Charge, kept.HoldsCredit) = (request.Charge, true);
                (request.Charge, request.OwesCredit) = (0, false);
            }
        }

        _sentAnswers.Add() = kept;
        return isLent;
    }

    /// <summary>The lease of a request has ended. Its credit is given back when its answer has arrived: a peer that does not say so stops itself, and no answer need be thrown away.</summary>
    private void ReturnCreditOf(MessageCore request, long bytes)
    {
        if (!_retains)
        {
            ReturnCredit(bytes);
        }
        else if (!request.IsAnswered)
        {
            (request.Charge, request.OwesCredit) = (bytes, true);
        }
        else if (request.AnswerNumber > _sentAnswers.First)
        {
            ref var kept = ref _sentAnswers[request.AnswerNumber - 1];
            (kept.Charge, kept.HoldsCredit) = (bytes, true);
        }
        else
        {
            ReturnCredit(bytes);
        }
    }

    private void Copy(ref RetainedFrame kept, scoped in OutboundFrame frame, bool copiesBody)
    {
        var header = frame.Items.Length + frame.UserHeader.Length;
        var body = copiesBody ? (int)frame.BodyLength : 0;
        if (header + body == 0)
        {
            return;
        }

        var copy = Machine.Poller.Memory.Rent(header + body);
        var memory = copy.Memory;
        frame.Items.CopyTo(memory.Span);
        frame.UserHeader.CopyTo(memory.Span[frame.Items.Length..]);
        if (copiesBody)
        {
            frame.CopyBodyTo(memory.Span[header..]);
        }

        kept.Copy = copy;
        kept.ItemsLength = frame.Items.Length;
        kept.UserHeader = memory[..header];
        kept.Body = new ReadOnlySequence<byte>(memory.Slice(header, body));
    }

    /// <summary>A message is not wanted any more. If the peer has not got it when the link is lost, it will never get it.</summary>
    private void Forgo(OutgoingMessage message, Tombstone? tombstone)
    {
        if (!_retains || !_sentMessages.TryFind(message.Serial, out var number))
        {
            return;
        }

        ref var kept = ref _sentMessages[number];
        kept.UserHeader = default;
        kept.Body = default;
        kept.Owner = null;
        kept.Task = tombstone;
        if (tombstone is null)
        {
            kept.Header.Type = FrameType.None;
        }
    }

    /// <summary>A response or receipt of the peer was taken: so was every message up to the one that it answers.</summary>
    private void NoteAnswer(ulong serial, long length)
    {
        _receivedAnswers++;
        while (_sentMessages.Count != 0 && _sentMessages[_sentMessages.First].Header.Serial <= serial)
        {
            EndRetention(_sentMessages.TakeFirst());
        }

        OweAck(length);
    }

    /// <summary>Something was taken that the peer keeps until it hears so. Those who wait for their memory hear at once.</summary>
    private void OweAck(long length)
    {
        if (++_unacknowledged >= _ackEvery || !_send.IsOpen || !IsCopied(length))
        {
            SendAck();
        }
        else if (!_ackTimer.IsScheduled)
        {
            Timers.Schedule(_ackTimer, Now + AckDelay);
        }
    }

    private void SendAck()
    {
        _unacknowledged = 0;
        if (State is not (ConnectionState.Online or ConnectionState.FinQueued or ConnectionState.FinWait1))
        {
            return;
        }

        Span<byte> payload = stackalloc byte[AckPayload.Size];
        new AckPayload((ulong)_receivedMessages, _receivedAnswers).Write(payload);
        scoped var frame = NewFrame(FrameType.ExtensionRequest);
        frame.UserHeader = payload;
        frame.Urgent = true;
        Link.Send(ref frame);
    }

    private void OnAck(ReadOnlySpan<byte> payload)
    {
        if (!AckPayload.TryParse(payload, out var ack, out var fault))
        {
            Violation(LinkError.MalformedControl, fault ?? "ack");
        }
        else if (ack.Messages > _sentMessages.End || ack.Answers > _sentAnswers.End)
        {
            Violation(LinkError.SequenceError, $"ack of {ack.Messages} messages and {ack.Answers} answers, where {_sentMessages.End} and {_sentAnswers.End} were sent");
        }
        else
        {
            Free(ack.Messages, ack.Answers);
            if (_mover is not null)
            {
                CheckDrained();
            }
        }
    }

    /// <summary>What the peer has is kept no longer. Callers who waited for their memory go on, and may send meanwhile.</summary>
    private void Free(ulong messages, ulong answers)
    {
        while (_sentMessages.First < messages && _sentMessages.Count != 0)
        {
            EndRetention(_sentMessages.TakeFirst());
        }

        while (_sentAnswers.First < answers && _sentAnswers.Count != 0)
        {
            EndRetention(_sentAnswers.TakeFirst());
        }
    }

    private void EndRetention(in RetainedFrame kept)
    {
        kept.Copy?.Release();
        kept.Held?.EndKeeping();
        kept.Owner?.OnRetentionEnded();
        if (kept.HoldsCredit)
        {
            ReturnCredit(kept.Charge);
        }
    }

    private sealed class AckTimer(ConnectionMachine connection) : WheelTimer
    {
        /// <inheritdoc/>
        public override void OnTimer(long now)
        {
            if (connection._unacknowledged != 0)
            {
                connection.SendAck();
            }
        }
    }
}
