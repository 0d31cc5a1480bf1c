using System.Buffers;
using Accelio.Native.Verbs;
using Accelio.Transports.Memory;
using Accelio.Transports.Slots;
using Accelio.Transports.Wire;

namespace Accelio.Transports.Rdma;

/// <content>Bodies that one end announces and the other READs (RDMA, sections 7.1, 7.3 and 7.4).</content>
internal sealed unsafe partial class RdmaLink
{
    // Long enough to keep the device busy, short enough to see progress; within the longest message of every device.
    private const int ReadLength = 1 << 20;
    private const int ReadsAtOnce = 4;

    // Bodies announced, by the number of their frame, which is what their acknowledgement names.
    private readonly Dictionary<uint, uint> _announced = [];

    // Bodies of requests to C peers, by the task that the answer names: no acknowledgement comes for them.
    private readonly Dictionary<uint, uint> _awaited = [];

    private ReceiveSlot? _reading;
    private Slab? _landing;
    private byte* _target;
    private uint _targetKey;
    private int _part;
    private uint _partDone;
    private int _parts;

    /// <inheritdoc/>
    protected override int CountParts(in OutboundFrame frame)
    {
        var count = 0;
        foreach (var segment in frame.Body)
        {
            if (segment.IsEmpty)
            {
                continue;
            }

            fixed (byte* p = segment.Span)
            {
                if (!_device!.TryFindKeys(frame.Token?.Region, p, segment.Length, out _))
                {
                    return 0;
                }
            }

            count++;
        }

        return count;
    }

    /// <inheritdoc/>
    protected override void WriteParts(byte* table, uint exposed, ExposedBody body)
    {
        if (body.Copy is { } copy)
        {
            WritePart(table, copy.Pointer, (int)body.Length, known: null);
            return;
        }

        var token = body.Token!;
        for (var i = 0; i < token.Count; i++)
        {
            WritePart(table + (i * Sge.Size), token[i], token.LengthOf(i), token.Region);
        }
    }

    /// <inheritdoc/>
    protected override void OnStamped(SlotMessage message, uint number)
    {
        if (!message.AnnouncesBulk || !((RdmaMessage)message).Targets.IsEmpty)
        {
            return;
        }

        var transport = message.Pointer + RdmaFrame.TransportOffset;
        Tlv.TryRead(message.Pointer, out var type, out _);
        if (AcknowledgesRequests)
        {
            _announced[number] = message.Exposed;
        }
        else if (type.IsResponse())
        {
            // A C peer acknowledges the task that the response names, which means nothing else.
            BigEndian.WriteUInt32(transport + RdmaResponseHeader.LengthsOffset, number);
            _announced[number] = message.Exposed;
        }
        else
        {
            _awaited[BigEndian.ReadUInt32(transport + RdmaRequestHeader.TaskOffset + 2)] = message.Exposed;
        }
    }

    /// <inheritdoc/>
    protected override void OnFrameReceived(ReceiveSlot slot)
    {
        if (_awaited.Count > 0 && slot.Frame.Header.Type.IsResponse() && _awaited.Remove(slot.Frame.Header.RemoteTask, out var exposed))
        {
            EndExposure(exposed);
        }
    }

    /// <inheritdoc/>
    protected override uint FindAcknowledged(uint task) => _announced.Remove(task, out var exposed) ? exposed : 0;

    /// <inheritdoc/>
    protected override bool TryNameAcknowledgement(ReceiveSlot slot, out uint task)
    {
        task = AcknowledgesRequests ? slot.Number : slot.Frame.Header.LocalTask;
        return AcknowledgesRequests || slot.Frame.Header.Type.IsResponse();
    }

    /// <inheritdoc/>
    protected override void BeginFetch(ReceiveSlot slot, byte* target)
    {
        _reading = slot;
        _part = 0;
        _partDone = 0;
        _parts = slot.Parts;
        if (!_device!.TryFindKeys(slot.Frame.DestinationRegion, target, slot.Frame.BodyLength, out var keys))
        {
            // The device does not know the caller's memory.
            _landing = Poller.Memory.Rent(slot.Frame.BodyLength);
            target = _landing.Pointer;
            _device.TryFindKeys(known: null, target, slot.Frame.BodyLength, out keys);
        }

        _target = target;
        _targetKey = keys!.Local;
        for (var i = 0; i < ReadsAtOnce; i++)
        {
            ReadPiece();
        }
    }

    /// <inheritdoc/>
    protected override void EndFetch(ReceiveSlot slot)
    {
        if (_landing is { } landing)
        {
            Buffer.MemoryCopy(landing.Pointer, slot.Frame.Body, slot.Frame.BodyLength, slot.Frame.BodyLength);
            BulkBytesCopied += slot.Frame.BodyLength;
        }

        EndReads();
    }

    private void EndReads()
    {
        _landing?.Release();
        _landing = null;
        _reading = null;
    }

    private void OnReadDone(int length)
    {
        if (_reading is not null)
        {
            ReadPiece();
            OnFetched(length);
        }
    }

    // The next piece of the body in hand, if all of it has not been asked for: within one part of the peer's memory.
    private void ReadPiece()
    {
        while (_part < _parts && State != SlotLinkState.Closed)
        {
            var entry = Sge.Read(_reading!.PartTable + (_part * Sge.Size));
            if (_partDone == entry.Length)
            {
                _part++;
                _partDone = 0;
                continue;
            }

            var length = (int)Math.Min(ReadLength, entry.Length - _partDone);
            var request = Chain.AddSend(NextId(), WorkOpcode.Read, _target, length, _targetKey);
            request->Flags = WorkFlags.Signaled;
            request->RemoteAddress = entry.Address + _partDone;
            request->RemoteKey = entry.Key;
            _sends[_sent++ % (uint)_sends.Length] = new RdmaSend(null, length);
            _unsignaled = 0;
            _target += length;
            _partDone += (uint)length;
            PostSends();
            return;
        }
    }

    private void WritePart(byte* table, byte* address, int length, RegionEntry? known)
    {
        _device!.TryFindKeys(known, address, length, out var keys);
        Sge.Write(table, new RoomEntry((ulong)address, (uint)length, keys!.Remote));
    }
}
