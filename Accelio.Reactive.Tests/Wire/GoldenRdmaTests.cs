using System.Text;
using Accelio.Transports;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Wire;

/// <summary>
/// Every message that C peers were captured with over RDMA is understood, agrees with the packets around it, and is written again byte for
/// byte.
/// </summary>
public unsafe class GoldenRdmaTests
{
    private static readonly RdmaFrameLimits Limits = RdmaFrameLimits.From(new LinkOptions());

    /// <summary>The captures.</summary>
    public static TheoryData<string> Captures => [.. GoldenRecording.Names("Rdma")];

    [Theory]
    [MemberData(nameof(Captures))]
    public void Headers_decode_and_encode_to_the_captured_bytes(string name)
    {
        var sends = Sends(name).Where(HasHeaders).ToArray();
        Assert.True(sends.Length >= 8, $"{sends.Length} messages");
        foreach (var packet in sends)
        {
            var captured = packet.Bytes.ToArray();
            var (header, fields) = Decode(packet);
            var written = new byte[captured.Length];
            fixed (byte* w = written)
            {
                RdmaFrame.Encode(w, header, fields);
            }

            var size = header.Type.IsRequest() ? RdmaFrame.RequestSize : RdmaFrame.ResponseSize;
            captured.AsSpan(size).CopyTo(written.AsSpan(size));
            ClearPads(header.Type, fields, captured);
            Assert.True(
                captured.AsSpan().SequenceEqual(written),
                $"{packet.Line}\n{Convert.ToHexString(captured)}\n{Convert.ToHexString(written)}");
        }
    }

    [Theory]
    [MemberData(nameof(Captures))]
    public void Lengths_add_up_to_the_captured_packet(string name)
    {
        foreach (var packet in Sends(name).Where(HasHeaders))
        {
            var (header, fields) = Decode(packet);
            var inline = fields.OutOperation == BodyOperation.Send ? (int)fields.InlineLength : 0;
            Assert.Equal(packet.Bytes.Count, fields.BodyOffset + inline);

            var measured = fields;
            measured.UserHeaderOffset = 0;
            RdmaFrame.Measure(header.Type, ref measured);
            Assert.Equal(fields.UserHeaderOffset, measured.UserHeaderOffset);
            Assert.Equal((ulong)(packet.Bytes.Count - Tlv.Size), measured.TlvLength);

            // C leaves out of the TLV length what it gathers from registered memory, and nothing else.
            Assert.Contains(fields.TlvLength, new[] { measured.TlvLength, measured.TlvLength - (ulong)inline });
        }
    }

    [Theory]
    [MemberData(nameof(Captures))]
    public void Serials_count_every_message_of_a_direction(string name)
    {
        // The long captures have gaps, which the packet numbers show.
        var neighbours = 0;
        foreach (var direction in Sends(name).Where(HasHeaders).GroupBy(packet => packet.Sender))
        {
            foreach (var (packet, next) in direction.Zip(direction.Skip(1)))
            {
                if (next.Values["psn"] != packet.Values["psn"] + 1)
                {
                    continue;
                }

                Assert.Equal(Decode(packet).Fields.TransportSerial + 1, Decode(next).Fields.TransportSerial);
                neighbours++;
            }

            Assert.Equal(0, Decode(direction.First()).Fields.TransportSerial);
        }

        Assert.True(neighbours >= 4, $"{neighbours} neighbours");
    }

    [Theory]
    [InlineData("direct-close.txt")]
    [InlineData("hello-small.txt")]
    public void Responses_answer_tasks_that_the_other_side_named(string name)
    {
        var open = new HashSet<(string, uint)>();
        var answered = 0;
        foreach (var packet in Sends(name).Where(HasHeaders))
        {
            var (header, _) = Decode(packet);
            if (header.Type.IsRequest())
            {
                open.Add((packet.Sender, header.LocalTask));
            }
            else
            {
                Assert.Contains(open, task => task.Item1 != packet.Sender && task.Item2 == header.RemoteTask);
                answered++;
            }
        }

        Assert.NotEqual(0, answered);
    }

    [Theory]
    [MemberData(nameof(Captures))]
    public void Bulk_moves_between_the_addresses_that_the_tables_name(string name)
    {
        var packets = GoldenPacket.Read(name);
        var named = new Dictionary<ulong, RoomEntry>();
        var moved = 0;
        foreach (var packet in packets)
        {
            if (packet.Operation == "SEND_ONLY" && HasHeaders(packet))
            {
                foreach (var entry in Entries(packet))
                {
                    named[entry.Address] = entry;
                }
            }
            else if (packet.Operation is "READ_REQUEST" or "WRITE_FIRST" && named.TryGetValue(packet.Values["va"], out var entry))
            {
                Assert.Equal(packet.Values["rkey"], entry.Key);
                Assert.InRange(packet.Values["len"], 1UL, entry.Length);
                moved++;
            }
        }

        Assert.Equal(name is "hello-20k.txt" or "rsp-read.txt", moved != 0);
    }

    [Theory]
    [MemberData(nameof(Captures))]
    public void Link_setups_decode_and_encode(string name)
    {
        var setups = Sends(name).Where(packet => TypeOf(packet).IsSetup()).ToArray();
        Assert.Equal(2, setups.Length);
        foreach (var packet in setups)
        {
            var isResponse = packet.Sender != GoldenPacket.Client;
            Assert.Equal(LinkError.None, RdmaNexus.Read(packet.Bytes.ToArray(), isResponse, out var setup, out var trailer, out _));
            Assert.True(trailer.IsEmpty);
            Assert.Equal(isResponse, setup.Link.IsResponse);
            Assert.Equal(LinkSetup.ProtocolVersion, setup.Link.Version);
            Assert.Equal(0, setup.Link.Flags);
            Assert.Equal(0u, setup.Link.Status);
            Assert.Equal(9216ul, setup.Link.BufferSize);
            Assert.Equal((4u, 4u, 256u), (setup.Link.MaxInParts, setup.Link.MaxOutParts, setup.Link.MaxHeaderLength));
            Assert.Equal(isResponse ? (288, 256, 256) : (0, 5, 256), (setup.Credits, setup.SendDepth, setup.ReceiveDepth));
            Assert.Equal(0, setup.KeyPairs);

            var written = new byte[RdmaNexus.FrameLength(isResponse, 0)];
            Assert.Equal(written.Length, RdmaNexus.Write(written, setup, default));
            var captured = packet.Bytes.ToArray();
            captured.AsSpan(^4).Clear();
            Assert.Equal(captured, written);
        }
    }

    [Theory]
    [MemberData(nameof(Captures))]
    public void Session_setups_decode(string name)
    {
        var packets = Sends(name);
        var request = Assert.Single(packets, packet => TypeOf(packet) == FrameType.SessionRequest);
        Assert.True(SessionSetupRequest.TryParse(UserHeader(request), out var asked, out var field), field);
        Assert.StartsWith("rdma://10.77.0.2:", Encoding.ASCII.GetString(asked.Uri), StringComparison.Ordinal);
        Assert.Equal(new QueueDepths(64 << 20, 64 << 20, 1024, 1024), asked.Depths);
        Assert.Equal((288, 0xFFFF), (Decode(request).Fields.Credits, Decode(request).Fields.AckTransportSerial));

        var response = Assert.Single(packets, packet => TypeOf(packet) == FrameType.SessionResponse);
        Assert.True(SessionSetupResponse.TryParse(UserHeader(response), out var answer, out field), field);
        Assert.Equal(SessionAction.Accept, answer.Action);
        Assert.Equal(0, answer.Portals.Count);
        Assert.Equal(asked.Depths, answer.Depths);
    }

    [Fact]
    public void Read_acks_decode_and_encode()
    {
        // The capture has gaps: of the responses that were fetched it holds others than those acknowledged here.
        uint[] tasks = [0xA6, 107, 336, 334, 7, 212, 210, 188];
        var acks = Sends("rsp-read.txt").Where(packet => TypeOf(packet) == FrameType.ReadAck).ToArray();
        Assert.Equal(tasks.Length, acks.Length);
        foreach (var (packet, task) in acks.Zip(tasks))
        {
            Assert.True(ReadAck.TryParse(packet.Bytes.ToArray(), out var ack, out var field), field);
            Assert.Equal(new ReadAck(task), ack);
            var written = new byte[ReadAck.Size];
            ack.Write(written);
            Assert.Equal(packet.Bytes, written);
        }
    }

    [Fact]
    public void The_captures_hold_every_kind_of_message_they_were_made_for()
    {
        FrameType[] kinds =
        [
            FrameType.Request, FrameType.Response, FrameType.OneWay, FrameType.OneWayReceipt,
            FrameType.NexusRequest, FrameType.NexusResponse, FrameType.SessionRequest, FrameType.SessionResponse,
            FrameType.FinRequest, FrameType.FinResponse, FrameType.ReadAck,
        ];
        var packets = GoldenRecording.Names("Rdma").SelectMany(Sends).ToArray();
        Assert.True(packets.Length >= 390, $"{packets.Length} messages");
        Assert.Equal(kinds.Order(), packets.Select(TypeOf).Distinct().Order());

        var operations = packets.Where(HasHeaders)
            .Select(packet => (TypeOf(packet).IsRequest(), Decode(packet).Fields.OutOperation))
            .ToHashSet();
        Assert.Superset(
            new HashSet<(bool, BodyOperation)>
            {
                (true, BodyOperation.Send), (true, BodyOperation.Read),
                (false, BodyOperation.Send), (false, BodyOperation.Write), (false, BodyOperation.Read),
            },
            operations);
    }

    private static List<GoldenPacket> Sends(string name) => [.. GoldenPacket.Read(name).Where(packet => packet.Operation == "SEND_ONLY")];

    private static FrameType TypeOf(GoldenPacket packet) =>
        (FrameType)(packet.Bytes[4] << 24 | packet.Bytes[5] << 16 | packet.Bytes[6] << 8 | packet.Bytes[7]);

    private static bool HasHeaders(GoldenPacket packet) =>
        !TypeOf(packet).IsSetup() && TypeOf(packet) is not (FrameType.ReadAck or FrameType.CreditNop);

    private static (FrameHeader Header, RdmaFrameFields Fields) Decode(GoldenPacket packet)
    {
        Assert.Equal(packet.Values["len"], (ulong)packet.Bytes.Count);
        fixed (byte* p = packet.Bytes.ToArray())
        {
            var error = RdmaFrame.Decode(p, packet.Bytes.Count, Limits, out var header, out var fields);
            Assert.True(error == LinkError.None, $"{packet.Line}: {RdmaFrameDiagnosis.Explain(p, packet.Bytes.Count, Limits)}");
            Assert.Equal(LinkError.None, RdmaFrame.BodyLength(p, fields, Limits, out _));
            return (header, fields);
        }
    }

    private static byte[] UserHeader(GoldenPacket packet)
    {
        var fields = Decode(packet).Fields;
        return [.. packet.Bytes.Skip(fields.UserHeaderOffset).Take(fields.UserHeaderLength)];
    }

    private static RoomEntry[] Entries(GoldenPacket packet)
    {
        var (header, fields) = Decode(packet);
        var isTable = header.Type.IsRequest() || fields.OutOperation == BodyOperation.Read;
        var entries = new RoomEntry[isTable ? fields.InCount + fields.OutCount : 0];
        fixed (byte* p = packet.Bytes.ToArray())
        {
            Sge.Read(p + fields.UserHeaderOffset - (entries.Length * Sge.Size), entries.Length, entries);
        }

        return entries;
    }

    // What C peers do not write (RDMA, sections 5 and 6), and the count that is stale when a response travels inline.
    private static void ClearPads(FrameType type, in RdmaFrameFields fields, Span<byte> frame)
    {
        frame[38..44].Clear();
        if (type.IsRequest())
        {
            frame[76..80].Clear();
            frame[84..88].Clear();
            return;
        }

        frame[71..74].Clear();
        frame[88..92].Clear();
        if (fields.OutOperation == BodyOperation.Send)
        {
            frame[74..76].Clear();
        }
    }
}
