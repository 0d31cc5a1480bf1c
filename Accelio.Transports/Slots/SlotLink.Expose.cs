using Accelio.Transports.Wire;

namespace Accelio.Transports.Slots;

/// <content>Bodies that the peer fetches: its sight of them, and the end of it.</content>
internal abstract unsafe partial class SlotLink
{
    /// <summary>Most parts that a body is announced in.</summary>
    protected const int MaxParts = 16;

    private readonly Queue<SendToken> _released = new();

    /// <summary>Bytes of long bodies that were copied at this end since the link was made: out of memory that the peer cannot fetch from, or into memory that
    /// nothing can be fetched into. Bodies that fit a slot are not counted.</summary>
    public long BulkBytesCopied { get; protected set; }

    /// <summary>Most parts of a body that the peer takes.</summary>
    protected int PeerMaxParts { get; private set; } = 1;

    /// <summary>The peer needs a body no longer.</summary>
    protected void EndExposure(uint exposed)
    {
        _queuedBytes -= Exposed.Find(exposed)!.Length;
        _sendProgress = Poller.Now;
        if (Exposed.Remove(exposed) is { } token)
        {
            _sink!.OnReleased(this, token);
        }

        MarkDirty();
    }

    // In how many parts the body is announced, and whether they are its own memory: else the peer fetches a copy, which is in one piece.
    private int PartsOf(in OutboundFrame frame, long bodyLength, out bool refers)
    {
        refers = WantsReference(frame, bodyLength) && CountParts(frame) is var count && count > 0 && count <= Math.Min(PeerMaxParts, MaxParts);
        return refers ? CountParts(frame) : 1;
    }

    // How many of the peer's buffers a body fills, the last one partly.
    private static int CountTargets(ReadOnlySpan<RoomEntry> room, long bodyLength)
    {
        var count = 0;
        for (; bodyLength > 0; count++)
        {
            bodyLength -= room[count].Length;
        }

        return count;
    }

    // The table says how many bytes go into each of them.
    private void WriteTargets(SlotMessage message, byte* table, ReadOnlySpan<RoomEntry> room, long bodyLength)
    {
        var targets = room[..CountTargets(room, bodyLength)];
        for (var i = 0; i < targets.Length; i++)
        {
            var length = (uint)Math.Min(targets[i].Length, bodyLength);
            WriteLengths.Write(table, i, length);
            bodyLength -= length;
        }

        Place(message, targets);
    }

    private bool WantsReference(in OutboundFrame frame, long bodyLength) =>
        frame.Token is { } token && (bodyLength > Options.CopyThreshold || token.IsNeverCopied);

    private SendStatus Expose(ref OutboundFrame frame, long bodyLength, bool refers, out uint id)
    {
        var body = Exposed.Add(out id);
        try
        {
            if (refers)
            {
                body.Refer(frame.Body, frame.Token!);
                return SendStatus.Referenced;
            }

            body.CopyFrom(frame, Poller.Memory.Rent(bodyLength));
            BulkBytesCopied += bodyLength;
            return WantsReference(frame, bodyLength) ? SendStatus.Referenced : SendStatus.Copied;
        }
        catch
        {
            Exposed.Remove(id);
            throw;
        }
    }

    private void ReleaseEarly()
    {
        while (_released.TryDequeue(out var token))
        {
            _sink!.OnReleased(this, token);
        }
    }
}
