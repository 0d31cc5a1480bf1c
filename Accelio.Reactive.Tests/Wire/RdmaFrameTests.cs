using Accelio.Transports;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Wire;

/// <summary>The headers of an RDMA frame: what is written is read, and what does not fit slot or limits is refused by name.</summary>
public unsafe class RdmaFrameTests
{
    private const int HeaderLengthAt = 58;
    private const int RequestOperationAt = 71;
    private const int ResponseOperationAt = 70;
    private const int InCountAt = 72;
    private const int OutCountAt = 74;

    private static readonly RdmaFrameLimits Limits = RdmaFrameLimits.From(new LinkOptions());

    [Fact]
    public void Headers_of_every_type_come_back_as_they_were_written()
    {
        var random = new Random(20240602);
        for (var round = 0; round < 2000; round++)
        {
            var type = WireSamples.Types[round % WireSamples.Types.Length];
            var header = WireSamples.Header(random, type);
            var fields = Fields(random, type, header.LastInBatch);
            RdmaFrame.Measure(type, ref fields);
            var frame = WireSamples.RdmaFrameOf(header, fields);
            fixed (byte* p = frame)
            {
                var error = RdmaFrame.Decode(p, frame.Length, Limits, out var readHeader, out var readFields);

                Assert.True(error == LinkError.None, $"round {round}: {RdmaFrameDiagnosis.Explain(p, frame.Length, Limits)}");
                Assert.Equal(header, readHeader);
                Assert.Equal(fields, readFields);
            }
        }
    }

    [Fact]
    public void Stamping_sets_serials_and_credits_and_nothing_else()
    {
        foreach (var type in new[] { FrameType.Request, FrameType.Response })
        {
            var header = WireSamples.Header(new Random(5), type);
            var fields = new RdmaFrameFields { OutOperation = BodyOperation.Send, UserHeaderLength = 3 };
            var stamped = WireSamples.RdmaFrameOf(header, fields);
            fixed (byte* p = stamped)
            {
                RdmaFrame.Stamp(p, 0x1234, 0xFEDC, 31);
            }

            fields.TransportSerial = 0x1234;
            fields.AckTransportSerial = 0xFEDC;
            fields.Credits = 31;
            Assert.Equal(WireSamples.RdmaFrameOf(header, fields), stamped);
        }
    }

    [Theory]
    [InlineData(0, 4, 0, nameof(LinkError.BadMagic), "tlv magic")]
    [InlineData(4, 4, 0x0016, nameof(LinkError.UnknownFrameType), "tlv type")]
    [InlineData(4, 4, 0x2004, nameof(LinkError.UnknownFrameType), "tlv type")]
    [InlineData(4, 4, 0x0082, nameof(LinkError.UnexpectedFrame), "tlv type")]
    [InlineData(8, 8, 171, nameof(LinkError.BadFrameLength), "tlv length")]
    [InlineData(8, 8, ulong.MaxValue, nameof(LinkError.BadFrameLength), "tlv length")]
    [InlineData(HeaderLengthAt, 2, 44, nameof(LinkError.BadHeaderLength), "req_hdr_len")]
    [InlineData(RequestOperationAt, 1, 3, nameof(LinkError.BadOperation), "out_ib_op")]
    [InlineData(RequestOperationAt, 1, 0x82, nameof(LinkError.BadOperation), "out_ib_op")]
    [InlineData(RequestOperationAt, 1, 4, nameof(LinkError.LengthMismatch), "ulp_imm_len")]
    [InlineData(InCountAt, 2, 5, nameof(LinkError.TooManyParts), "in_num_sge")]
    [InlineData(OutCountAt, 2, 5, nameof(LinkError.TooManyParts), "out_num_sge")]
    [InlineData(OutCountAt, 2, 1, nameof(LinkError.LengthMismatch), "frame")]
    [InlineData(80, 2, 11, nameof(LinkError.LengthMismatch), "frame")]
    [InlineData(82, 2, 1, nameof(LinkError.LengthMismatch), "frame")]
    [InlineData(88, 8, 65, nameof(LinkError.LengthMismatch), "frame")]
    [InlineData(88, 8, ulong.MaxValue, nameof(LinkError.MessageTooLarge), "ulp_imm_len")]
    public void A_request_is_refused_by_name_when_one_field_is_wrong(int offset, int size, ulong value, string error, string field)
    {
        var request = WireSamples.RdmaFrameOf(
            new FrameHeader { Type = FrameType.Request },
            new RdmaFrameFields { OutOperation = BodyOperation.Send, InCount = 1, UserHeaderLength = 10, InlineLength = 64 });

        AssertRefused(request.With(offset, size, value), error, field);
    }

    [Theory]
    [InlineData(HeaderLengthAt, 2, 40, nameof(LinkError.BadHeaderLength), "rsp_hdr_len")]
    [InlineData(ResponseOperationAt, 1, 1, nameof(LinkError.BadOperation), "out_ib_op")]
    [InlineData(ResponseOperationAt, 1, 5, nameof(LinkError.BadOperation), "out_ib_op")]
    [InlineData(ResponseOperationAt, 1, 4, nameof(LinkError.LengthMismatch), "ulp_imm_len")]
    [InlineData(OutCountAt, 2, 5, nameof(LinkError.TooManyParts), "out_num_sge")]
    [InlineData(OutCountAt, 2, 2, nameof(LinkError.LengthMismatch), "frame")]
    [InlineData(84, 2, 11, nameof(LinkError.LengthMismatch), "frame")]
    [InlineData(92, 8, ulong.MaxValue, nameof(LinkError.MessageTooLarge), "ulp_imm_len")]
    public void A_response_is_refused_by_name_when_one_field_is_wrong(int offset, int size, ulong value, string error, string field)
    {
        var response = WireSamples.RdmaFrameOf(
            new FrameHeader { Type = FrameType.Response },
            new RdmaFrameFields { OutOperation = BodyOperation.Write, OutCount = 1, UserHeaderLength = 10, InlineLength = 20000 });

        AssertRefused(response.With(offset, size, value), error, field);
    }

    [Fact]
    public void A_frame_shorter_than_its_headers_is_refused_whatever_its_length()
    {
        var response = WireSamples.RdmaFrameOf(
            new FrameHeader { Type = FrameType.FinResponse }, new RdmaFrameFields { OutOperation = BodyOperation.Send });
        response.With(8, 8, 0);
        for (var length = 0; length < RdmaFrame.ResponseSize; length++)
        {
            AssertRefused(response[..length], nameof(LinkError.BadFrameLength), "frame");
        }
    }

    [Fact]
    public void The_stale_count_of_an_inline_response_is_ignored()
    {
        var response = WireSamples.RdmaFrameOf(
            new FrameHeader { Type = FrameType.Response },
            new RdmaFrameFields { OutOperation = BodyOperation.Send, UserHeaderLength = 8, InlineLength = 16 });
        fixed (byte* p = response.With(OutCountAt, 2, 0xFFFF))
        {
            Assert.Equal(LinkError.None, RdmaFrame.Decode(p, response.Length, Limits, out _, out var fields));
            Assert.Equal(0, fields.OutCount);
            Assert.Equal(RdmaFrame.ResponseSize, fields.UserHeaderOffset);
        }
    }

    [Fact]
    public void Gathered_bytes_may_be_missing_from_the_tlv_length()
    {
        var request = WireSamples.RdmaFrameOf(
            new FrameHeader { Type = FrameType.Request },
            new RdmaFrameFields { OutOperation = BodyOperation.Send, UserHeaderLength = 8, InlineLength = 1000 });
        fixed (byte* p = request.With(8, 8, (ulong)request.Length - 1016))
        {
            Assert.Equal(LinkError.None, RdmaFrame.Decode(p, request.Length, Limits, out _, out var fields));
            Assert.Equal(1000ul, fields.InlineLength);
            Assert.Equal(request.Length - 1000, fields.BodyOffset);
        }
    }

    [Fact]
    public void Bulk_is_as_long_as_its_table_says_and_the_write_lengths_must_add_up()
    {
        var written = WireSamples.RdmaFrameOf(
            new FrameHeader { Type = FrameType.Response },
            new RdmaFrameFields { OutOperation = BodyOperation.Write, OutCount = 2, UserHeaderLength = 8, InlineLength = 30000 });
        written.With(RdmaFrame.ResponseSize, 4, 20000).With(RdmaFrame.ResponseSize + 4, 4, 10000);
        Assert.Equal((LinkError.None, 30000L), BodyLengthOf(written));
        Assert.Equal(LinkError.LengthMismatch, BodyLengthOf(written.With(RdmaFrame.ResponseSize, 4, 20001)).Error);

        var fetched = WireSamples.RdmaFrameOf(
            new FrameHeader { Type = FrameType.Request },
            new RdmaFrameFields { OutOperation = BodyOperation.Read, InCount = 1, OutCount = 2, UserHeaderLength = 8 });
        fetched.With(RdmaFrame.RequestSize + Sge.LengthOffset, 4, 77)
            .With(RdmaFrame.RequestSize + Sge.Size + Sge.LengthOffset, 4, 20000)
            .With(RdmaFrame.RequestSize + (2 * Sge.Size) + Sge.LengthOffset, 4, 5);
        Assert.Equal((LinkError.None, 20005L), BodyLengthOf(fetched));
        fetched.With(RdmaFrame.RequestSize + Sge.Size + Sge.LengthOffset, 4, uint.MaxValue);
        Assert.Equal(LinkError.MessageTooLarge, BodyLengthOf(fetched).Error);
    }

    [Fact]
    public void Credit_nops_and_read_acks_come_back_as_they_were_written()
    {
        var nop = new byte[CreditNop.Size];
        new CreditNop(5, 4, 31).Write(nop);
        Assert.Equal("58494F5000000041000000000000000C000C00050004001F00000000", Convert.ToHexString(nop));
        Assert.True(CreditNop.TryParse(nop, out var readNop, out _));
        Assert.Equal(new CreditNop(5, 4, 31), readNop);

        var ack = new byte[ReadAck.Size];
        new ReadAck(0xA6).Write(ack);
        Assert.Equal("58494F500000200400000000000000060006000000A6", Convert.ToHexString(ack));
        Assert.True(ReadAck.TryParse(ack, out var readAck, out _));
        Assert.Equal(new ReadAck(0xA6), readAck);
    }

    [Theory]
    [InlineData(0, 4, 0, "tlv magic")]
    [InlineData(4, 4, 0x12, "tlv type")]
    [InlineData(8, 8, 13, "tlv length")]
    [InlineData(16, 2, 6, "hdr_len")]
    public void A_credit_nop_is_refused_by_name_when_one_field_is_wrong(int offset, int size, ulong value, string field)
    {
        var nop = new byte[CreditNop.Size];
        new CreditNop(5, 4, 31).Write(nop);

        Assert.False(CreditNop.TryParse(nop.With(offset, size, value), out _, out var wrong));
        Assert.Equal(field, wrong);
        Assert.False(CreditNop.TryParse(nop.AsSpan(..^1), out _, out wrong));
        Assert.Equal("frame: cut off", wrong);
        Assert.False(ReadAck.TryParse(nop, out _, out wrong));
    }

    private static (LinkError Error, long Length) BodyLengthOf(byte[] frame)
    {
        fixed (byte* p = frame)
        {
            Assert.Equal(LinkError.None, RdmaFrame.Decode(p, frame.Length, Limits, out _, out var fields));
            return (RdmaFrame.BodyLength(p, fields, Limits, out var length), length);
        }
    }

    private static void AssertRefused(byte[] frame, string error, string field)
    {
        fixed (byte* p = frame)
        {
            Assert.Equal(error, RdmaFrame.Decode(p, frame.Length, Limits, out var header, out var fields).ToString());
            Assert.StartsWith(field, RdmaFrameDiagnosis.Explain(p, frame.Length, Limits), StringComparison.Ordinal);
            Assert.Equal(default, header);
            Assert.Equal(default, fields);
        }
    }

    private static RdmaFrameFields Fields(Random random, FrameType type, bool lastInBatch)
    {
        var operation = !type.IsApplication() ? BodyOperation.Send
            : type.IsRequest() ? (random.Next(2) == 0 ? BodyOperation.Send : BodyOperation.Read)
            : (BodyOperation)(2 + random.Next(3));
        return new RdmaFrameFields
        {
            TransportSerial = (ushort)random.Next(),
            AckTransportSerial = (ushort)random.Next(),
            Credits = (ushort)random.Next(),
            InCount = (ushort)(type.IsRequest() ? random.Next(5) : 0),
            OutCount = (ushort)(operation == BodyOperation.Send ? 0 : random.Next(5)),
            UserHeaderLength = (ushort)random.Next(3000),
            PadLength = (ushort)random.Next(64),
            InlineLength = (ulong)(operation == BodyOperation.Read ? 0 : random.Next(5000)),
            InOperation = type.IsRequest() ? BodyOperation.Write : BodyOperation.None,
            OutOperation = operation,
            PeerWriteResponse = type.IsRequest() && !lastInBatch && random.Next(4) == 0,
        };
    }
}
