namespace Accelio.Transports.Wire;

/// <summary>
/// Finds the first rule that a frame's fixed part breaks and says it in words. Runs on the error path only: the second look costs nothing
/// where it matters.
/// </summary>
internal static unsafe class TcpFrameDiagnosis
{
    /// <summary>What is wrong with a frame that <see cref="TcpFrame.Decode"/> refused, naming the field.</summary>
    public static string Explain(byte* p, int length, in TcpFrameLimits limits)
    {
        Find(p, length, limits, out var detail);
        return detail;
    }

    /// <summary>The same rules as <see cref="TcpFrame.Decode"/>, one after the other.</summary>
    internal static LinkError Find(byte* p, int length, in TcpFrameLimits limits, out string detail)
    {
        if (length < TcpFrame.HeaderSize)
        {
            return WireFault.Fail(LinkError.BadFrameLength, $"frame: {length} of {TcpFrame.HeaderSize} header bytes", out detail);
        }

        var known = Tlv.TryRead(p, out var type, out var tlvLength);
        if (!known)
        {
            return WireFault.Fail(LinkError.BadMagic, $"tlv magic: 0x{BigEndian.ReadUInt32(p):x8}", out detail);
        }

        if (type.IsRequest() ? FrameTypeRules.IsNotARequest((uint)type) : FrameTypeRules.IsNotAResponse((uint)type))
        {
            var error = type.IsSetup() ? LinkError.UnexpectedFrame : LinkError.UnknownFrameType;
            return WireFault.Fail(error, $"tlv type: 0x{(uint)type:x4}", out detail);
        }

        if (tlvLength > limits.MaxTlvLength || tlvLength < TcpFrame.HeadersInTlv)
        {
            return WireFault.Fail(
                LinkError.BadFrameLength, $"tlv length: {tlvLength}, allowed {TcpFrame.HeadersInTlv} to {limits.MaxTlvLength}", out detail);
        }

        var transport = p + TcpFrame.TransportOffset;
        var headerLength = BigEndian.ReadUInt16(transport + 2);
        if (headerLength != TcpRequestHeader.Size)
        {
            var name = type.IsRequest() ? "req_hdr_len" : "rsp_hdr_len";
            return WireFault.Fail(LinkError.BadHeaderLength, $"{name}: {headerLength}, must be {TcpRequestHeader.Size}", out detail);
        }

        var fault = type.IsRequest()
            ? FindInRequest(transport, type, limits, out var tables, out var operation, out detail)
            : FindInResponse(transport, type, limits, out tables, out operation, out detail);
        return fault != LinkError.None ? fault : FindInLengths(transport, type, tlvLength, limits, tables, operation, out detail);
    }

    private static LinkError FindInRequest(
        byte* transport, FrameType type, in TcpFrameLimits limits, out uint tables, out BodyOperation operation, out string detail)
    {
        uint inCount = BigEndian.ReadUInt16(transport + TcpRequestHeader.CountsOffset);
        uint outCount = BigEndian.ReadUInt16(transport + TcpRequestHeader.CountsOffset + 2);
        tables = (inCount + outCount) * Sge.Size;
        operation = (BodyOperation)transport[TcpRequestHeader.TaskOffset + 7];
        if (FrameTypeRules.IsIllegalRequestOperation((uint)operation, type.IsApplication()))
        {
            return WireFault.Fail(LinkError.BadOperation, $"out_tcp_op: {(byte)operation} in type 0x{(uint)type:x4}", out detail);
        }

        if (inCount > limits.MaxIn)
        {
            return WireFault.Fail(LinkError.TooManyParts, $"in_num_sge: {inCount}, announced {limits.MaxIn}", out detail);
        }

        if (outCount > limits.MaxOut)
        {
            return WireFault.Fail(LinkError.TooManyParts, $"out_num_sge: {outCount}, announced {limits.MaxOut}", out detail);
        }

        return WireFault.None(out detail);
    }

    private static LinkError FindInResponse(
        byte* transport, FrameType type, in TcpFrameLimits limits, out uint tables, out BodyOperation operation, out string detail)
    {
        uint outCount = BigEndian.ReadUInt16(transport + TcpResponseHeader.StatusOffset + 2);
        tables = outCount * WriteLengths.Size;
        operation = (BodyOperation)transport[TcpResponseHeader.StatusOffset];
        if (FrameTypeRules.IsIllegalResponseOperation((uint)operation, type.IsApplication()))
        {
            return WireFault.Fail(LinkError.BadOperation, $"out_tcp_op: {(byte)operation} in type 0x{(uint)type:x4}", out detail);
        }

        if (outCount > limits.MaxWriteLengths)
        {
            return WireFault.Fail(
                LinkError.TooManyParts, $"out_num_sge: {outCount} write lengths, offered at most {limits.MaxWriteLengths}", out detail);
        }

        return WireFault.None(out detail);
    }

    private static LinkError FindInLengths(
        byte* transport, FrameType type, ulong tlvLength, in TcpFrameLimits limits, uint tables, BodyOperation operation, out string detail)
    {
        uint userHeader = BigEndian.ReadUInt16(transport + TcpRequestHeader.LengthsOffset);
        uint pad = BigEndian.ReadUInt16(transport + TcpRequestHeader.LengthsOffset + 2);
        var inline = BigEndian.ReadUInt64(transport + TcpRequestHeader.InlineLengthOffset);
        if (operation == BodyOperation.Read && inline != 0)
        {
            return WireFault.Fail(LinkError.LengthMismatch, $"ulp_imm_len: {inline} with out_tcp_op READ", out detail);
        }

        if (!type.IsApplication() && (inline | pad) != 0)
        {
            return WireFault.Fail(
                LinkError.LengthMismatch, $"ulp_imm_len: {inline}, ulp_pad_len: {pad} in control type 0x{(uint)type:x4}", out detail);
        }

        if (inline > limits.MaxBodyLength)
        {
            return WireFault.Fail(LinkError.MessageTooLarge, $"ulp_imm_len: {inline}, allowed {limits.MaxBodyLength}", out detail);
        }

        if (TcpFrame.HeadersInTlv + (ulong)tables + userHeader + pad > limits.MaxTlvLength)
        {
            return WireFault.Fail(LinkError.BadFrameLength, $"ulp_hdr_len: {userHeader} does not fit the receive buffer", out detail);
        }

        var send = operation == BodyOperation.Send;
        var expected = TcpFrame.TlvLengthOf(type.IsApplication(), send, limits.IsDual, tables, userHeader, pad, inline);
        if (tlvLength != expected)
        {
            return WireFault.Fail(LinkError.LengthMismatch, $"tlv length: {tlvLength}, the sum of its parts is {expected}", out detail);
        }

        return WireFault.None(out detail);
    }
}
