using Accelio.Reactive.Tests.Support;
using Accelio.Transports;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Wire;

/// <summary>
/// Reading and writing the wire costs no memory, not even what is malformed outside the frame headers: nothing is allocated at a peer's
/// wish.
/// </summary>
public unsafe class AllocationTests
{
    private static readonly TcpFrameLimits Tcp = TcpFrameLimits.From(new LinkOptions(), false);
    private static readonly RdmaFrameLimits Rdma = RdmaFrameLimits.From(new LinkOptions());

    [Fact]
    public void Frames_are_decoded_and_encoded_without_allocation()
    {
        var request = WireSamples.TcpRequest();
        var response = WireSamples.TcpResponse();
        var rdma = WireSamples.RdmaFrameOf(
            new FrameHeader { Type = FrameType.Response },
            new RdmaFrameFields { OutOperation = BodyOperation.Send, UserHeaderLength = 8, InlineLength = 16 });

        AssertAllocatesNothing(() =>
        {
            RoundTripTcp(request);
            RoundTripTcp(response);
            fixed (byte* p = rdma)
            {
                Assert.True(RdmaFrame.Decode(p, rdma.Length, Rdma, out var header, out var fields) == LinkError.None);
                RdmaFrame.Encode(p, header, fields);
                RdmaFrame.Stamp(p, 1, 2, 3);
                RdmaFrame.BodyLength(p, fields, Rdma, out _);
            }
        });
    }

    [Fact]
    public void Setups_payloads_and_items_are_read_and_written_without_allocation()
    {
        var frame = new byte[512];
        var block = new byte[ExtensionBlock.MaxWritten];
        ReadOnlyMemory<byte>[] portals = ["tcp://a:1"u8.ToArray(), "tcp://b:2"u8.ToArray()];

        AssertAllocatesNothing(() =>
        {
            var blockLength = ExtensionBlock.Write(block, LinkFeatures.Flow);
            var setup = new LinkSetup { Version = LinkSetup.ProtocolVersion, BufferSize = 9216, Flags = LinkSetup.ExtensionFlag };
            var length = TcpNexus.Write(frame, setup, block.AsSpan(0, blockLength));
            TcpNexus.Read(frame.AsSpan(Tlv.Size, length - Tlv.Size), false, out setup, out var trailer, out _);
            ExtensionBlock.Read(setup, trailer, out _, out _);

            var request = new SessionSetupRequest { Uri = "tcp://a:1"u8, PrivateData = "x"u8 };
            Assert.True(request.TryWrite(frame, out length));
            Assert.True(SessionSetupRequest.TryParse(frame.AsSpan(0, length), out request, out _));

            Assert.True(SessionSetupResponse.TryWriteAccept(frame, 1, default, portals, default, out length));
            Assert.True(SessionSetupResponse.TryParse(frame.AsSpan(0, length), out var response, out _));
            foreach (var portal in response.Portals)
            {
                frame[0] = portal[0];
            }

            length = new MessageItems { HasWindow = true, HasFailureText = true, FailureText = "no"u8 }.Write(frame);
            Assert.True(MessageItems.TryParse(frame.AsSpan(0, length), out _, out _, out _));
            new GrantPayload(1, 2).Write(frame);
            Assert.True(GrantPayload.TryParse(frame.AsSpan(0, GrantPayload.Size), out _, out _));
            length = AbortPayload.Write(frame, [new SerialRun(1, 2), new SerialRun(4, 4)]);
            Assert.True(AbortPayload.TryParse(frame.AsSpan(0, length), out _, out _));
            new DrainedPayload(1).Write(frame);
            Assert.True(DrainedPayload.TryParse(frame.AsSpan(0, DrainedPayload.Size), out _, out _));
        });
    }

    [Fact]
    public void Malformed_payloads_are_refused_without_allocation()
    {
        var payload = new byte[2000];
        new Random(9).NextBytes(payload);

        AssertAllocatesNothing(() =>
        {
            for (var length = 0; length < payload.Length; length += 37)
            {
                var input = payload.AsSpan(0, length);
                Assert.False(SessionSetupRequest.TryParse(input, out _, out _));
                Assert.False(SessionSetupResponse.TryParse(input, out _, out _));
                Assert.False(MessageItems.TryParse(input, out _, out _, out _));
                Assert.True(TcpNexus.ReadTlv(input, true, out _, out _) != LinkError.None);
                Assert.True(RdmaNexus.Read(input, true, out _, out _, out _) != LinkError.None);
                Assert.False(CreditNop.TryParse(input, out _, out _));
            }
        });
    }

    private static void RoundTripTcp(byte[] frame)
    {
        fixed (byte* p = frame)
        {
            Assert.True(TcpFrame.Decode(p, frame.Length, Tcp, out var header, out var fields) == LinkError.None);
            TcpFrame.BodyLength(p, fields, Tcp, out _);
            TcpFrame.Measure(header.Type, false, ref fields);
            TcpFrame.Encode(p, header, fields);
        }
    }

    private static void AssertAllocatesNothing(Action action)
    {
        action();
        var allocated = Allocated.By(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                action();
            }
        });
        Assert.Equal(0, allocated);
    }
}
