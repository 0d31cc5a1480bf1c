using System.Buffers;
using Accelio.Transports.Wire;

namespace Accelio.Transports.Simulated;

/// <content>Sending: inline or announced, the queue, transport credits (RDMA, sections 5 to 8).</content>
internal sealed unsafe partial class SimulatedSlotLink
{
    // Credits are returned in lumps, as C peers do: a lump must be well below the depth, or both sides could wait for each other.
    private const int LumpsPerDepth = 4;

    // The last credit is kept for a NOP, without which two silent sides could starve.
    private const int ReservedCredits = 1;

    private readonly SlotSendQueue _queue = new();
    private readonly ExposedBodies _exposed = new();
    private long _queuedBytes;
    private long _sendProgress;
    private int _peerBufferSize;
    private int _peerCredits;
    private int _owedCredits;
    private ushort _transportSerial;
    private bool _congested;
    private bool _dirty;

    /// <inheritdoc/>
    public override long QueuedBytes => _queuedBytes;

    /// <inheritdoc/>
    public override bool IsCongested => _congested;

    /// <inheritdoc/>
    public override SendStatus Send(ref OutboundFrame frame)
    {
        if (_state != SlotLinkState.Ready)
        {
            return _state < SlotLinkState.Ready ? throw new InvalidOperationException("The link is not configured yet.") : SendStatus.Closed;
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
            fields.InOperation = BodyOperation.Send;
            fields.InCount = (ushort)(frame.OfferedRoom > 0 ? 1 : 0);
        }

        if (bodyLength > 0 && !IsInline(frame, fields.InCount, userHeader, bodyLength))
        {
            if (!IsRoomFor(frame, bodyLength))
            {
                return SendStatus.DoesNotFit;
            }

            fields.OutOperation = BodyOperation.Read;
            fields.OutCount = 1;
            fields.InlineLength = 0;
        }

        if (HeadersOf(frame.Header.Type) + ((fields.InCount + fields.OutCount) * Sge.Size) + userHeader > _peerBufferSize)
        {
            return SendStatus.HeaderTooLong;
        }

        fields.UserHeaderLength = (ushort)userHeader;
        RdmaFrame.Measure(frame.Header.Type, ref fields);
        return Write(ref frame, fields, bodyLength);
    }

    /// <inheritdoc/>
    public void Flush(long now)
    {
        _dirty = false;
        if (_state is SlotLinkState.Opening or SlotLinkState.Closed)
        {
            return;
        }

        while (_queue.First is { } packet && _peerCredits > (packet.Message == SlotMessageKind.Setup ? 0 : ReservedCredits))
        {
            _queue.Take();
            Patch(packet);
            _queuedBytes -= packet.Length;
            if (!SendMessage(packet))
            {
                return;
            }

            _sendProgress = now;
        }

        if (_state >= SlotLinkState.Ready && _owedCredits >= Math.Max(2, _depth / LumpsPerDepth) && _peerCredits > 0)
        {
            var nop = _messages.Rent();
            nop.Kind = SimulatedPacketKind.Message;
            nop.Message = SlotMessageKind.Frame;
            nop.AnnouncesBulk = false;
            nop.Length = CreditNop.Size;
            var credits = new CreditNop(_transportSerial, _lastSerial, (ushort)_owedCredits);
            credits.Write(new Span<byte>(nop.Pointer, CreditNop.Size));
            _owedCredits = 0;
            if (!SendMessage(nop))
            {
                return;
            }
        }

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

    private SendStatus Write(ref OutboundFrame frame, in RdmaFrameFields fields, long bodyLength)
    {
        var packet = _messages.Rent();
        packet.Kind = SimulatedPacketKind.Message;
        packet.Message = SlotMessageKind.Frame;
        packet.AnnouncesBulk = fields.OutOperation == BodyOperation.Read;
        var status = SendStatus.Copied;
        var exposed = 0u;
        try
        {
            if (packet.AnnouncesBulk)
            {
                status = Expose(ref frame, bodyLength, out exposed);
            }
            else
            {
                frame.CopyBodyTo(new Span<byte>(packet.Pointer + fields.BodyOffset, (int)bodyLength));
            }
        }
        catch
        {
            packet.Store();
            throw;
        }

        packet.Length = fields.BodyOffset + (packet.AnnouncesBulk ? 0 : (int)bodyLength);
        WriteHead(packet.Pointer, ref frame, fields, exposed, bodyLength);
        if (frame.Urgent && !packet.AnnouncesBulk)
        {
            _queue.AddUrgent(packet);
        }
        else
        {
            _queue.Add(packet);
        }

        Queued(packet.Length + (packet.AnnouncesBulk ? bodyLength : 0));
        return status;
    }

    // Everything in front of the body.
    private static void WriteHead(byte* p, ref OutboundFrame frame, in RdmaFrameFields fields, uint exposed, long bodyLength)
    {
        RdmaFrame.Encode(p, frame.Header, fields);
        var tables = p + HeadersOf(frame.Header.Type);
        if (fields.InCount > 0)
        {
            Sge.Write(tables, new RoomEntry(0, frame.OfferedRoom, 0));
            tables += Sge.Size;
        }

        if (fields.OutCount > 0)
        {
            Sge.Write(tables, new RoomEntry(exposed, (uint)bodyLength, exposed));
        }

        var header = new Span<byte>(p + fields.UserHeaderOffset, frame.Items.Length + frame.UserHeader.Length);
        frame.Items.CopyTo(header);
        frame.UserHeader.CopyTo(header[frame.Items.Length..]);
    }

    private SendStatus Expose(ref OutboundFrame frame, long bodyLength, out uint id)
    {
        var body = _exposed.Add(out id);
        try
        {
            if (frame.Token is { } token && (bodyLength > Options.CopyThreshold || token.IsNeverCopied))
            {
                body.Refer(frame.Body, token);
                return SendStatus.Referenced;
            }

            body.CopyFrom(frame, Poller.Memory.Rent(bodyLength));
            return SendStatus.Copied;
        }
        catch
        {
            _exposed.Remove(id);
            throw;
        }
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
    private void Patch(SimulatedPacket packet)
    {
        if (packet.Message == SlotMessageKind.Frame)
        {
            RdmaFrame.Stamp(packet.Pointer, _transportSerial++, _lastSerial, (ushort)_owedCredits);
            _owedCredits = 0;
        }
    }

    private bool SendMessage(SimulatedPacket packet)
    {
        _peerCredits--;
        if (Port.Send(packet))
        {
            return true;
        }

        Fail(LinkError.TransportFailed, "the poller of the peer has stopped");
        return false;
    }

    // Some of what was queued has gone, or is known to be at the peer.
    private void AfterProgress()
    {
        if (_congested && _queuedBytes <= Options.SendHighWatermark / 2)
        {
            _congested = false;
            if (_state == SlotLinkState.Ready)
            {
                _sink.OnWritable(this);
            }
        }

        if (_state == SlotLinkState.Flushing && _queue.First is null && _exposed.Count == 0)
        {
            Fail(LinkError.None, "closed here");
        }
    }

    private void MarkDirty()
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
