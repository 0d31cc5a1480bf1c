using System.Text;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Wire;

/// <summary>
/// The payloads of session set-up, cancel and grant: lengths are believed only as far as the payload goes (wire protocol, sections 10 and
/// 14).
/// </summary>
public class SessionSetupTests
{
    private static readonly QueueDepths Depths = new(64 << 20, (64 << 20) + 65536, 1024, 512);

    private static readonly ReadOnlyMemory<byte>[] Portals = [Bytes("tcp://10.0.0.1:1"), Bytes("tcp://10.0.0.2:22")];

    [Fact]
    public void Requests_come_back_as_they_were_written()
    {
        var random = new Random(20240603);
        var buffer = new byte[SessionSetupRequest.MaxLength];
        for (var round = 0; round < 500; round++)
        {
            var uri = RandomBytes(random, 300);
            var data = RandomBytes(random, 3000);
            var written = new SessionSetupRequest { SessionId = (uint)round, Depths = Depths, Uri = uri, PrivateData = data };
            Assert.True(written.TryWrite(buffer, out var length));
            Assert.Equal(written.Length, length);

            Assert.True(SessionSetupRequest.TryParse(buffer.AsSpan(0, length), out var read, out var field));
            Assert.Null(field);
            Assert.Equal((uint)round, read.SessionId);
            Assert.Equal(Depths, read.Depths);
            Assert.Equal(uri, read.Uri);
            Assert.Equal(data, read.PrivateData);
        }
    }

    [Fact]
    public void A_request_cut_anywhere_or_followed_by_more_is_refused()
    {
        var payload = Request();
        for (var length = 0; length < payload.Length; length++)
        {
            Assert.False(SessionSetupRequest.TryParse(payload.AsSpan(0, length), out _, out var field));
            var expected = length < SessionSetupRequest.FixedSize ? "set-up request: cut off"
                : length < SessionSetupRequest.FixedSize + 22 ? "uri length"
                : "private data length";
            Assert.Equal(expected, field);
        }

        Assert.False(SessionSetupRequest.TryParse([.. payload, 0], out _, out var behind));
        Assert.Equal("private data length", behind);
        Assert.False(SessionSetupRequest.TryParse(new byte[SessionSetupRequest.MaxLength + 1], out _, out var tooLong));
        Assert.Equal("set-up request: too long", tooLong);
    }

    [Fact]
    public void The_lengths_of_a_request_are_not_believed_beyond_the_payload()
    {
        Assert.False(SessionSetupRequest.TryParse(Request().With(24, 2, 0xFFFF), out _, out var field));
        Assert.Equal("uri length", field);
        Assert.False(SessionSetupRequest.TryParse(Request().With(26, 2, 0xFFFF), out _, out field));
        Assert.Equal("private data length", field);
    }

    [Fact]
    public void What_exceeds_the_limit_of_a_payload_is_not_written()
    {
        var large = new byte[SessionSetupRequest.MaxLength];
        var buffer = new byte[2 * SessionSetupRequest.MaxLength];

        Assert.False(new SessionSetupRequest { Uri = large }.TryWrite(buffer, out _));
        Assert.True(new SessionSetupRequest { Uri = large.AsSpan(SessionSetupRequest.FixedSize) }.TryWrite(buffer, out var length));
        Assert.Equal(SessionSetupRequest.MaxLength, length);
        Assert.False(SessionSetupResponse.TryWriteAccept(buffer, 1, Depths, [], large, out _));
        Assert.False(SessionSetupResponse.TryWriteReject(buffer, 1, 5, large, out _));
        Assert.False(SessionSetupResponse.TryWriteRedirect(buffer, 1, [large], out _));
        Assert.False(SessionSetupResponse.TryWriteReject(new byte[11], 1, 5, [], out _));
        Assert.False(new SessionSetupRequest { Uri = new byte[70000] }.TryWrite(new byte[80000], out _));
    }

    [Fact]
    public void An_accept_comes_back_as_it_was_written()
    {
        Assert.True(SessionSetupResponse.TryParse(Accept(Portals), out var read, out var field), field);

        Assert.Equal((7u, SessionAction.Accept, 2), (read.SessionId, read.Action, read.Portals.Count));
        Assert.Equal(Depths, read.Depths);
        Assert.Equal(["tcp://10.0.0.1:1", "tcp://10.0.0.2:22"], List(read.Portals));
        Assert.Equal("private"u8, read.PrivateData);
        Assert.True(SessionSetupResponse.TryParse(Accept([]), out read, out _));
        Assert.Equal(0, read.Portals.Count);
        Assert.Empty(List(read.Portals));
    }

    [Fact]
    public void A_redirect_and_a_reject_come_back_as_they_were_written()
    {
        var buffer = new byte[200];
        Assert.True(SessionSetupResponse.TryWriteRedirect(buffer, 7, Portals, out var length));
        Assert.True(SessionSetupResponse.TryParse(buffer.AsSpan(0, length), out var redirect, out _));
        Assert.Equal((7u, SessionAction.Redirect), (redirect.SessionId, redirect.Action));
        Assert.Equal(["tcp://10.0.0.1:1", "tcp://10.0.0.2:22"], List(redirect.Portals));
        Assert.True(redirect.PrivateData.IsEmpty);

        Assert.True(SessionSetupResponse.TryWriteReject(buffer, 7, (uint)StatusCode.SessionRefused, "no"u8, out length));
        Assert.True(SessionSetupResponse.TryParse(buffer.AsSpan(0, length), out var reject, out _));
        Assert.Equal((7u, SessionAction.Reject, (uint)StatusCode.SessionRefused), (reject.SessionId, reject.Action, reject.Reason));
        Assert.Equal("no"u8, reject.PrivateData);
    }

    [Fact]
    public void A_response_cut_anywhere_or_followed_by_more_is_refused()
    {
        var buffer = new byte[200];
        Assert.True(SessionSetupResponse.TryWriteRedirect(buffer, 7, Portals, out var redirectLength));
        var redirect = buffer[..redirectLength];
        Assert.True(SessionSetupResponse.TryWriteReject(buffer, 7, 1, "no"u8, out var rejectLength));
        foreach (var payload in new[] { Accept(Portals), redirect, buffer[..rejectLength] })
        {
            for (var length = 0; length < payload.Length; length++)
            {
                Assert.False(SessionSetupResponse.TryParse(payload.AsSpan(0, length), out _, out var field));
                Assert.NotNull(field);
            }

            Assert.False(SessionSetupResponse.TryParse([.. payload, 0], out _, out var behind));
            Assert.Equal("private data length", behind);
        }
    }

    [Theory]
    [InlineData(4, 2, 0, "action")]
    [InlineData(4, 2, 4, "action")]
    [InlineData(26, 2, 0xFFFF, "portal length")]
    [InlineData(26, 2, 1, "private data length")]
    [InlineData(28, 2, 8, "private data length")]
    [InlineData(30, 2, 0, "portal length")]
    [InlineData(30, 2, 0xFFFF, "portal length")]
    public void An_accept_is_refused_by_name_when_one_field_is_wrong(int offset, int size, ulong value, string field)
    {
        Assert.False(SessionSetupResponse.TryParse(Accept(Portals).With(offset, size, value), out var read, out var wrong));
        Assert.Equal(field, wrong);
        Assert.Equal(0u, read.SessionId);
    }

    [Fact]
    public void A_redirect_to_nowhere_is_neither_written_nor_taken()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => SessionSetupResponse.TryWriteRedirect(new byte[100], 1, [], out _));
        Assert.False(SessionSetupResponse.TryParse(new byte[10].With(4, 2, 2), out _, out var field));
        Assert.Equal("number of portals", field);
    }

    [Fact]
    public void A_cancel_comes_back_as_it_was_written_and_its_lengths_must_be_right()
    {
        var cancel = new CancelPayload(5, (uint)StatusCode.MessageNotFound, 1, 2, ulong.MaxValue - 3);
        var payload = new byte[CancelPayload.Size];
        cancel.Write(payload);

        Assert.True(CancelPayload.TryParse(payload, out var read, out _));
        Assert.Equal(cancel, read);
        Assert.False(CancelPayload.TryParse(payload.AsSpan(..^1), out _, out var field));
        Assert.Equal("cancel: length", field);
        Assert.False(CancelPayload.TryParse([.. payload, 0], out _, out field));
        Assert.Equal("cancel: length", field);
        Assert.False(CancelPayload.TryParse(payload.ToArray().With(0, 2, 9), out _, out field));
        Assert.Equal("cancel: hdr_len", field);
        Assert.False(CancelPayload.TryParse(payload.With(8, 2, 17), out _, out field));
        Assert.Equal("cancel: ulp_msg_len", field);
    }

    [Fact]
    public void A_grant_comes_back_as_it_was_written_and_has_one_length()
    {
        var payload = new byte[GrantPayload.Size];
        new GrantPayload(uint.MaxValue, 1UL << 40).Write(payload);

        Assert.Equal("01FFFFFFFF0000010000000000", Convert.ToHexString(payload));
        Assert.True(GrantPayload.TryParse(payload, out var read, out _));
        Assert.Equal(new GrantPayload(uint.MaxValue, 1UL << 40), read);
        Assert.False(GrantPayload.TryParse(payload.AsSpan(..^1), out _, out var field));
        Assert.Equal("grant: length", field);
        Assert.False(GrantPayload.TryParse([.. payload, 0], out _, out field));
        Assert.Equal("grant: length", field);
        Assert.False(GrantPayload.TryParse(payload.With(0, 1, 2), out _, out field));
        Assert.Equal("grant: opcode", field);
    }

    [Fact]
    public void Status_codes_have_the_numbers_of_the_protocol()
    {
        Assert.Equal(1247689300u, (uint)StatusCode.NotSupported);
        Assert.Equal(39u, (uint)StatusCodes.Last - (uint)StatusCode.NotSupported);
        Assert.Equal(7u, StatusCode.PartialMessage - StatusCode.NotSupported);
        Assert.Equal(17u, StatusCode.Timeout - StatusCode.NotSupported);
        Assert.Equal(28u, StatusCode.MessageNotFound - StatusCode.NotSupported);
        Assert.Equal(36u, StatusCode.TransmitQueueOverflow - StatusCode.NotSupported);
        Assert.Equal("Success", StatusCodes.Describe(0));
        Assert.Equal("PartialMessage", StatusCodes.Describe(1247689307));
        Assert.Equal("errno 106", StatusCodes.Describe(106));
        Assert.Equal("status 1247689340", StatusCodes.Describe(1247689340));
        Assert.False(StatusCodes.IsProtocolCode(0));
        Assert.False(StatusCodes.IsProtocolCode((uint)StatusCodes.Last + 1));
    }

    private static byte[] Bytes(string text) => Encoding.ASCII.GetBytes(text);

    private static byte[] RandomBytes(Random random, int limit)
    {
        var bytes = new byte[random.Next(limit)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Request()
    {
        var buffer = new byte[100];
        var request = new SessionSetupRequest { SessionId = 3, Depths = Depths, Uri = "tcp://127.0.0.1:1/name"u8, PrivateData = "PRIV"u8 };
        Assert.True(request.TryWrite(buffer, out var length));
        return buffer[..length];
    }

    private static byte[] Accept(ReadOnlyMemory<byte>[] portals)
    {
        var buffer = new byte[200];
        Assert.True(SessionSetupResponse.TryWriteAccept(buffer, 7, Depths, portals, "private"u8, out var length));
        return buffer[..length];
    }

    private static List<string> List(PortalList portals)
    {
        var list = new List<string>();
        foreach (var portal in portals)
        {
            list.Add(Encoding.ASCII.GetString(portal));
        }

        return list;
    }
}
