using System.Buffers;
using Accelio.Transports.Wire;

namespace Accelio.Transports.Slots;

/// <content>Sending: inline or announced, the queue, transport credits (RDMA, sections 5 to 8).</content>
internal abstract unsafe partial class SlotLink
{
    // Credits are returned in lumps, as C peers do: a lump must be well below the depth, or both sides could wait for each other.
    private const int LumpsPerDepth = 4;

    // The last credit is kept for a NOP, without which two silent sides could starve.
    private const int ReservedCredits = 1;

    private readonly SlotSendQueue _queue = new();
    private long _queuedBytes;
    private long _sendProgress;
    private int _peerBufferSize;
    private int _peerCredits;
    private int _owedCredits;
    private ushort _transportSerial;
    private uint _framesSent;
    private bool _congested;
    private bool _dirty;

    /// <inheritdoc/>
    public sealed override long QueuedBytes => _queuedBytes;

    /// <inheritdoc/>
    public sealed override bool IsCongested => _congested;

    /// <summary>Whether nothing is queued, nothing announced that the peer has not fetched, and nothing being fetched.</summary>
    protected bool HasNothingToSend => _queue.First is null && Exposed.Count == 0 && _fetched is null;

    // Of shared slots the peer may have few.
    private int Lump => Math.Max(2, (_slots.IsShared ? _posted.Count : _depth) / LumpsPerDepth);

    /// <inheritdoc/>
    public sealed override SendStatus Send(ref OutboundFrame frame)
    {
        try
        {
            return TrySend(ref frame);
        }
        catch (TransportException failure)
        {
            // There is no more memory that the peer could be sent anything from. The sink is told when this call is over.
            Fail(LinkError.TransportFailed, failure.Message);
            return SendStatus.Closed;
        }
    }

    private SendStatus TrySend(ref OutboundFrame frame)
    {
        if (State != SlotLinkState.Ready)
        {
            return State < SlotLinkState.Ready ? throw new InvalidOperationException("The link is not configured yet.") : SendStatus.Closed;
        }

        var bodyLength = frame.BodyLength;
        var userHeader = frame.Items.Length + frame.UserHeader.Length;
        var fields = new RdmaFrameFields
        {
            OutOperation = BodyOperation.Send,
            InlineLength = (ulong)bodyLength,
        };
        if (frame.Header.Type.IsRequest())
        {
            fields.InOperation = frame.Offer.Address == 0 ? BodyOperation.Send : BodyOperation.Write;
            fields.InCount = (ushort)(frame.Offer.Address != 0 || frame.OfferedRoom > 0 ? 1 : 0);
        }

        var refers = false;
        if (bodyLength > 0 && !IsInline(frame, fields.InCount, userHeader, bodyLength))
        {
            if (!IsRoomFor(frame, bodyLength))
            {
                return SendStatus.DoesNotFit;
            }

            if (CanPlace(frame, bodyLength))
            {
                fields.OutOperation = BodyOperation.Write;
                fields.OutCount = (ushort)CountTargets(frame.PeerRoom, bodyLength);
                refers = WantsReference(frame, bodyLength) && CountParts(frame) > 0;
            }
            else
            {
                fields.OutOperation = BodyOperation.Read;
                fields.OutCount = (ushort)PartsOf(frame, bodyLength, out refers);
                fields.InlineLength = 0;
            }
        }

        if (HeadersOf(frame.Header.Type) + ((fields.InCount + fields.OutCount) * Sge.Size) + userHeader > _peerBufferSize)
        {
            return SendStatus.HeaderTooLong;
        }

        fields.UserHeaderLength = (ushort)userHeader;
        RdmaFrame.Measure(frame.Header.Type, ref fields);
        return Write(ref frame, fields, bodyLength, refers);
    }

    /// <inheritdoc/>
    public void Flush(long now)
    {
        _dirty = false;
        if (State is SlotLinkState.Opening or SlotLinkState.Closed)
        {
            return;
        }

        ReleaseEarly();
        if (State == SlotLinkState.Closed)
        {
            return;
        }

        try
        {
            TransmitQueued(now);
        }
        catch (TransportException failure)
        {
            Fail(LinkError.TransportFailed, failure.Message);
        }
    }

    private void TransmitQueued(long now)
    {
        while (_queue.First is { } message && _peerCredits > (message.Kind == SlotMessageKind.Setup ? 0 : ReservedCredits) && CanTransmit(message))
        {
            _queue.Take();
            Stamp(message);
            _queuedBytes -= message.Length;
            _peerCredits--;
            if (!Transmit(message))
            {
                return;
            }

            _sendProgress = now;
        }

        if (State >= SlotLinkState.Ready && _owedCredits >= Lump && _peerCredits > 0 && CanTransmit(null))
        {
            var nop = RentMessage();
            nop.Kind = SlotMessageKind.Credits;
            nop.Exposed = 0;
            nop.Length = CreditNop.Size;
            new CreditNop(_transportSerial, _lastSerial, (ushort)_owedCredits).Write(new Span<byte>(nop.Pointer, CreditNop.Size));
            _owedCredits = 0;
            _peerCredits--;
            if (!Transmit(nop))
            {
                return;
            }
        }

        EndTransmit();
        AfterProgress();
    }

    private static int HeadersOf(FrameType type) => type.IsRequest() ? RdmaFrame.RequestSize : RdmaFrame.ResponseSize;

    private static long Total(ReadOnlySpan<RoomEntry> room)
    {
        var total = 0L;
        foreach (var entry in room)
        {
            total += entry.Length;
        }

        return total;
    }

    // Section 7.1 and 7.3; the limit for responses is strict there.
    private bool IsInline(in OutboundFrame frame, int inCount, int userHeader, long bodyLength)
    {
        var length = HeadersOf(frame.Header.Type) + userHeader + bodyLength;
        return frame.Header.Type.IsRequest()
            ? bodyLength <= Options.MaxInlineBody && length + ((inCount + 1) * Sge.Size) <= _peerBufferSize
            : length + (frame.PeerRoom.Length * Sge.Size) < _peerBufferSize;
    }

    // Where the requester offered nothing it fetches what comes; what it did offer is a limit.
    private static bool IsRoomFor(in OutboundFrame frame, long bodyLength) =>
        bodyLength <= uint.MaxValue
        && frame.Header.Type.IsApplication()
        && (frame.Header.Type.IsRequest()
            || (frame.PeerRoom.IsEmpty && frame.AgreedRoom == 0)
            || bodyLength <= Math.Max(frame.AgreedRoom, Total(frame.PeerRoom)));

    private SendStatus Write(ref OutboundFrame frame, in RdmaFrameFields fields, long bodyLength, bool refers)
    {
        var message = RentMessage();
        message.Kind = SlotMessageKind.Frame;
        message.Exposed = 0;
        var status = SendStatus.Copied;
        try
        {
            if (fields.OutOperation != BodyOperation.Send)
            {
                status = Expose(ref frame, bodyLength, refers, out var exposed);
                message.Exposed = exposed;
            }
            else
            {
                frame.CopyBodyTo(new Span<byte>(message.Pointer + fields.BodyOffset, (int)bodyLength));
            }

            message.Length = fields.BodyOffset + (message.AnnouncesBulk ? 0 : (int)bodyLength);
            WriteHead(message, ref frame, fields);
        }
        catch
        {
            if (message.AnnouncesBulk)
            {
                Exposed.Remove(message.Exposed)?.Unpin();
            }

            message.Store();
            throw;
        }

        if (status == SendStatus.Referenced && !refers)
        {
            // The peer cannot reach that memory, and fetches a copy. The owner is told that it is free again when this call is over.
            _released.Enqueue(frame.Token!);
        }

        if (frame.Urgent && !message.AnnouncesBulk)
        {
            _queue.AddUrgent(message);
        }
        else
        {
            _queue.Add(message);
        }

        Queued(message.Length + (message.AnnouncesBulk ? bodyLength : 0));
        return status;
    }

    // Everything in front of the body.
    private void WriteHead(SlotMessage message, ref OutboundFrame frame, in RdmaFrameFields fields)
    {
        var p = message.Pointer;
        RdmaFrame.Encode(p, frame.Header, fields);
        var tables = p + HeadersOf(frame.Header.Type);
        if (fields.InCount > 0)
        {
            Sge.Write(tables, frame.Offer.Address != 0 ? frame.Offer : new RoomEntry(0, frame.OfferedRoom, 0));
            tables += Sge.Size;
        }

        if (fields.OutOperation == BodyOperation.Write)
        {
            WriteTargets(message, tables, frame.PeerRoom, (long)fields.InlineLength);
        }
        else if (fields.OutCount > 0)
        {
            WriteParts(tables, message.Exposed, Exposed.Find(message.Exposed)!);
        }

        var header = new Span<byte>(p + fields.UserHeaderOffset, frame.Items.Length + frame.UserHeader.Length);
        frame.Items.CopyTo(header);
        frame.UserHeader.CopyTo(header[frame.Items.Length..]);
    }

    private void Queued(long bytes)
    {
        if (_queuedBytes == 0)
        {
            _sendProgress = Poller.Now;
            Arm(Deadline(_sendProgress, Options.SendProgressTimeout));
        }

        _queuedBytes += bytes;
        _congested |= _queuedBytes > Options.SendHighWatermark;
        MarkDirty();
    }

    // The counters are those of the moment of posting (section 8).
    private void Stamp(SlotMessage message)
    {
        if (message.Kind == SlotMessageKind.Frame)
        {
            RdmaFrame.Stamp(message.Pointer, _transportSerial++, _lastSerial, (ushort)_owedCredits);
            _owedCredits = 0;
            OnStamped(message, _framesSent++);
        }
    }

    // Some of what was queued has gone, or is known to be at the peer.
    private void AfterProgress()
    {
        if (_congested && _queuedBytes <= Options.SendHighWatermark / 2)
        {
            _congested = false;
            if (State == SlotLinkState.Ready)
            {
                _sink!.OnWritable(this);
            }
        }

        if (State == SlotLinkState.Flushing && HasNothingToSend && HasLeft)
        {
            Fail(LinkError.None, "closed here");
        }
    }

    /// <summary>Has <see cref="Flush"/> called at the end of this turn, or of the next.</summary>
    protected void MarkDirty()
    {
        if (!_dirty)
        {
            _dirty = true;
            Poller.MarkDirty(this);
        }
    }

    private void DropQueued()
    {
        while (_queue.First is not null)
        {
            _queue.Take().Store();
        }

        _queuedBytes = 0;
    }
}
