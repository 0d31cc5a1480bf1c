using Accelio.Transports;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Wire;

/// <summary>
/// The fixed 96 bytes of a TCP frame: what is written is read, and every rule of sections 19.2 and 19.3 that can be checked there is.
/// </summary>
public unsafe class TcpFrameTests
{
    private const int TypeAt = 4;
    private const int TlvLengthAt = 8;
    private const int HeaderLengthAt = 58;
    private const int InOperationAt = 70;
    private const int OutOperationAt = 71;
    private const int InCountAt = 72;
    private const int OutCountAt = 74;
    private const int ResponseOperationAt = 72;
    private const int UserHeaderLengthAt = 80;
    private const int PadLengthAt = 82;
    private const int InlineLengthAt = 88;

    private static readonly TcpFrameLimits Single = TcpFrameLimits.From(new LinkOptions(), false);
    private static readonly TcpFrameLimits Dual = TcpFrameLimits.From(new LinkOptions(), true);

    [Fact]
    public void A_session_header_is_read_by_vectors_as_it_is_field_by_field()
    {
        var random = new Random(7);
        var bytes = new byte[SessionHeader.Size];
        for (var round = 0; round < 1000; round++)
        {
            random.NextBytes(bytes);
            fixed (byte* p = bytes)
            {
                FrameHeader quick = default, slow = default;
                SessionHeader.Read(p, ref quick);
                SessionHeader.ReadOneByOne(p, ref slow);
                slow.CreditBytes = quick.CreditBytes;
                Assert.Equal(slow, quick);
                Assert.Equal(BigEndian.ReadUInt64(p + SessionHeader.CreditBytesOffset), quick.CreditBytes);
            }
        }
    }

    [Theory]
    [InlineData((uint)FrameType.Request)]
    [InlineData((uint)FrameType.OneWay)]
    [InlineData((uint)FrameType.Response)]
    public void Headers_of_a_plain_message_are_written_as_by_the_long_way(uint value)
    {
        var type = (FrameType)value;
        var random = new Random((int)value);
        byte[] quick = new byte[TcpFrame.HeaderSize], slow = new byte[TcpFrame.HeaderSize];
        for (var round = 0; round < 1000; round++)
        {
            var header = WireSamples.Header(random, type) with { ReceiptResult = 0, Status = 0 };
            header.LocalTask = type == FrameType.Response ? 0 : header.LocalTask;
            var body = random.Next(100_000);
            TcpFrameFields fields = new()
            {
                InOperation = BodyOperation.Send,
                OutOperation = BodyOperation.Send,
                InlineLength = (ulong)body,
                TransportSerial = (ushort)round,
            };
            TcpFrame.Measure(type, dual: false, ref fields);
            var session = new SessionWords(
                header.Destination, header.Flags, header.Serial, header.SequenceNumber, header.AckSequenceNumber, header.CreditMessages, header.CreditBytes);
            random.NextBytes(quick);
            fixed (byte* q = quick, s = slow)
            {
                TcpFrame.Encode(s, header, fields);
                PlainFrame.Encode(q, type, header.LocalTask | header.RemoteTask, header.LastInBatch, session, body, (ushort)round);
            }

            Assert.Equal(slow, quick);
        }
    }

    [Fact]
    public void Headers_of_every_type_come_back_as_they_were_written()
    {
        var random = new Random(20240601);
        var buffer = new byte[TcpFrame.HeaderSize];
        for (var round = 0; round < 2000; round++)
        {
            var type = WireSamples.Types[round % WireSamples.Types.Length];
            var dual = random.Next(2) == 0;
            var header = WireSamples.Header(random, type);
            var fields = Fields(random, type, header.LastInBatch);
            TcpFrame.Measure(type, dual, ref fields);
            random.NextBytes(buffer);
            fixed (byte* p = buffer)
            {
                TcpFrame.Encode(p, header, fields);
                var error = TcpFrame.Decode(p, buffer.Length, dual ? Dual : Single, out var readHeader, out var readFields);

                Assert.True(error == LinkError.None, $"round {round}: {TcpFrameDiagnosis.Explain(p, buffer.Length, dual ? Dual : Single)}");
                Assert.Equal(header, readHeader);
                Assert.Equal(fields, readFields);
            }

            var cleared = buffer.ToArray();
            TcpFrameFixed.ClearPads(type, cleared);
            Assert.Equal(cleared, buffer);
        }
    }

    [Theory]
    [InlineData(0, 4, 0x58494F51, nameof(LinkError.BadMagic), "tlv magic")]
    [InlineData(0, 4, 0, nameof(LinkError.BadMagic), "tlv magic")]
    [InlineData(TypeAt, 4, 0x0000, nameof(LinkError.UnknownFrameType), "tlv type")]
    [InlineData(TypeAt, 4, 0x0010, nameof(LinkError.UnknownFrameType), "tlv type")]
    [InlineData(TypeAt, 4, 0x0041, nameof(LinkError.UnknownFrameType), "tlv type")]
    [InlineData(TypeAt, 4, 0x0008, nameof(LinkError.UnknownFrameType), "tlv type")]
    [InlineData(TypeAt, 4, 0x0016, nameof(LinkError.UnknownFrameType), "tlv type")]
    [InlineData(TypeAt, 4, 0x0004, nameof(LinkError.UnknownFrameType), "tlv type")]
    [InlineData(TypeAt, 4, 0x0034, nameof(LinkError.UnknownFrameType), "tlv type")]
    [InlineData(TypeAt, 4, 0x1004, nameof(LinkError.UnknownFrameType), "tlv type")]
    [InlineData(TypeAt, 4, 0x2004, nameof(LinkError.UnknownFrameType), "tlv type")]
    [InlineData(TypeAt, 4, 0x10004, nameof(LinkError.UnknownFrameType), "tlv type")]
    [InlineData(TypeAt, 4, 0x0082, nameof(LinkError.UnexpectedFrame), "tlv type")]
    [InlineData(TypeAt, 4, 0x0084, nameof(LinkError.UnexpectedFrame), "tlv type")]
    [InlineData(TlvLengthAt, 8, 9201, nameof(LinkError.BadFrameLength), "tlv length")]
    [InlineData(TlvLengthAt, 8, 79, nameof(LinkError.BadFrameLength), "tlv length")]
    [InlineData(TlvLengthAt, 8, 0, nameof(LinkError.BadFrameLength), "tlv length")]
    [InlineData(TlvLengthAt, 8, (1UL << 32) + 170, nameof(LinkError.BadFrameLength), "tlv length")]
    [InlineData(TlvLengthAt, 8, ulong.MaxValue, nameof(LinkError.BadFrameLength), "tlv length")]
    [InlineData(TlvLengthAt, 8, 169, nameof(LinkError.LengthMismatch), "tlv length")]
    [InlineData(TlvLengthAt, 8, 171, nameof(LinkError.LengthMismatch), "tlv length")]
    [InlineData(HeaderLengthAt, 2, 39, nameof(LinkError.BadHeaderLength), "req_hdr_len")]
    [InlineData(HeaderLengthAt, 2, 44, nameof(LinkError.BadHeaderLength), "req_hdr_len")]
    [InlineData(OutOperationAt, 1, 0, nameof(LinkError.BadOperation), "out_tcp_op")]
    [InlineData(OutOperationAt, 1, 1, nameof(LinkError.BadOperation), "out_tcp_op")]
    [InlineData(OutOperationAt, 1, 3, nameof(LinkError.BadOperation), "out_tcp_op")]
    [InlineData(OutOperationAt, 1, 5, nameof(LinkError.BadOperation), "out_tcp_op")]
    [InlineData(OutOperationAt, 1, 0xFF, nameof(LinkError.BadOperation), "out_tcp_op")]
    [InlineData(OutOperationAt, 1, 4, nameof(LinkError.LengthMismatch), "ulp_imm_len")]
    [InlineData(InCountAt, 2, 5, nameof(LinkError.TooManyParts), "in_num_sge")]
    [InlineData(InCountAt, 2, 0xFFFF, nameof(LinkError.TooManyParts), "in_num_sge")]
    [InlineData(OutCountAt, 2, 5, nameof(LinkError.TooManyParts), "out_num_sge")]
    [InlineData(OutCountAt, 2, 4, nameof(LinkError.LengthMismatch), "tlv length")]
    [InlineData(UserHeaderLengthAt, 2, 11, nameof(LinkError.LengthMismatch), "tlv length")]
    [InlineData(UserHeaderLengthAt, 2, 0xFFFF, nameof(LinkError.BadFrameLength), "ulp_hdr_len")]
    [InlineData(PadLengthAt, 2, 1, nameof(LinkError.LengthMismatch), "tlv length")]
    [InlineData(InlineLengthAt, 8, 63, nameof(LinkError.LengthMismatch), "tlv length")]
    [InlineData(InlineLengthAt, 8, (64UL << 20) + 1, nameof(LinkError.MessageTooLarge), "ulp_imm_len")]
    [InlineData(InlineLengthAt, 8, ulong.MaxValue, nameof(LinkError.MessageTooLarge), "ulp_imm_len")]
    [InlineData(InlineLengthAt, 8, (1UL << 32) + 64, nameof(LinkError.MessageTooLarge), "ulp_imm_len")]
    public void A_request_is_refused_by_name_when_one_field_is_wrong(int offset, int size, ulong value, string error, string field) =>
        AssertRefused(WireSamples.TcpRequest().With(offset, size, value), Single, error, field);

    [Theory]
    [InlineData(HeaderLengthAt, 2, 44, nameof(LinkError.BadHeaderLength), "rsp_hdr_len")]
    [InlineData(ResponseOperationAt, 1, 4, nameof(LinkError.BadOperation), "out_tcp_op")]
    [InlineData(ResponseOperationAt, 1, 1, nameof(LinkError.BadOperation), "out_tcp_op")]
    [InlineData(ResponseOperationAt, 1, 0xFF, nameof(LinkError.BadOperation), "out_tcp_op")]
    [InlineData(ResponseOperationAt, 1, 2, nameof(LinkError.LengthMismatch), "tlv length")]
    [InlineData(OutCountAt, 2, 5, nameof(LinkError.TooManyParts), "out_num_sge")]
    [InlineData(OutCountAt, 2, 2, nameof(LinkError.LengthMismatch), "tlv length")]
    [InlineData(InlineLengthAt, 8, ulong.MaxValue, nameof(LinkError.MessageTooLarge), "ulp_imm_len")]
    public void A_response_is_refused_by_name_when_one_field_is_wrong(int offset, int size, ulong value, string error, string field) =>
        AssertRefused(WireSamples.TcpResponse().With(offset, size, value), Single, error, field);

    [Theory]
    [InlineData((uint)FrameType.FinRequest, OutOperationAt, 1, 4, nameof(LinkError.BadOperation), "out_tcp_op")]
    [InlineData((uint)FrameType.FinResponse, ResponseOperationAt, 1, 3, nameof(LinkError.BadOperation), "out_tcp_op")]
    [InlineData((uint)FrameType.KeepAliveRequest, InlineLengthAt, 8, 1, nameof(LinkError.LengthMismatch), "ulp_imm_len")]
    [InlineData((uint)FrameType.KeepAliveResponse, PadLengthAt, 2, 1, nameof(LinkError.LengthMismatch), "ulp_imm_len: 0, ulp_pad_len")]
    [InlineData((uint)FrameType.SessionRequest, UserHeaderLengthAt, 2, 9201, nameof(LinkError.BadFrameLength), "ulp_hdr_len")]
    public void A_control_frame_is_refused_when_it_carries_a_body_or_too_long_a_payload(
        uint type, int offset, int size, ulong value, string error, string field)
    {
        var frame = WireSamples.TcpFrameOf(
            new FrameHeader { Type = (FrameType)type }, new TcpFrameFields { OutOperation = BodyOperation.Send });

        AssertRefused(frame.With(offset, size, value), Single, error, field);
        AssertRefused(frame, Dual, error, field);
    }

    [Fact]
    public void A_frame_that_is_not_all_there_is_refused_whatever_its_length()
    {
        var frame = WireSamples.TcpRequest();
        for (var length = 0; length < TcpFrame.HeaderSize; length++)
        {
            AssertRefused(frame[..length], Single, nameof(LinkError.BadFrameLength), "frame");
        }
    }

    [Theory]
    [InlineData(56, 1, 77)]
    [InlineData(38, 2, 0xAAAA)]
    [InlineData(40, 4, 0xAAAAAAAA)]
    [InlineData(62, 2, 0xAAAA)]
    [InlineData(68, 2, 0xAAAA)]
    [InlineData(76, 4, 0xAAAAAAAA)]
    [InlineData(84, 4, 0xAAAAAAAA)]
    public void Version_and_stale_bytes_of_C_peers_change_nothing(int offset, int size, ulong value)
    {
        AssertTaken(WireSamples.TcpRequest(), Single, out var header, out var fields);
        AssertTaken(WireSamples.TcpRequest().With(offset, size, value), Single, out var otherHeader, out var otherFields);

        Assert.Equal(header, otherHeader);
        Assert.Equal(fields, otherFields);
    }

    [Fact]
    public void A_request_of_an_unknown_class_is_taken_and_left_to_the_router()
    {
        AssertTaken(
            WireSamples.TcpFrameOf(
                new FrameHeader { Type = (FrameType)0x10002 },
                new TcpFrameFields { OutOperation = BodyOperation.Send, UserHeaderLength = 4 }),
            Single,
            out var header,
            out _);

        Assert.False(FrameTypeRules.IsKnown(header.Type));
        Assert.True(FrameTypeRules.IsKnown(FrameType.ExtensionRequest));
        Assert.False(FrameTypeRules.IsKnown(FrameType.None));
    }

    [Fact]
    public void A_stale_in_operation_of_a_control_frame_is_taken()
    {
        var frame = WireSamples.TcpFrameOf(
            new FrameHeader { Type = FrameType.CancelRequest }, new TcpFrameFields { OutOperation = BodyOperation.Send });

        AssertTaken(frame.With(InOperationAt, 1, 0xEE), Single, out _, out var fields);
        Assert.Equal(0xEE, (int)fields.InOperation);
    }

    [Fact]
    public void The_body_of_a_bulk_request_is_as_long_as_its_parts()
    {
        var frame = WireSamples.TcpFrameOf(
            new FrameHeader { Type = FrameType.OneWay },
            new TcpFrameFields { InCount = 1, OutCount = 3, OutOperation = BodyOperation.Read, UserHeaderLength = 5 });
        var parts = TcpFrame.HeaderSize + Sge.Size;
        frame.With(TcpFrame.HeaderSize + Sge.LengthOffset, 4, 99);
        for (var i = 0; i < 3; i++)
        {
            frame.With(parts + (i * Sge.Size) + Sge.LengthOffset, 4, 20u << 20);
        }

        Assert.Equal((LinkError.None, 60L << 20), BodyLengthOf(frame));
        Assert.Equal(LinkError.MessageTooLarge, BodyLengthOf(frame.With(parts + Sge.LengthOffset, 4, uint.MaxValue)).Error);
    }

    [Fact]
    public void The_write_lengths_of_a_response_must_add_up_to_its_length()
    {
        Assert.Equal((LinkError.None, 64L), BodyLengthOf(WireSamples.TcpResponse()));
        Assert.Equal(LinkError.LengthMismatch, BodyLengthOf(WireSamples.TcpResponse().With(TcpFrame.HeaderSize, 4, 63)).Error);
        Assert.Equal(LinkError.LengthMismatch, BodyLengthOf(WireSamples.TcpResponse().With(TcpFrame.HeaderSize, 4, 65)).Error);
        Assert.Equal(LinkError.MessageTooLarge, BodyLengthOf(WireSamples.TcpResponse().With(TcpFrame.HeaderSize, 4, uint.MaxValue)).Error);
    }

    private static (LinkError Error, long Length) BodyLengthOf(byte[] frame)
    {
        AssertTaken(frame, Single, out _, out var fields);
        fixed (byte* p = frame)
        {
            return (TcpFrame.BodyLength(p, fields, Single, out var length), length);
        }
    }

    private static void AssertTaken(byte[] frame, in TcpFrameLimits limits, out FrameHeader header, out TcpFrameFields fields)
    {
        fixed (byte* p = frame)
        {
            var error = TcpFrame.Decode(p, frame.Length, limits, out header, out fields);
            Assert.True(error == LinkError.None, TcpFrameDiagnosis.Explain(p, frame.Length, limits));
        }
    }

    private static void AssertRefused(byte[] frame, in TcpFrameLimits limits, string error, string field)
    {
        fixed (byte* p = frame)
        {
            Assert.Equal(error, TcpFrame.Decode(p, frame.Length, limits, out var header, out var fields).ToString());
            Assert.StartsWith(field, TcpFrameDiagnosis.Explain(p, frame.Length, limits), StringComparison.Ordinal);
            Assert.Equal(default, header);
            Assert.Equal(default, fields);
        }
    }

    private static TcpFrameFields Fields(Random random, FrameType type, bool lastInBatch)
    {
        var application = type.IsApplication();
        var bulk = application && random.Next(3) == 0;
        var read = bulk && type.IsRequest();
        return new TcpFrameFields
        {
            TransportSerial = (ushort)random.Next(),
            InCount = (ushort)(type.IsRequest() ? random.Next(5) : 0),
            OutCount = (ushort)(bulk ? random.Next(5) : 0),
            UserHeaderLength = (ushort)random.Next(3000),
            PadLength = (ushort)(application ? random.Next(64) : 0),
            InlineLength = (ulong)(application && !read ? random.Next(5000) : 0),
            InOperation = type.IsRequest() ? (random.Next(2) == 0 ? BodyOperation.Send : BodyOperation.Write) : BodyOperation.None,
            OutOperation = !bulk ? BodyOperation.Send : read ? BodyOperation.Read : BodyOperation.Write,
            PeerWriteResponse = type.IsRequest() && !lastInBatch && random.Next(4) == 0,
        };
    }
}
