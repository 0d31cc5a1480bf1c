using System.Text;
using Accelio.Transports;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Wire;

/// <summary>
/// Every message that C peers were recorded with over TCP is understood as the recording says, and written again byte for byte.
/// </summary>
public unsafe class GoldenTcpTests
{
    /// <summary>The recordings.</summary>
    public static TheoryData<string> Recordings => [.. GoldenRecording.Names("Tcp")];

    [Theory]
    [MemberData(nameof(Recordings))]
    public void Headers_decode_to_what_the_recording_says(string name)
    {
        var messages = GoldenRecording.Read(name).Messages;
        Assert.NotEmpty(messages);
        foreach (var message in messages.Where(message => !message.Type.IsSetup()))
        {
            fixed (byte* p = message.Frame.ToArray())
            {
                var limits = LimitsOf(message);
                var error = TcpFrame.Decode(p, message.Frame.Count, limits, out var header, out var fields);
                Assert.True(error == LinkError.None, $"{message.Title}: {TcpFrameDiagnosis.Explain(p, message.Frame.Count, limits)}");

                AssertSession(message, header);
                AssertTransport(message, header, fields);
                AssertTables(message, p, fields);
                AssertOutside(message, p, limits, fields);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Recordings))]
    public void Decoded_messages_encode_to_the_recorded_bytes(string name)
    {
        foreach (var message in GoldenRecording.Read(name).Messages.Where(message => !message.Type.IsSetup()))
        {
            var recorded = message.Frame.ToArray();
            var written = new byte[recorded.Length];
            fixed (byte* p = recorded)
            fixed (byte* w = written)
            {
                Assert.Equal(LinkError.None, TcpFrame.Decode(p, recorded.Length, LimitsOf(message), out var header, out var fields));
                var measured = fields;
                measured.TlvLength = 0;
                measured.TableLength = 0;
                TcpFrame.Measure(header.Type, message.IsDual, ref measured);
                Assert.Equal(fields, measured);

                TcpFrame.Encode(w, header, measured);
                WriteTables(message, w);
            }

            recorded.AsSpan(TcpFrameFixed.Tables(message)..).CopyTo(written.AsSpan(TcpFrameFixed.Tables(message)));
            TcpFrameFixed.ClearPads(message.Type, recorded);
            AssertSame(message, recorded, written);
        }
    }

    [Theory]
    [MemberData(nameof(Recordings))]
    public void Link_setups_decode_and_encode(string name)
    {
        foreach (var message in GoldenRecording.Read(name).Messages.Where(message => message.Type.IsSetup()))
        {
            var recorded = message.Frame.ToArray();
            var isResponse = message.Type == FrameType.NexusResponse;
            Assert.Equal(LinkError.None, TcpNexus.ReadTlv(recorded, isResponse, out var length, out _));
            Assert.Equal(recorded.Length, length);
            Assert.Equal(LinkError.None, TcpNexus.Read(recorded.AsSpan(Tlv.Size), isResponse, out var setup, out var trailer, out _));

            Assert.Equal(isResponse, setup.IsResponse);
            Assert.Equal(message.Nexus["version"], setup.Version);
            Assert.Equal(message.Nexus["flags"], setup.Flags);
            Assert.Equal(message.Nexus["cid"], setup.Cid);
            Assert.Equal(isResponse ? message.Nexus["status"] : 0, setup.Status);
            Assert.Equal(message.Nexus["buf"], setup.BufferSize);
            Assert.Equal(message.Nexus["max_in"], setup.MaxInParts);
            Assert.Equal(message.Nexus["max_out"], setup.MaxOutParts);
            Assert.Equal(message.Nexus["max_hdr"], setup.MaxHeaderLength);
            Assert.Equal(message.Nexus["extra"], (ulong)trailer.Length);

            var written = new byte[TcpNexus.FrameLength(isResponse, trailer.Length)];
            Assert.Equal(written.Length, TcpNexus.Write(written, setup, trailer));
            recorded.AsSpan(^4).Clear();
            AssertSame(message, recorded, written);
        }
    }

    [Theory]
    [MemberData(nameof(Recordings))]
    public void Session_setups_decode_and_encode(string name)
    {
        var written = new byte[SessionSetupRequest.MaxLength];
        foreach (var message in GoldenRecording.Read(name).Messages)
        {
            var payload = ControlPayload(message);
            if (message.Type == FrameType.SessionRequest)
            {
                Assert.True(SessionSetupRequest.TryParse(payload, out var request, out var field), field);
                Assert.Equal(message.PayloadNumber("sid"), request.SessionId);
                AssertDepths(message, request.Depths);
                Assert.Equal(message.PayloadText("uri"), Encoding.ASCII.GetString(request.Uri));
                Assert.Equal(message.PayloadText("priv"), Encoding.ASCII.GetString(request.PrivateData));
                Assert.Equal(payload.Length, request.Length);
                Assert.True(request.TryWrite(written, out var length));
                AssertSame(message, payload, written.AsSpan(0, length));
            }
            else if (message.Type == FrameType.SessionResponse)
            {
                Assert.True(SessionSetupResponse.TryParse(payload, out var response, out var field), field);
                Assert.Equal(message.PayloadNumber("sid"), response.SessionId);
                Assert.Equal(message.PayloadNumber("action"), (ulong)response.Action);
                Assert.Equal(message.PayloadNumber("reason"), response.Reason);
                Assert.Equal(message.PayloadText("priv"), Encoding.ASCII.GetString(response.PrivateData));
                var portals = new List<ReadOnlyMemory<byte>>();
                foreach (var portal in response.Portals)
                {
                    portals.Add(portal.ToArray());
                }

                Assert.Equal(message.PayloadPortals(), portals.Select(portal => Encoding.ASCII.GetString(portal.Span)));
                Assert.Equal(portals.Count, response.Portals.Count);
                AssertSame(message, payload, written.AsSpan(0, WriteAgain(message, response, [.. portals], written)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Recordings))]
    public void Cancels_decode_and_encode(string name)
    {
        foreach (var message in GoldenRecording.Read(name).Messages.Where(message => message.Type == FrameType.CancelRequest))
        {
            var payload = ControlPayload(message);
            Assert.True(CancelPayload.TryParse(payload, out var cancel, out var field), field);
            Assert.Equal(message.PayloadNumber("tsn"), cancel.TransportSerial);
            Assert.Equal(message.PayloadNumber("result"), cancel.Result);
            Assert.Equal(message.PayloadNumber("req_sid"), cancel.RequesterSessionId);
            Assert.Equal(message.PayloadNumber("rsp_sid"), cancel.ResponderSessionId);
            Assert.Equal(message.PayloadNumber("serial"), cancel.Serial);
            var written = new byte[CancelPayload.Size];
            cancel.Write(written);
            AssertSame(message, payload, written);
        }
    }

    [Theory]
    [MemberData(nameof(Recordings))]
    public void Connect_messages_decode_and_encode(string name)
    {
        var connects = GoldenRecording.Read(name).Connects;
        Assert.NotEmpty(connects);
        foreach (var (bytes, kind, secondPort) in connects)
        {
            Assert.Equal(LinkError.None, ConnectMessage.Read(bytes, out var message, out _));
            Assert.Equal(new ConnectMessage((SocketKind)kind, secondPort), message);
            var written = new byte[ConnectMessage.Size];
            written.AsSpan().Fill(0xAA);
            message.Write(written);
            Assert.Equal(bytes, written);
        }
    }

    [Fact]
    public void The_recordings_hold_every_kind_of_message_that_C_peers_exchange()
    {
        var names = GoldenRecording.Names("Tcp").ToArray();
        var messages = names.SelectMany(name => GoldenRecording.Read(name).Messages).ToArray();

        Assert.True(names.Length >= 28, $"{names.Length} recordings");
        Assert.True(messages.Length >= 290, $"{messages.Length} messages");
        Assert.Contains(messages, message => message.IsDual);
        Assert.Contains(messages, message => !message.IsDual);
        var kinds = new Dictionary<FrameType, string>
        {
            [FrameType.Request] = "REQ",
            [FrameType.Response] = "RSP",
            [FrameType.OneWay] = "OW_REQ",
            [FrameType.OneWayReceipt] = "OW_RSP",
            [FrameType.NexusRequest] = "NEXUS_REQ",
            [FrameType.NexusResponse] = "NEXUS_RSP",
            [FrameType.SessionRequest] = "SETUP_REQ",
            [FrameType.SessionResponse] = "SETUP_RSP",
            [FrameType.FinRequest] = "FIN_REQ",
            [FrameType.FinResponse] = "FIN_RSP",
            [FrameType.CancelRequest] = "CANCEL_REQ",
            [FrameType.CreditUpdate] = "ACK_REQ",
            [FrameType.KeepAliveRequest] = "KA_REQ",
            [FrameType.KeepAliveResponse] = "KA_RSP",
        };
        Assert.Equal(
            kinds,
            messages.DistinctBy(message => message.Type).ToDictionary(message => message.Type, message => message.TypeName));
    }

    private static TcpFrameLimits LimitsOf(GoldenMessage message) => TcpFrameLimits.From(new LinkOptions(), message.IsDual);

    private static void AssertSession(GoldenMessage message, in FrameHeader header)
    {
        Assert.Equal(message.Type, header.Type);
        Assert.Equal(message.Session["dest"], header.Destination);
        Assert.Equal(message.Session["flags"], header.Flags);
        Assert.Equal(message.Session["serial"], header.Serial);
        Assert.Equal(message.Session["sn"], header.SequenceNumber);
        Assert.Equal(message.Session["ack"], header.AckSequenceNumber);
        Assert.Equal(message.Session["credits_m"], header.CreditMessages);
        Assert.Equal(message.Session["receipt"], header.ReceiptResult);
        Assert.Equal(message.Session["credits_b"], header.CreditBytes);
    }

    private static void AssertTransport(GoldenMessage message, in FrameHeader header, in TcpFrameFields fields)
    {
        var values = message.Transport;
        var isRequest = message.Type.IsRequest();
        Assert.Equal((ulong)message.TlvLength, fields.TlvLength);
        Assert.Equal(values["sn"], fields.TransportSerial);
        Assert.Equal(values["ltid"], header.LocalTask);
        Assert.Equal(isRequest ? 0 : values["rtid"], header.RemoteTask);
        Assert.Equal(isRequest ? 0 : values["status"], header.Status);
        Assert.Equal(isRequest && (values["flags"] & 0x10) != 0, header.LastInBatch);
        Assert.Equal(isRequest && (values["flags"] & 0x02) != 0, fields.PeerWriteResponse);
        Assert.Equal(isRequest ? values["in_op"] : 0, (ulong)fields.InOperation);
        Assert.Equal(values["out_op"], (ulong)fields.OutOperation);
        Assert.Equal(isRequest ? values["in_n"] : 0, fields.InCount);
        Assert.Equal(values["out_n"], fields.OutCount);
        Assert.Equal(values["hdr"], fields.UserHeaderLength);
        Assert.Equal(values["pad_len"], fields.PadLength);
        Assert.Equal(values["imm"], fields.InlineLength);
    }

    private static void AssertTables(GoldenMessage message, byte* frame, in TcpFrameFields fields)
    {
        var tables = frame + TcpFrame.HeaderSize;
        if (!message.Type.IsRequest())
        {
            Assert.Equal(message.WriteLengths.Count, fields.OutCount);
            for (var i = 0; i < fields.OutCount; i++)
            {
                Assert.Equal(message.WriteLengths[i], WriteLengths.Read(tables, i));
            }

            return;
        }

        var room = new RoomEntry[fields.InCount];
        var parts = new RoomEntry[fields.OutCount];
        Sge.Read(tables, room.Length, room);
        Sge.Read(tables + (room.Length * Sge.Size), parts.Length, parts);
        Assert.Equal(message.In, room);
        Assert.Equal(message.Out, parts);
    }

    private static void AssertOutside(GoldenMessage message, byte* frame, in TcpFrameLimits limits, in TcpFrameFields fields)
    {
        Assert.Equal(LinkError.None, TcpFrame.BodyLength(frame, fields, limits, out var body));
        var outside = body;
        if (!message.IsDual && fields.OutOperation == BodyOperation.Send)
        {
            outside = 0;
        }
        else if (message.IsDual && !message.Type.IsApplication())
        {
            outside = fields.UserHeaderLength;
        }

        Assert.Equal(message.OutsideLength, outside);
        Assert.Equal(TcpFrame.HeaderSize + fields.TableLength, fields.UserHeaderOffset);
    }

    private static void WriteTables(GoldenMessage message, byte* frame)
    {
        var next = frame + TcpFrame.HeaderSize;
        foreach (var entry in message.In.Concat(message.Out))
        {
            Sge.Write(next, entry);
            next += Sge.Size;
        }

        for (var i = 0; i < message.WriteLengths.Count; i++)
        {
            WriteLengths.Write(next, i, message.WriteLengths[i]);
        }
    }

    private static byte[] ControlPayload(GoldenMessage message) =>
        message.Type.IsSetup() || message.Type.IsApplication() ? []
        : message.IsDual ? [.. message.Outside]
        : [.. message.Frame.Skip(TcpFrame.HeaderSize)];

    private static void AssertDepths(GoldenMessage message, QueueDepths depths) => Assert.Equal(
        new QueueDepths(
            message.PayloadNumber("snd_bytes"),
            message.PayloadNumber("rcv_bytes"),
            (ushort)message.PayloadNumber("snd_msgs"),
            (ushort)message.PayloadNumber("rcv_msgs")),
        depths);

    private static int WriteAgain(GoldenMessage message, SessionSetupResponse response, ReadOnlyMemory<byte>[] portals, byte[] destination)
    {
        int length;
        switch (response.Action)
        {
            case SessionAction.Accept:
                AssertDepths(message, response.Depths);
                Assert.True(SessionSetupResponse.TryWriteAccept(
                    destination, response.SessionId, response.Depths, portals, response.PrivateData, out length));
                break;
            case SessionAction.Redirect:
                Assert.True(SessionSetupResponse.TryWriteRedirect(destination, response.SessionId, portals, out length));
                break;
            default:
                Assert.True(SessionSetupResponse.TryWriteReject(
                    destination, response.SessionId, response.Reason, response.PrivateData, out length));
                break;
        }

        return length;
    }

    private static void AssertSame(GoldenMessage message, ReadOnlySpan<byte> recorded, ReadOnlySpan<byte> written) =>
        Assert.True(recorded.SequenceEqual(written), $"{message.Title}\n{Convert.ToHexString(recorded)}\n{Convert.ToHexString(written)}");
}
