using Accelio.Transports;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Wire;

/// <summary>
/// The set-up of a link: connect message and nexus set-up on both transports (wire protocol, sections 3 and 5; RDMA, section 4).
/// </summary>
public class LinkSetupTests
{
    private static readonly LinkSetup Request = new()
    {
        Version = LinkSetup.ProtocolVersion,
        Flags = LinkSetup.ExtensionFlag,
        Cid = 0x01020304,
        BufferSize = 9216,
        MaxInParts = 4,
        MaxOutParts = 5,
        MaxHeaderLength = 256,
    };

    private static LinkSetup Response => Request with { IsResponse = true, Status = 0 };

    [Fact]
    public void Tcp_setups_come_back_as_they_were_written_with_their_trailer()
    {
        byte[] trailer = [1, 2, 3, 4, 5];
        foreach (var setup in new[] { Request, Response, Response with { Status = 12, Version = 0, BufferSize = 0 } })
        {
            var frame = new byte[TcpNexus.FrameLength(setup.IsResponse, trailer.Length)];
            frame.AsSpan().Fill(0xAA);
            Assert.Equal(frame.Length, TcpNexus.Write(frame, setup, trailer));

            Assert.Equal(LinkError.None, TcpNexus.ReadTlv(frame, setup.IsResponse, out var length, out _));
            Assert.Equal(frame.Length, length);
            Assert.Equal(LinkError.None, TcpNexus.Read(frame.AsSpan(Tlv.Size), setup.IsResponse, out var read, out var readTrailer, out _));
            Assert.Equal(setup, read);
            Assert.Equal(trailer, readTrailer);
            Assert.Equal(new byte[4], frame[^9..^5]);
        }
    }

    [Fact]
    public void Rdma_setups_come_back_as_they_were_written_with_their_trailer()
    {
        byte[] trailer = [1, 2, 3, 4, 5];
        foreach (var link in new[] { Request, Response, Response with { Status = 12, Version = 0 } })
        {
            var setup = new RdmaSetup { Link = link, Credits = 288, SendDepth = 256, ReceiveDepth = 255 };
            var frame = new byte[RdmaNexus.FrameLength(link.IsResponse, trailer.Length)];
            frame.AsSpan().Fill(0xAA);
            Assert.Equal(frame.Length, RdmaNexus.Write(frame, setup, trailer));

            Assert.Equal(LinkError.None, RdmaNexus.Read(frame, link.IsResponse, out var read, out var readTrailer, out _));
            Assert.Equal(setup, read);
            Assert.Equal(trailer, readTrailer);
        }
    }

    [Theory]
    [InlineData(0, 4, 0, nameof(LinkError.BadMagic), "tlv magic")]
    [InlineData(4, 4, 0x84, nameof(LinkError.UnexpectedFrame), "tlv type: not the link set-up that is due")]
    [InlineData(4, 4, 0x12, nameof(LinkError.UnexpectedFrame), "tlv type: not the link set-up that is due")]
    [InlineData(8, 8, 4081, nameof(LinkError.BadFrameLength), "tlv length: above the limit of a link set-up")]
    [InlineData(8, 8, (1UL << 32) + 32, nameof(LinkError.BadFrameLength), "tlv length: above the limit of a link set-up")]
    [InlineData(8, 8, 31, nameof(LinkError.MalformedSetup), "tlv length: shorter than the link set-up")]
    [InlineData(16, 2, 0x0101, nameof(LinkError.VersionMismatch), "nexus version")]
    [InlineData(24, 8, 111, nameof(LinkError.MalformedSetup), "buffer_sz: too small for any frame")]
    public void A_tcp_setup_is_refused_by_name_when_one_field_is_wrong(int offset, int size, ulong value, string error, string field)
    {
        var frame = new byte[TcpNexus.FrameLength(false, 0)];
        TcpNexus.Write(frame, Request, default);
        frame.With(offset, size, value);

        var found = TcpNexus.ReadTlv(frame, false, out var length, out var detail);
        if (found == LinkError.None)
        {
            found = TcpNexus.Read(frame.AsSpan(Tlv.Size, length - Tlv.Size), false, out _, out _, out detail);
        }

        Assert.Equal(error, found.ToString());
        Assert.Equal(field, detail);
    }

    [Theory]
    [InlineData(8, 8, 45, nameof(LinkError.BadFrameLength), "tlv length: longer than the frame")]
    [InlineData(8, 8, 43, nameof(LinkError.MalformedSetup), "tlv length: shorter than the link set-up")]
    [InlineData(24, 2, 0, nameof(LinkError.VersionMismatch), "nexus version")]
    [InlineData(28, 2, 0, nameof(LinkError.MalformedSetup), "credits: 0")]
    [InlineData(30, 2, 0, nameof(LinkError.MalformedSetup), "sq_depth: 0")]
    [InlineData(32, 2, 0, nameof(LinkError.MalformedSetup), "rq_depth: 0")]
    [InlineData(34, 2, 1, nameof(LinkError.MalformedSetup), "rkey_tbl_size: more pairs than the frame holds")]
    [InlineData(34, 2, 0xFFFF, nameof(LinkError.MalformedSetup), "rkey_tbl_size: more pairs than the frame holds")]
    [InlineData(36, 8, 0, nameof(LinkError.MalformedSetup), "buffer_sz: too small for any frame")]
    public void An_rdma_setup_is_refused_by_name_when_one_field_is_wrong(int offset, int size, ulong value, string error, string field)
    {
        var frame = new byte[RdmaNexus.FrameLength(true, 0)];
        RdmaNexus.Write(frame, new RdmaSetup { Link = Response, Credits = 288, SendDepth = 256, ReceiveDepth = 256 }, default);

        Assert.Equal(error, RdmaNexus.Read(frame.With(offset, size, value), true, out _, out _, out var detail).ToString());
        Assert.Equal(field, detail);
    }

    [Fact]
    public void Key_pairs_of_an_rdma_setup_stand_in_front_of_the_trailer()
    {
        var frame = new byte[RdmaNexus.FrameLength(false, 19)];
        RdmaNexus.Write(frame, new RdmaSetup { Link = Request, ReceiveDepth = 256 }, new byte[19]);
        frame.With(30, 2, 2).With(frame.Length - 3, 1, 0x77);

        Assert.Equal(LinkError.None, RdmaNexus.Read(frame, false, out var setup, out var trailer, out _));
        Assert.Equal(2, setup.KeyPairs);
        Assert.Equal([0x77, 0, 0], trailer.ToArray());
    }

    [Fact]
    public void A_setup_that_does_not_fit_the_peers_buffer_is_not_written() =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => TcpNexus.Write(new byte[8192], Request, new byte[4080 - TcpNexusRequest.Size + 1]));

    [Fact]
    public void Connect_messages_come_back_as_they_were_written()
    {
        foreach (var (kind, port) in new[] { (SocketKind.Single, 0), (SocketKind.Control, 4711), (SocketKind.Data, 65535) })
        {
            var message = new ConnectMessage(kind, (ushort)port);
            var bytes = new byte[ConnectMessage.Size];
            message.Write(bytes);
            Assert.Equal(LinkError.None, ConnectMessage.Read(bytes, out var read, out _));
            Assert.Equal(message, read);
        }
    }

    [Theory]
    [InlineData("0000000000000000", "sock_type: 0")]
    [InlineData("0000000900000000", "sock_type: 9")]
    [InlineData("58494F5000000082", "sock_type: 1481199440")]
    [InlineData("0000000200000000", "second_port: 0 in one socket of a pair")]
    [InlineData("0000000300000000", "second_port: 0 in one socket of a pair")]
    [InlineData("00000001000000", "connect message: cut off")]
    public void A_connect_message_is_refused_by_name(string hex, string field)
    {
        Assert.Equal(LinkError.BadConnectMessage, ConnectMessage.Read(Convert.FromHexString(hex), out _, out var detail));
        Assert.Equal(field, detail);
    }
}
