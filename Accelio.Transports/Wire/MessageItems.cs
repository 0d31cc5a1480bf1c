using System.Buffers.Binary;

namespace Accelio.Transports.Wire;

/// <summary>
/// The item area at the start of a user header, announced by <see cref="MessageFlags.Items"/>: a 2-byte length of the items, then items of
/// type 1, length 1 and value, every item at most once, unknown items skipped. Only on links that negotiated an extension.
/// </summary>
internal ref struct MessageItems
{
    /// <summary>Longest text of a failure, in bytes of UTF-8.</summary>
    public const int MaxFailureText = byte.MaxValue;

    /// <summary>Bytes that <see cref="Write"/> needs at most.</summary>
    public const int MaxWritten = AreaHeaderSize + (12 * ItemHeaderSize) + WindowSize + (3 * sizeof(ulong)) + sizeof(byte) + MaxFailureText + KeySize + sizeof(uint)
        + RemoteItem.Size + Wire.ResumeToken.Size + ResumeItem.Size + MoveGoPayload.MaxTarget;

    private const int AreaHeaderSize = 2;
    private const int ItemHeaderSize = 2;
    private const int WindowSize = sizeof(uint) + sizeof(ulong);
    private const int KeySize = 16;

    /// <summary>Whether there is a <see cref="MessageItemType.Window"/>.</summary>
    public bool HasWindow;

    /// <summary>The window, messages.</summary>
    public uint WindowMessages;

    /// <summary>The window, bytes.</summary>
    public ulong WindowBytes;

    /// <summary>Whether there is a <see cref="MessageItemType.ResponseRoom"/>.</summary>
    public bool HasResponseRoom;

    /// <summary>The longest response, bytes.</summary>
    public ulong ResponseRoom;

    /// <summary>Whether there is a <see cref="MessageItemType.FailureText"/>.</summary>
    public bool HasFailureText;

    /// <summary>
    /// The text of a failure, UTF-8 from the peer, not validated. Written, it is cut at a character boundary to <see
    /// cref="MaxFailureText"/>.
    /// </summary>
    public ReadOnlySpan<byte> FailureText;

    /// <summary>Whether there is a <see cref="MessageItemType.Deadline"/>.</summary>
    public bool HasDeadline;

    /// <summary>Time for an answer, nanoseconds; all ones for no limit.</summary>
    public ulong Deadline;

    /// <summary>Whether there is a <see cref="MessageItemType.Expired"/>.</summary>
    public bool HasExpired;

    /// <summary>Expired: whether a handler may have seen the request.</summary>
    public bool MayHaveExecuted;

    /// <summary>Whether there is a <see cref="MessageItemType.SessionKey"/>.</summary>
    public bool HasSessionKey;

    /// <summary>What the session is known by to its two sides only.</summary>
    public UInt128 SessionKey;

    /// <summary>Whether there is a <see cref="MessageItemType.ConnectionId"/>.</summary>
    public bool HasConnectionId;

    /// <summary>The id by which the sender is to be addressed on the connection.</summary>
    public uint ConnectionId;

    /// <summary>Whether there is a <see cref="MessageItemType.Remote"/>.</summary>
    public bool HasRemote;

    /// <summary>What is asked of shared memory.</summary>
    public RemoteItem Remote;

    /// <summary>Whether there is a <see cref="MessageItemType.ResumeToken"/>.</summary>
    public bool HasResumeToken;

    /// <summary>What a client needs to take the connection up again.</summary>
    public ResumeToken ResumeToken;

    /// <summary>Whether there is a <see cref="MessageItemType.Resume"/>.</summary>
    public bool HasResume;

    /// <summary>Where the sender stands on a connection that was there before.</summary>
    public ResumeItem Resume;

    /// <summary>Whether there is a <see cref="MessageItemType.RetryAfter"/>.</summary>
    public bool HasRetryAfter;

    /// <summary>When to try again, nanoseconds.</summary>
    public ulong RetryAfter;

    /// <summary>Whether there is a <see cref="MessageItemType.Moved"/>.</summary>
    public bool HasMoved;

    /// <summary>Where the connection was moved, UTF-8 from the peer, not validated; at most <see cref="MoveGoPayload.MaxTarget"/> bytes.</summary>
    public ReadOnlySpan<byte> Moved;

    /// <summary>Bytes that <see cref="Write"/> writes.</summary>
    public readonly int Length =>
        AreaHeaderSize
        + (HasWindow ? ItemHeaderSize + WindowSize : 0)
        + (HasResponseRoom ? ItemHeaderSize + sizeof(ulong) : 0)
        + (HasFailureText ? ItemHeaderSize + Cut(FailureText).Length : 0)
        + (HasDeadline ? ItemHeaderSize + sizeof(ulong) : 0)
        + (HasExpired ? ItemHeaderSize + sizeof(byte) : 0)
        + (HasSessionKey ? ItemHeaderSize + KeySize : 0)
        + (HasConnectionId ? ItemHeaderSize + sizeof(uint) : 0)
        + (HasRemote ? ItemHeaderSize + RemoteItem.Size : 0)
        + (HasResumeToken ? ItemHeaderSize + Wire.ResumeToken.Size : 0)
        + (HasResume ? ItemHeaderSize + ResumeItem.Size : 0)
        + (HasRetryAfter ? ItemHeaderSize + sizeof(ulong) : 0)
        + (HasMoved ? ItemHeaderSize + Moved.Length : 0);

    /// <summary>Parses the area; the text lies in <paramref name="userHeader"/>.</summary>
    /// <param name="userHeader">The user header as it came.</param>
    /// <param name="items">The parsed items.</param>
    /// <param name="areaLength">Bytes of the area, behind which the user's own header begins.</param>
    /// <param name="field">What is wrong, null on success.</param>
    public static bool TryParse(ReadOnlySpan<byte> userHeader, out MessageItems items, out int areaLength, out string? field)
    {
        items = default;
        areaLength = 0;
        if (userHeader.Length < AreaHeaderSize)
        {
            field = "item area: cut off";
            return false;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(userHeader);
        if (length > userHeader.Length - AreaHeaderSize)
        {
            field = "item area: length";
            return false;
        }

        field = ParseItems(userHeader.Slice(AreaHeaderSize, length), ref items);
        if (field is not null)
        {
            items = default;
            return false;
        }

        areaLength = AreaHeaderSize + length;
        return true;
    }

    /// <summary>Writes the area with its length; the destination must have room for <see cref="Length"/> bytes.</summary>
    /// <returns>Bytes written.</returns>
    public readonly int Write(Span<byte> destination)
    {
        var length = Length;
        var writer = new SpanWriter(destination[..length]);
        writer.WriteUInt16((ushort)(length - AreaHeaderSize));
        if (HasWindow)
        {
            WriteItemHeader(ref writer, MessageItemType.Window, WindowSize);
            writer.WriteUInt32(WindowMessages);
            writer.WriteUInt64(WindowBytes);
        }

        if (HasResponseRoom)
        {
            WriteItemHeader(ref writer, MessageItemType.ResponseRoom, sizeof(ulong));
            writer.WriteUInt64(ResponseRoom);
        }

        if (HasFailureText)
        {
            var text = Cut(FailureText);
            WriteItemHeader(ref writer, MessageItemType.FailureText, text.Length);
            writer.WriteBytes(text);
        }

        if (HasDeadline)
        {
            WriteItemHeader(ref writer, MessageItemType.Deadline, sizeof(ulong));
            writer.WriteUInt64(Deadline);
        }

        if (HasExpired)
        {
            WriteItemHeader(ref writer, MessageItemType.Expired, sizeof(byte));
            writer.WriteByte(MayHaveExecuted ? (byte)1 : (byte)0);
        }

        if (HasSessionKey)
        {
            WriteItemHeader(ref writer, MessageItemType.SessionKey, KeySize);
            writer.WriteUInt64((ulong)(SessionKey >> 64));
            writer.WriteUInt64((ulong)SessionKey);
        }

        if (HasConnectionId)
        {
            WriteItemHeader(ref writer, MessageItemType.ConnectionId, sizeof(uint));
            writer.WriteUInt32(ConnectionId);
        }

        if (HasRemote)
        {
            WriteItemHeader(ref writer, MessageItemType.Remote, RemoteItem.Size);
            Remote.Write(ref writer);
        }

        if (HasResumeToken)
        {
            WriteItemHeader(ref writer, MessageItemType.ResumeToken, Wire.ResumeToken.Size);
            ResumeToken.Write(ref writer);
        }

        if (HasResume)
        {
            WriteItemHeader(ref writer, MessageItemType.Resume, ResumeItem.Size);
            Resume.Write(ref writer);
        }

        if (HasRetryAfter)
        {
            WriteItemHeader(ref writer, MessageItemType.RetryAfter, sizeof(ulong));
            writer.WriteUInt64(RetryAfter);
        }

        if (HasMoved)
        {
            WriteItemHeader(ref writer, MessageItemType.Moved, Moved.Length);
            writer.WriteBytes(Moved);
        }

        return writer.Written;
    }

    private static void WriteItemHeader(ref SpanWriter writer, MessageItemType type, int length)
    {
        writer.WriteByte((byte)type);
        writer.WriteByte((byte)length);
    }

    private static string? ParseItems(ReadOnlySpan<byte> area, ref MessageItems items)
    {
        var seen = default(ByteSet);
        var reader = new SpanReader(area);
        while (reader.Remaining != 0)
        {
            var type = reader.ReadByte();
            var value = reader.ReadBytes(reader.ReadByte());
            if (reader.Failed)
            {
                return "item: length";
            }

            if (!seen.Add(type))
            {
                return "item: twice";
            }

            if (ParseItem((MessageItemType)type, value, ref items) is { } field)
            {
                return field;
            }
        }

        return null;
    }

    private static string? ParseItem(MessageItemType type, ReadOnlySpan<byte> value, ref MessageItems items)
    {
        switch (type)
        {
            case MessageItemType.Window when value.Length != WindowSize:
                return "item window: length";
            case MessageItemType.Window:
                items.HasWindow = true;
                items.WindowMessages = BinaryPrimitives.ReadUInt32BigEndian(value);
                items.WindowBytes = BinaryPrimitives.ReadUInt64BigEndian(value[sizeof(uint)..]);
                return null;
            case MessageItemType.ResponseRoom when value.Length != sizeof(ulong):
                return "item response-room: length";
            case MessageItemType.ResponseRoom:
                items.HasResponseRoom = true;
                items.ResponseRoom = BinaryPrimitives.ReadUInt64BigEndian(value);
                return null;
            case MessageItemType.FailureText:
                items.HasFailureText = true;
                items.FailureText = value;
                return null;
            case MessageItemType.Deadline when value.Length != sizeof(ulong):
                return "item deadline: length";
            case MessageItemType.Deadline:
                items.HasDeadline = true;
                items.Deadline = BinaryPrimitives.ReadUInt64BigEndian(value);
                return null;
            case MessageItemType.Expired when value.Length != sizeof(byte):
                return "item expired: length";
            case MessageItemType.Expired:
                items.HasExpired = true;
                items.MayHaveExecuted = value[0] != 0;
                return null;
            case MessageItemType.SessionKey when value.Length != KeySize:
                return "item session-key: length";
            case MessageItemType.SessionKey:
                items.HasSessionKey = true;
                items.SessionKey = BinaryPrimitives.ReadUInt128BigEndian(value);
                return null;
            case MessageItemType.ConnectionId when value.Length != sizeof(uint):
                return "item connection-id: length";
            case MessageItemType.ConnectionId:
                items.HasConnectionId = true;
                items.ConnectionId = BinaryPrimitives.ReadUInt32BigEndian(value);
                return null;
            case MessageItemType.Remote:
                items.HasRemote = true;
                items.Remote = RemoteItem.Read(value, out var field);
                return field;
            case MessageItemType.ResumeToken:
                items.HasResumeToken = true;
                items.ResumeToken = Wire.ResumeToken.Read(value, out field);
                return field;
            case MessageItemType.Resume:
                items.HasResume = true;
                items.Resume = ResumeItem.Read(value, out field);
                return field;
            case MessageItemType.RetryAfter when value.Length != sizeof(ulong):
                return "item retry-after: length";
            case MessageItemType.RetryAfter:
                items.HasRetryAfter = true;
                items.RetryAfter = BinaryPrimitives.ReadUInt64BigEndian(value);
                return null;
            case MessageItemType.Moved when value.Length is 0 or > MoveGoPayload.MaxTarget:
                return "item moved: length";
            case MessageItemType.Moved:
                items.HasMoved = true;
                items.Moved = value;
                return null;
            default:
                return null;
        }
    }

    // Cutting inside a character would make the peer show a replacement character.
    private static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> text)
    {
        if (text.Length <= MaxFailureText)
        {
            return text;
        }

        var end = MaxFailureText;
        while (end > 0 && (text[end] & 0xC0) == 0x80)
        {
            end--;
        }

        return text[..end];
    }
}
