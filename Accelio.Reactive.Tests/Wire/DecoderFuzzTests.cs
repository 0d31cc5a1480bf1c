using Accelio.Transports;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Wire;

/// <summary>
/// Mutated input, always the same for a seed, in front of a page that may not be read: no decoder reads past the length given, none throws,
/// and what the frame decoders refuse has a name and words.
/// </summary>
public unsafe class DecoderFuzzTests : IDisposable
{
    private const int Rounds = 60_000;

    private static readonly TcpFrameLimits[] TcpLimits =
    [
        TcpFrameLimits.From(new LinkOptions(), false),
        TcpFrameLimits.From(new LinkOptions(), true),
    ];

    private static readonly RdmaFrameLimits RdmaLimits = RdmaFrameLimits.From(new LinkOptions());

    private readonly GuardedMemory _memory = new(64 << 10);

    public void Dispose()
    {
        _memory.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Tcp_frames()
    {
        var seen = new HashSet<LinkError>();
        var mutator = new Mutator(1, [.. TcpFrames()]);
        for (var round = 0; round < Rounds; round++)
        {
            var input = mutator.Next();
            var p = _memory.Place(input);
            ref readonly var limits = ref TcpLimits[round & 1];
            var error = TcpFrame.Decode(p, input.Length, limits, out var header, out var fields);
            seen.Add(error);
            Assert.Equal(error, TcpFrameDiagnosis.Find(p, input.Length, limits, out var detail));
            Assert.Equal(error == LinkError.None, detail.Length == 0);
            if (error == LinkError.None && fields.UserHeaderOffset <= input.Length)
            {
                error = TcpFrame.BodyLength(p, fields, limits, out var length);
                seen.Add(error);
                Assert.True(error != LinkError.None || (ulong)length <= limits.MaxBodyLength);
                AssertSameAfterEncoding(header, fields, limits);
            }
        }

        LinkError[] reached =
        [
            LinkError.None, LinkError.BadMagic, LinkError.BadFrameLength, LinkError.BadHeaderLength, LinkError.BadOperation,
            LinkError.TooManyParts, LinkError.LengthMismatch, LinkError.UnknownFrameType, LinkError.MessageTooLarge,
            LinkError.UnexpectedFrame,
        ];
        Assert.Equal(reached.Order(), seen.Order());
    }

    [Fact]
    public void What_the_quick_way_takes_for_a_plain_frame_is_one_and_is_read_as_by_the_long_way()
    {
        var (plain, others) = (0, 0);
        var mutator = new Mutator(5, [.. TcpFrames(), .. PlainFrames()]);
        for (var round = 0; round < Rounds; round++)
        {
            var input = mutator.Next();
            if (input.Length < TcpFrame.HeaderSize)
            {
                continue;
            }

            var p = _memory.Place(input);
            ref readonly var limits = ref TcpLimits[round & 1];
            FrameHeader quick = default;
            if (!PlainFrame.TryDecode(p, input.Length, PlainFrame.LongestTlv(limits), ref quick, out var userHeader, out var body))
            {
                others++;
                continue;
            }

            plain++;
            Assert.False(limits.IsDual);
            Assert.Equal(LinkError.None, TcpFrame.Decode(p, input.Length, limits, out var header, out var fields));
            Assert.Equal(header, quick);
            Assert.Equal((0, 0, BodyOperation.Send), (fields.TableLength, fields.PadLength, fields.OutOperation));
            Assert.Equal((fields.UserHeaderLength, fields.InlineLength), ((ushort)userHeader, (ulong)body));
            Assert.True(TcpFrame.HeaderSize + userHeader + body <= input.Length);
        }

        Assert.InRange(plain, Rounds / 100, others);
    }

    [Fact]
    public void Rdma_frames()
    {
        var seen = new HashSet<LinkError>();
        var controls = 0;
        var nop = new byte[CreditNop.Size];
        new CreditNop(1, 2, 3).Write(nop);
        var mutator = new Mutator(2, [.. RdmaFrames(), nop]);
        for (var round = 0; round < Rounds; round++)
        {
            var input = mutator.Next();
            var p = _memory.Place(input);
            var error = RdmaFrame.Decode(p, input.Length, RdmaLimits, out _, out var fields);
            seen.Add(error);
            Assert.Equal(error, RdmaFrameDiagnosis.Find(p, input.Length, RdmaLimits, out var detail));
            Assert.Equal(error == LinkError.None, detail.Length == 0);
            if (error == LinkError.None)
            {
                var inline = fields.OutOperation == BodyOperation.Send ? (long)fields.InlineLength : 0;
                Assert.InRange(fields.BodyOffset + inline, RdmaFrame.RequestSize, input.Length);
                seen.Add(RdmaFrame.BodyLength(p, fields, RdmaLimits, out _));
            }

            controls += CreditNop.TryParse(Span(p, input), out _, out _) ? 1 : 0;
            controls += ReadAck.TryParse(Span(p, input), out _, out _) ? 1 : 0;
        }

        Assert.True(seen.Count >= 9, string.Join(", ", seen));
        Assert.InRange(controls, 1, Rounds / 2);
    }

    [Fact]
    public void Link_setups_and_extension_blocks()
    {
        var seen = new HashSet<LinkError>();
        var mutator = new Mutator(3, [.. LinkSetups()]);
        for (var round = 0; round < Rounds; round++)
        {
            var input = mutator.Next();
            var frame = Span(_memory.Place(input), input);
            var isResponse = (round & 1) != 0;
            var error = TcpNexus.ReadTlv(frame, isResponse, out var length, out _);
            if (error == LinkError.None && length <= frame.Length)
            {
                error = TcpNexus.Read(frame[Tlv.Size..length], isResponse, out var setup, out var trailer, out _);
                seen.Add(ExtensionBlock.Read(setup, trailer, out _, out _));
            }

            seen.Add(error);
            seen.Add(RdmaNexus.Read(frame, isResponse, out var rdma, out var rdmaTrailer, out _));
            seen.Add(ExtensionBlock.Read(rdma.Link, rdmaTrailer, out _, out _));
            seen.Add(ExtensionBlock.Read(new LinkSetup { Flags = LinkSetup.ExtensionFlag }, frame, out _, out _));
            seen.Add(ConnectMessage.Read(frame, out _, out _));
        }

        Assert.Superset(
            new HashSet<LinkError>
            {
                LinkError.None, LinkError.BadMagic, LinkError.BadFrameLength, LinkError.UnexpectedFrame, LinkError.MalformedSetup,
                LinkError.VersionMismatch, LinkError.MalformedExtension, LinkError.BadConnectMessage,
            },
            seen);
    }

    [Fact]
    public void Payloads_and_item_areas()
    {
        var outcomes = new HashSet<string>();
        var mutator = new Mutator(4, [.. Payloads()]);
        for (var round = 0; round < Rounds; round++)
        {
            var input = mutator.Next();
            var payload = Span(_memory.Place(input), input);
            outcomes.Add(SessionSetupRequest.TryParse(payload, out _, out var field) ? "request" : field!);
            outcomes.Add(SessionSetupResponse.TryParse(payload, out var response, out field) ? "response" : field!);
            var count = 0;
            foreach (var portal in response.Portals)
            {
                Assert.NotEqual(0, portal.Length);
                count++;
            }

            Assert.Equal(response.Portals.Count, count);
            outcomes.Add(MessageItems.TryParse(payload, out _, out var length, out field) ? "items" : field!);
            Assert.InRange(length, 0, payload.Length);
            outcomes.Add(CancelPayload.TryParse(payload, out _, out field) ? "cancel" : field!);
            outcomes.Add(GrantPayload.TryParse(payload, out _, out field) ? "grant" : field!);
            outcomes.Add(AbortPayload.TryParse(payload, out var abort, out field) ? "abort" : field!);
            for (var i = 1; i < abort.Count; i++)
            {
                Assert.True(abort[i].First > abort[i - 1].Last);
            }

            outcomes.Add(DrainedPayload.TryParse(payload, out _, out field) ? "drained" : field!);
        }

        Assert.Superset(
            new HashSet<string> { "request", "response", "items", "cancel", "grant", "abort", "abort: last", "abort: first", "drained", "portal length", "action", "item: twice" },
            outcomes);
    }

    private static ReadOnlySpan<byte> Span(byte* p, ReadOnlySpan<byte> input) => new(p, input.Length);

    private static void AssertSameAfterEncoding(in FrameHeader header, TcpFrameFields fields, in TcpFrameLimits limits)
    {
        var copy = stackalloc byte[TcpFrame.HeaderSize];
        TcpFrame.Encode(copy, header, fields);
        if (header.LastInBatch && fields.PeerWriteResponse)
        {
            // The two flags exclude each other (section 7): a peer that sets both is understood, but not imitated.
            return;
        }

        Assert.Equal(LinkError.None, TcpFrame.Decode(copy, TcpFrame.HeaderSize, limits, out var again, out var fieldsAgain));
        Assert.Equal(header, again);
        Assert.Equal(fields, fieldsAgain);
    }

    private static IEnumerable<byte[]> TcpFrames() =>
        GoldenRecording.Names("Tcp").SelectMany(name => GoldenRecording.Read(name).Messages)
            .Where(message => message.Frame.Count < 500)
            .DistinctBy(message => (message.Type, message.IsDual, message.Out.Count, message.WriteLengths.Count))
            .Select(message => message.Frame.ToArray())
            .Concat([WireSamples.TcpRequest(), WireSamples.TcpResponse()]);

    private static IEnumerable<byte[]> PlainFrames()
    {
        var random = new Random(5);
        foreach (var type in new[] { FrameType.Request, FrameType.OneWay, FrameType.Response })
        {
            foreach (var (userHeader, body) in new[] { (0, 0), (0, 32), (7, 0), (16, 100) })
            {
                var header = WireSamples.Header(random, type);
                header.Status = 0;
                TcpFrameFields fields = new() { UserHeaderLength = (ushort)userHeader, InlineLength = (ulong)body, OutOperation = BodyOperation.Send };
                TcpFrame.Measure(type, dual: false, ref fields);
                yield return [.. WireSamples.TcpFrameOf(header, fields), .. new byte[userHeader + body]];
            }
        }
    }

    private static IEnumerable<byte[]> RdmaFrames() =>
        GoldenRecording.Names("Rdma").SelectMany(GoldenPacket.Read)
            .Where(packet => packet.Bytes.Count is > 0 and < 500)
            .DistinctBy(packet => (packet.Bytes[6], packet.Bytes[7], packet.Bytes.Count))
            .Select(packet => packet.Bytes.ToArray());

    private static IEnumerable<byte[]> LinkSetups()
    {
        var block = new byte[ExtensionBlock.MaxWritten];
        ExtensionBlock.Write(block, LinkFeatures.Flow | LinkFeatures.FailureText | LinkFeatures.ResponseRoom);
        foreach (var isResponse in new[] { false, true })
        {
            var setup = new LinkSetup
            {
                IsResponse = isResponse,
                Version = LinkSetup.ProtocolVersion,
                Flags = LinkSetup.ExtensionFlag,
                BufferSize = 9216,
            };
            var tcp = new byte[TcpNexus.FrameLength(isResponse, block.Length)];
            TcpNexus.Write(tcp, setup, block);
            yield return tcp;
            var rdma = new byte[RdmaNexus.FrameLength(isResponse, block.Length)];
            RdmaNexus.Write(rdma, new RdmaSetup { Link = setup, Credits = 288, SendDepth = 256, ReceiveDepth = 256 }, block);
            yield return rdma;
        }

        yield return block;
        yield return [0, 0, 0, 2, 0x90, 0x28, 0, 0];
    }

    private static IEnumerable<byte[]> Payloads()
    {
        var setups = GoldenRecording.Names("Tcp").SelectMany(name => GoldenRecording.Read(name).Messages)
            .Where(message => message.IsDual && message.Outside.Count != 0 && !message.Type.IsApplication())
            .DistinctBy(message => Convert.ToHexString([.. message.Outside]))
            .Select(message => message.Outside.ToArray());
        var items = new byte[MessageItems.MaxWritten];
        var all = new MessageItems { HasWindow = true, HasResponseRoom = true, HasFailureText = true, FailureText = "no"u8, HasDeadline = true, HasExpired = true, HasSessionKey = true, HasConnectionId = true };
        var length = all.Write(items);
        var grant = new byte[GrantPayload.Size];
        new GrantPayload(1, 2).Write(grant);
        var abort = new byte[AbortPayload.MaxSize];
        var written = AbortPayload.Write(abort, [new SerialRun(1, 4), new SerialRun(7, 7), new SerialRun(9, ulong.MaxValue)]);
        var drained = new byte[DrainedPayload.Size];
        new DrainedPayload(8).Write(drained);
        return setups.Concat([items[..length], grant, abort[..written], drained]);
    }
}
