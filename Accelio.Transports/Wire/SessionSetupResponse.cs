namespace Accelio.Transports.Wire;

/// <summary>
/// The payload of SETUP_RSP (wire protocol, section 10.2): session id 4, action 2, then by action. Between our own peers an item area
/// stands in front of it, which is not part of it.
/// </summary>
internal ref struct SessionSetupResponse
{
    /// <summary>Longest payload of either set-up message, in bytes (section 2).</summary>
    public const int MaxLength = SessionSetupRequest.MaxLength;

    /// <summary>The server's id of the session (between our own peers: of its first connection).</summary>
    public uint SessionId;

    /// <summary>What the server decided.</summary>
    public SessionAction Action;

    /// <summary>Accept: the server's queues.</summary>
    public QueueDepths Depths;

    /// <summary>Reject: a status code.</summary>
    public uint Reason;

    /// <summary>Accept: where the connections go, empty for "here". Redirect: where to ask again, at least one.</summary>
    public PortalList Portals;

    /// <summary>The application's data.</summary>
    public ReadOnlySpan<byte> PrivateData;

    /// <summary>Parses a payload; the spans of the result lie in it.</summary>
    /// <param name="payload">The payload, behind the item area if there is one.</param>
    /// <param name="response">The parsed answer.</param>
    /// <param name="field">Which field is wrong, null on success.</param>
    public static bool TryParse(ReadOnlySpan<byte> payload, out SessionSetupResponse response, out string? field)
    {
        response = default;
        if (payload.Length > MaxLength)
        {
            field = "set-up response: too long";
            return false;
        }

        var reader = new SpanReader(payload);
        response.SessionId = reader.ReadUInt32();
        response.Action = (SessionAction)reader.ReadUInt16();
        var portals = 0;
        switch (response.Action)
        {
            case SessionAction.Accept:
                response.Depths = QueueDepths.Read(ref reader);
                portals = reader.ReadUInt16();
                break;
            case SessionAction.Redirect:
                portals = reader.ReadUInt16();
                break;
            case SessionAction.Reject:
                response.Reason = reader.ReadUInt32();
                break;
            default:
                field = reader.Failed ? "set-up response: cut off" : "action";
                response = default;
                return false;
        }

        int privateLength = reader.ReadUInt16();
        var rest = payload[^reader.Remaining..];
        field = reader.Failed ? "set-up response: cut off"
            : response.Action == SessionAction.Redirect && portals == 0 ? "number of portals"
            : !PortalList.TryParse(rest, portals, out response.Portals, out var portalBytes) ? "portal length"
            : rest.Length - portalBytes != privateLength ? "private data length"
            : null;
        if (field is not null)
        {
            response = default;
            return false;
        }

        response.PrivateData = rest[^privateLength..];
        return true;
    }

    /// <summary>Writes an accept; false when it is longer than the destination or <see cref="MaxLength"/>.</summary>
    public static bool TryWriteAccept(
        Span<byte> destination,
        uint sessionId,
        in QueueDepths depths,
        ReadOnlySpan<ReadOnlyMemory<byte>> portals,
        ReadOnlySpan<byte> privateData,
        out int written)
    {
        var writer = Begin(destination, sessionId, SessionAction.Accept);
        depths.Write(ref writer);
        return WriteRest(ref writer, portals, privateData, out written);
    }

    /// <summary>
    /// Writes a redirect to at least one portal, the first of which C clients take; false when it is longer than the destination or <see
    /// cref="MaxLength"/>.
    /// </summary>
    public static bool TryWriteRedirect(
        Span<byte> destination, uint sessionId, ReadOnlySpan<ReadOnlyMemory<byte>> portals, out int written)
    {
        ArgumentOutOfRangeException.ThrowIfZero(portals.Length, nameof(portals));
        var writer = Begin(destination, sessionId, SessionAction.Redirect);
        return WriteRest(ref writer, portals, default, out written);
    }

    /// <summary>Writes a reject; false when it is longer than the destination or <see cref="MaxLength"/>.</summary>
    public static bool TryWriteReject(
        Span<byte> destination, uint sessionId, uint reason, ReadOnlySpan<byte> privateData, out int written)
    {
        var writer = Begin(destination, sessionId, SessionAction.Reject);
        writer.WriteUInt32(reason);
        writer.WriteString(privateData);
        written = writer.Written;
        return !writer.Failed;
    }

    private static SpanWriter Begin(Span<byte> destination, uint sessionId, SessionAction action)
    {
        var writer = new SpanWriter(destination[..Math.Min(destination.Length, MaxLength)]);
        writer.WriteUInt32(sessionId);
        writer.WriteUInt16((ushort)action);
        return writer;
    }

    private static bool WriteRest(
        ref SpanWriter writer, ReadOnlySpan<ReadOnlyMemory<byte>> portals, ReadOnlySpan<byte> privateData, out int written)
    {
        writer.WriteUInt16((ushort)portals.Length);
        writer.WriteUInt16((ushort)privateData.Length);
        foreach (var portal in portals)
        {
            writer.WriteString(portal.Span);
        }

        writer.WriteBytes(privateData);
        written = writer.Written;
        return !writer.Failed;
    }
}
