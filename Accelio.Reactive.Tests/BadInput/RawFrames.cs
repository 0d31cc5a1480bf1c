using Accelio.Transports;
using Accelio.Transports.Wire;

namespace Accelio.Reactive.Tests.BadInput;

/// <summary>Whole frames by the rules of the wire, for peers that then break one of them.</summary>
internal static unsafe class RawFrames
{
    /// <summary>A frame whose body, if any, travels inline.</summary>
    /// <returns>What goes over the control socket, and what over the data socket; with one socket everything is in the first.</returns>
    public static (byte[] Control, byte[] Data) Inline(
        bool isDual, FrameHeader header, ReadOnlySpan<byte> userHeader, ReadOnlySpan<byte> body)
    {
        var fields = new TcpFrameFields
        {
            InOperation = header.Type.IsRequest() ? BodyOperation.Send : BodyOperation.None,
            OutOperation = BodyOperation.Send,
            UserHeaderLength = (ushort)userHeader.Length,
            InlineLength = (ulong)body.Length,
        };
        var head = Head(isDual, header, fields, []);
        return !isDual ? ([.. head, .. userHeader, .. body], [])
            : header.Type.IsApplication() ? ([.. head, .. userHeader], body.ToArray())
            : (head, userHeader.ToArray());
    }

    /// <summary>The frame of a request or one-way message that announces a body, which is to follow.</summary>
    public static byte[] Announcement(bool isDual, FrameHeader header, params uint[] parts)
    {
        var fields = new TcpFrameFields
        {
            InOperation = BodyOperation.Send,
            OutOperation = BodyOperation.Read,
            OutCount = (ushort)parts.Length,
        };
        var table = new byte[parts.Length * Sge.Size];
        for (var i = 0; i < parts.Length; i++)
        {
            fixed (byte* entry = &table[i * Sge.Size])
            {
                Sge.Write(entry, new RoomEntry(1, parts[i], 0));
            }
        }

        return Head(isDual, header, fields, table);
    }

    /// <summary>The frame of a response that announces a body written into offered room; for links of one socket.</summary>
    public static byte[] Written(FrameHeader header, long total, params uint[] lengths)
    {
        var fields = new TcpFrameFields
        {
            OutOperation = BodyOperation.Write,
            OutCount = (ushort)lengths.Length,
            InlineLength = (ulong)total,
        };
        var table = new byte[lengths.Length * WriteLengths.Size];
        fixed (byte* p = table)
        {
            for (var i = 0; i < lengths.Length; i++)
            {
                WriteLengths.Write(p, i, lengths[i]);
            }
        }

        return Head(isDual: false, header, fields, table);
    }

    /// <summary>Fixed headers and tables; the lengths of the TLV are made right.</summary>
    public static byte[] Head(bool isDual, FrameHeader header, TcpFrameFields fields, ReadOnlySpan<byte> table)
    {
        TcpFrame.Measure(header.Type, isDual, ref fields);
        var frame = new byte[TcpFrame.HeaderSize + table.Length];
        fixed (byte* p = frame)
        {
            TcpFrame.Encode(p, header, fields);
        }

        table.CopyTo(frame.AsSpan(TcpFrame.HeaderSize));
        return frame;
    }

    /// <summary>Decodes a frame, all of whose bytes are there; null when some are missing.</summary>
    /// <param name="isDual">Whether bodies and the payload of control frames are on the data socket.</param>
    /// <param name="control">Bytes of the control socket, of which those of the frame are taken away.</param>
    /// <param name="data">Bytes of the data socket, likewise.</param>
    public static RawFrame? TryTake(bool isDual, List<byte> control, List<byte> data)
    {
        var bytes = control.ToArray();
        if (bytes.Length < TcpFrame.HeaderSize)
        {
            return null;
        }

        fixed (byte* p = bytes)
        {
            var limits = TcpFrameLimits.From(new LinkOptions(), isDual);
            if (TcpFrame.Decode(p, bytes.Length, limits, out var header, out var fields) is not LinkError.None and var error)
            {
                throw new InvalidDataException($"{error}: {TcpFrameDiagnosis.Explain(p, bytes.Length, limits)}");
            }

            var payloadOnData = isDual && !header.Type.IsApplication();
            var headEnd = fields.UserHeaderOffset + (payloadOnData ? 0 : fields.UserHeaderLength);
            var body = (int)fields.InlineLength;
            var outside = payloadOnData ? fields.UserHeaderLength : body;
            var rest = isDual ? data : control;
            if (bytes.Length < headEnd || rest.Count < outside + (isDual ? 0 : headEnd))
            {
                return null;
            }

            control.RemoveRange(0, headEnd);
            var taken = rest.GetRange(0, outside).ToArray();
            rest.RemoveRange(0, outside);
            return payloadOnData
                ? new RawFrame(header, taken, [])
                : new RawFrame(header, bytes[fields.UserHeaderOffset..headEnd], taken);
        }
    }
}
