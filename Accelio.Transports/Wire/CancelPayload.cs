namespace Accelio.Transports.Wire;

/// <summary>
/// The payload of CANCEL_REQ and CANCEL_RSP, 26 bytes (wire protocol, section 14). Over TCP a C peer drops the link when it receives one:
/// it is read here and never sent to such a peer.
/// </summary>
/// <param name="TransportSerial">Transport serial number of the request to be cancelled.</param>
/// <param name="Result">0 in the request, a status code in the answer.</param>
/// <param name="RequesterSessionId">The requester's id of the session.</param>
/// <param name="ResponderSessionId">The responder's id of the session.</param>
/// <param name="Serial">Serial number of the message to be cancelled.</param>
internal readonly record struct CancelPayload(
    ushort TransportSerial, uint Result, uint RequesterSessionId, uint ResponderSessionId, ulong Serial)
{
    /// <summary>Bytes of the payload.</summary>
    public const int Size = 26;

    private const ushort HeadLength = 8;
    private const ushort MessageLength = 16;

    /// <summary>Parses a payload.</summary>
    /// <param name="payload">The payload.</param>
    /// <param name="cancel">The parsed payload.</param>
    /// <param name="field">Which field is wrong, null on success.</param>
    public static bool TryParse(ReadOnlySpan<byte> payload, out CancelPayload cancel, out string? field)
    {
        var reader = new SpanReader(payload);
        var headLength = reader.ReadUInt16();
        var transportSerial = reader.ReadUInt16();
        var result = reader.ReadUInt32();
        var messageLength = reader.ReadUInt16();
        cancel = new CancelPayload(transportSerial, result, reader.ReadUInt32(), reader.ReadUInt32(), reader.ReadUInt64());
        field = reader.Failed || reader.Remaining != 0 ? "cancel: length"
            : headLength != HeadLength ? "cancel: hdr_len"
            : messageLength != MessageLength ? "cancel: ulp_msg_len"
            : null;
        return field is null;
    }

    /// <summary>Writes <see cref="Size"/> bytes.</summary>
    public void Write(Span<byte> destination)
    {
        var writer = new SpanWriter(destination[..Size]);
        writer.WriteUInt16(HeadLength);
        writer.WriteUInt16(TransportSerial);
        writer.WriteUInt32(Result);
        writer.WriteUInt16(MessageLength);
        writer.WriteUInt32(RequesterSessionId);
        writer.WriteUInt32(ResponderSessionId);
        writer.WriteUInt64(Serial);
    }
}
