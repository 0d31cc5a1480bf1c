namespace Accelio.Transports.Wire;

/// <summary>
/// The payload of SETUP_REQ (wire protocol, section 10.1): session id 4, queue depths 20, uri length 2, private data length 2, uri, private
/// data. Between our own peers an item area stands in front of it, which is not part of it.
/// </summary>
internal ref struct SessionSetupRequest
{
    /// <summary>Bytes in front of the uri.</summary>
    public const int FixedSize = sizeof(uint) + QueueDepths.Size + (2 * sizeof(ushort));

    /// <summary>Longest payload of either set-up message, in bytes (section 2).</summary>
    public const int MaxLength = 3840;

    /// <summary>The client's id of the session. All C clients count from 0.</summary>
    public uint SessionId;

    /// <summary>The client's queues.</summary>
    public QueueDepths Depths;

    /// <summary>
    /// The uri as given to the client. C clients cut it, or append foreign bytes, after a redirect (section 20.6): it identifies nothing.
    /// </summary>
    public ReadOnlySpan<byte> Uri;

    /// <summary>The application's data.</summary>
    public ReadOnlySpan<byte> PrivateData;

    /// <summary>Length of the payload in bytes.</summary>
    public readonly int Length => FixedSize + Uri.Length + PrivateData.Length;

    /// <summary>Parses a payload; the spans of the result lie in it.</summary>
    /// <param name="payload">The payload, behind the item area if there is one.</param>
    /// <param name="request">The parsed request.</param>
    /// <param name="field">Which field is wrong, null on success.</param>
    public static bool TryParse(ReadOnlySpan<byte> payload, out SessionSetupRequest request, out string? field)
    {
        request = default;
        field = payload.Length > MaxLength ? "set-up request: too long" : payload.Length < FixedSize ? "set-up request: cut off" : null;
        if (field is not null)
        {
            return false;
        }

        var reader = new SpanReader(payload);
        var sessionId = reader.ReadUInt32();
        var depths = QueueDepths.Read(ref reader);
        int uriLength = reader.ReadUInt16();
        int privateLength = reader.ReadUInt16();
        if (uriLength > reader.Remaining)
        {
            field = "uri length";
            return false;
        }

        if (uriLength + privateLength != reader.Remaining)
        {
            field = "private data length";
            return false;
        }

        request.SessionId = sessionId;
        request.Depths = depths;
        request.Uri = reader.ReadBytes(uriLength);
        request.PrivateData = reader.ReadBytes(privateLength);
        return true;
    }

    /// <summary>Writes the payload; false when it is longer than the destination or <see cref="MaxLength"/>.</summary>
    public readonly bool TryWrite(Span<byte> destination, out int written)
    {
        var writer = new SpanWriter(destination[..Math.Min(destination.Length, MaxLength)]);
        writer.WriteUInt32(SessionId);
        Depths.Write(ref writer);
        writer.WriteUInt16((ushort)Uri.Length);
        writer.WriteUInt16((ushort)PrivateData.Length);
        writer.WriteBytes(Uri);
        writer.WriteBytes(PrivateData);
        written = writer.Written;
        return !writer.Failed;
    }
}
