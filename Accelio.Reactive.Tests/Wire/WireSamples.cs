using System.Buffers.Binary;
using Accelio.Transports;
using Accelio.Transports.Wire;

namespace Accelio.Reactive.Tests.Wire;

/// <summary>Frames to start from: well-formed ones, chosen by a seed or fixed.</summary>
internal static unsafe class WireSamples
{
    /// <summary>Every type that has session and transport headers.</summary>
    public static readonly FrameType[] Types =
    [
        FrameType.Request, FrameType.Response, FrameType.OneWay, FrameType.OneWayReceipt,
        FrameType.SessionRequest, FrameType.SessionResponse, FrameType.HelloRequest, FrameType.HelloResponse,
        FrameType.FinRequest, FrameType.FinResponse, FrameType.CancelRequest, FrameType.CancelResponse, FrameType.CreditUpdate,
        FrameType.KeepAliveRequest, FrameType.KeepAliveResponse, FrameType.ExtensionRequest, FrameType.ExtensionResponse,
    ];

    /// <summary>Random fields that a header of this type can carry.</summary>
    public static FrameHeader Header(Random random, FrameType type) => new()
    {
        Type = type,
        Destination = (uint)random.NextInt64(),
        Flags = (uint)random.NextInt64(),
        Serial = (ulong)random.NextInt64(long.MinValue, long.MaxValue),
        SequenceNumber = (ushort)random.Next(),
        AckSequenceNumber = (ushort)random.Next(),
        CreditMessages = (ushort)random.Next(),
        CreditBytes = (ulong)random.NextInt64(long.MinValue, long.MaxValue),
        ReceiptResult = (uint)random.NextInt64(),
        LocalTask = (uint)random.NextInt64(),
        RemoteTask = type.IsRequest() ? 0 : (uint)random.NextInt64(),
        Status = type.IsRequest() ? 0 : (uint)random.NextInt64(),
        LastInBatch = type.IsRequest() && random.Next(2) == 0,
    };

    /// <summary>A TCP request with room for one response buffer, 10 bytes of header and 64 of body, on one socket.</summary>
    public static byte[] TcpRequest() => TcpFrameOf(
        new FrameHeader { Type = FrameType.Request, LocalTask = 7 },
        new TcpFrameFields
        {
            InOperation = BodyOperation.Send,
            OutOperation = BodyOperation.Send,
            InCount = 1,
            UserHeaderLength = 10,
            InlineLength = 64,
        });

    /// <summary>A TCP response, its body of 64 bytes written into one offered buffer.</summary>
    public static byte[] TcpResponse()
    {
        var frame = TcpFrameOf(
            new FrameHeader { Type = FrameType.Response, RemoteTask = 7, Flags = MessageFlags.ReceiptLast },
            new TcpFrameFields { OutOperation = BodyOperation.Write, OutCount = 1, UserHeaderLength = 10, InlineLength = 64 });
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(TcpFrame.HeaderSize), 64);
        return frame;
    }

    /// <summary>A whole TCP frame of one socket with these headers; tables and everything behind them are zeros.</summary>
    public static byte[] TcpFrameOf(in FrameHeader header, TcpFrameFields fields)
    {
        TcpFrame.Measure(header.Type, false, ref fields);
        var frame = new byte[Tlv.Size + (int)fields.TlvLength];
        fixed (byte* p = frame)
        {
            TcpFrame.Encode(p, header, fields);
        }

        return frame;
    }

    /// <summary>A whole RDMA frame with these headers; tables and everything behind them are zeros.</summary>
    public static byte[] RdmaFrameOf(in FrameHeader header, RdmaFrameFields fields)
    {
        RdmaFrame.Measure(header.Type, ref fields);
        var frame = new byte[Tlv.Size + (int)fields.TlvLength];
        fixed (byte* p = frame)
        {
            RdmaFrame.Encode(p, header, fields);
        }

        return frame;
    }

    /// <summary>Overwrites a big-endian field of 1, 2, 4 or 8 bytes.</summary>
    public static byte[] With(this byte[] frame, int offset, int size, ulong value)
    {
        for (var i = size - 1; i >= 0; i--, value >>= 8)
        {
            frame[offset + i] = (byte)value;
        }

        return frame;
    }
}
