namespace Accelio.Transports.Wire;

/// <summary>Finds the first rule that the headers of an RDMA frame break and says it in words. Runs on the error path only.</summary>
internal static unsafe class RdmaFrameDiagnosis
{
    /// <summary>What is wrong with a frame that <see cref="RdmaFrame.Decode"/> refused, naming the field.</summary>
    public static string Explain(byte* p, int length, in RdmaFrameLimits limits)
    {
        Find(p, length, limits, out var detail);
        return detail;
    }

    /// <summary>The same rules as <see cref="RdmaFrame.Decode"/>, one after the other.</summary>
    internal static LinkError Find(byte* p, int length, in RdmaFrameLimits limits, out string detail)
    {
        if (length < RdmaFrame.RequestSize)
        {
            return WireFault.Fail(LinkError.BadFrameLength, $"frame: {length} of {RdmaFrame.RequestSize} header bytes", out detail);
        }

        if (!Tlv.TryRead(p, out var type, out var tlvLength))
        {
            return WireFault.Fail(LinkError.BadMagic, $"tlv magic: 0x{BigEndian.ReadUInt32(p):x8}", out detail);
        }

        var request = type.IsRequest();
        if (request ? FrameTypeRules.IsNotARequest((uint)type) : FrameTypeRules.IsNotAResponse((uint)type))
        {
            var error = type.IsSetup() ? LinkError.UnexpectedFrame : LinkError.UnknownFrameType;
            return WireFault.Fail(error, $"tlv type: 0x{(uint)type:x4}", out detail);
        }

        if (!request && length < RdmaFrame.ResponseSize)
        {
            return WireFault.Fail(LinkError.BadFrameLength, $"frame: {length} of {RdmaFrame.ResponseSize} header bytes", out detail);
        }

        if (tlvLength > (ulong)(length - Tlv.Size))
        {
            return WireFault.Fail(LinkError.BadFrameLength, $"tlv length: {tlvLength} in a slot of {length} bytes", out detail);
        }

        var headerLength = BigEndian.ReadUInt16(p + RdmaFrame.TransportOffset + 2);
        var size = request ? RdmaRequestHeader.Size : RdmaResponseHeader.Size;
        if (headerLength != size)
        {
            var name = request ? "req_hdr_len" : "rsp_hdr_len";
            return WireFault.Fail(LinkError.BadHeaderLength, $"{name}: {headerLength}, must be {size}", out detail);
        }

        return request ? FindInRequest(p, length, type, limits, out detail) : FindInResponse(p, length, type, limits, out detail);
    }

    private static LinkError FindInRequest(byte* p, int length, FrameType type, in RdmaFrameLimits limits, out string detail)
    {
        var transport = p + RdmaFrame.TransportOffset;
        var operation = (BodyOperation)transport[RdmaRequestHeader.TaskOffset + 7];
        if (FrameTypeRules.IsIllegalRequestOperation((uint)operation, type.IsApplication()))
        {
            return WireFault.Fail(LinkError.BadOperation, $"out_ib_op: {(byte)operation} in type 0x{(uint)type:x4}", out detail);
        }

        var inCount = BigEndian.ReadUInt16(transport + RdmaRequestHeader.CountsOffset);
        if (inCount > limits.MaxIn)
        {
            return WireFault.Fail(LinkError.TooManyParts, $"in_num_sge: {inCount}, announced {limits.MaxIn}", out detail);
        }

        var outCount = BigEndian.ReadUInt16(transport + RdmaRequestHeader.CountsOffset + 2);
        if (outCount > limits.MaxOut)
        {
            return WireFault.Fail(LinkError.TooManyParts, $"out_num_sge: {outCount}, announced {limits.MaxOut}", out detail);
        }

        var offset = RdmaFrame.RequestSize + ((inCount + outCount) * Sge.Size);
        var inline = BigEndian.ReadUInt64(transport + RdmaRequestHeader.InlineLengthOffset);
        return FindInLengths(transport + RdmaRequestHeader.LengthsOffset, offset, inline, operation, length, limits, out detail);
    }

    private static LinkError FindInResponse(byte* p, int length, FrameType type, in RdmaFrameLimits limits, out string detail)
    {
        var transport = p + RdmaFrame.TransportOffset;
        var operation = (BodyOperation)transport[RdmaResponseHeader.TaskOffset + 6];
        if (FrameTypeRules.IsIllegalRdmaResponseOperation((uint)operation, type.IsApplication()))
        {
            return WireFault.Fail(LinkError.BadOperation, $"out_ib_op: {(byte)operation} in type 0x{(uint)type:x4}", out detail);
        }

        var outCount = operation == BodyOperation.Send ? 0u : BigEndian.ReadUInt16(transport + RdmaResponseHeader.StatusOffset + 2);
        var most = operation == BodyOperation.Write ? limits.MaxWriteLengths : limits.MaxOut;
        if (outCount > most)
        {
            return WireFault.Fail(LinkError.TooManyParts, $"out_num_sge: {outCount}, allowed {most}", out detail);
        }

        var offset = RdmaFrame.ResponseSize + ((int)outCount * RdmaFrame.ResponseEntrySize(operation));
        var inline = BigEndian.ReadUInt64(transport + RdmaResponseHeader.InlineLengthOffset);
        return FindInLengths(transport + RdmaResponseHeader.LengthsOffset + 4, offset, inline, operation, length, limits, out detail);
    }

    private static LinkError FindInLengths(
        byte* lengths, int offset, ulong inline, BodyOperation operation, int length, in RdmaFrameLimits limits, out string detail)
    {
        if (operation == BodyOperation.Read && inline != 0)
        {
            return WireFault.Fail(LinkError.LengthMismatch, $"ulp_imm_len: {inline} with out_ib_op READ", out detail);
        }

        if (inline > limits.MaxBodyLength)
        {
            return WireFault.Fail(LinkError.MessageTooLarge, $"ulp_imm_len: {inline}, allowed {limits.MaxBodyLength}", out detail);
        }

        uint userHeader = BigEndian.ReadUInt16(lengths);
        uint pad = BigEndian.ReadUInt16(lengths + 2);
        var needed = (ulong)offset + userHeader + pad + (operation == BodyOperation.Send ? inline : 0);
        return needed > (ulong)length
            ? WireFault.Fail(LinkError.LengthMismatch, $"frame: {length} bytes, the sum of its parts is {needed}", out detail)
            : WireFault.None(out detail);
    }
}
