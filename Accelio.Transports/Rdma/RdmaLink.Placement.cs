using Accelio.Native.Verbs;
using Accelio.Transports.Memory;
using Accelio.Transports.Slots;

namespace Accelio.Transports.Rdma;

/// <content>Bodies of responses that are WRITTEN into buffers which the requester offered, as C peers do (RDMA, section 7.3).</content>
internal sealed unsafe partial class RdmaLink
{
    // Within the longest message of every device.
    private const uint WriteLength = 8 << 20;

    // A body that takes more requests than this is left to be READ.
    private const int MaxWrites = 128;

    /// <inheritdoc/>
    protected override bool CanPlace(in OutboundFrame frame, long bodyLength)
    {
        if (!frame.Header.Type.IsResponse())
        {
            return false;
        }

        var room = 0L;
        foreach (var entry in frame.PeerRoom)
        {
            if (entry.Address == 0 || entry.Key == 0)
            {
                return false;
            }

            room += entry.Length;
        }

        return bodyLength <= room && CountWrites(frame.PeerRoom.Length, CountParts(frame), bodyLength) <= MaxWrites;
    }

    /// <inheritdoc/>
    protected override void Place(SlotMessage message, ReadOnlySpan<RoomEntry> targets) => ((RdmaMessage)message).SetTargets(targets);

    // At most: parts here and buffers there need not end at the same places.
    private static long CountWrites(int targets, int parts, long bodyLength) => targets + Math.Max(1, parts) + (bodyLength / WriteLength);

    private long CountWrites(RdmaMessage message)
    {
        var body = Exposed.Find(message.Exposed)!;
        return CountWrites(message.Targets.Length, body.Token?.Count ?? 1, body.Length);
    }

    // In front of the message, in the same queue: whoever receives it has the body.
    private bool PostWrites(RdmaMessage message)
    {
        var body = message.Targets.IsEmpty ? null : Exposed.Find(message.Exposed);
        var left = body?.Length ?? 0;
        var part = 0;
        var partDone = 0L;
        foreach (var target in message.Targets)
        {
            for (var at = 0u; at < target.Length && left > 0;)
            {
                var start = body!.Copy is { } copy ? copy.Pointer : body.Token![part];
                var partLength = body.Copy is null ? body.Token!.LengthOf(part) : body.Length;
                if (partDone == partLength)
                {
                    part++;
                    partDone = 0;
                    continue;
                }

                var length = (uint)Math.Min(Math.Min(WriteLength, target.Length - at), partLength - partDone);
                if (!PostWrite(start + partDone, length, body.Token?.Region, target.Address + at, target.Key))
                {
                    return false;
                }

                at += length;
                partDone += length;
                left -= length;
            }
        }

        return true;
    }

    private bool PostWrite(byte* from, uint length, RegionEntry? known, ulong to, uint key)
    {
        var request = Chain.AddSend(NextId(), WorkOpcode.Write, from, (int)length, _device!.KeyOf(from, length, known));
        request->RemoteAddress = to;
        request->RemoteKey = key;
        _sends[_sent++ % (uint)_sends.Length] = default;
        return Chain.Sends < RdmaChain.Capacity || PostSends();
    }
}
