using System.Buffers.Binary;
using Accelio.Transports;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Tcp;

/// <summary>Inline or bulk, offered room, and what does not fit (wire protocol, sections 9.2 and 9.3).</summary>
public class SendChoiceTests
{
    // The largest body that fits a default receive buffer beside the fixed headers: 9216 - 96.
    private const int LargestInline = 9120;

    private static readonly FrameHeader Request = new() { Type = FrameType.Request, LocalTask = 1 };
    private static readonly FrameHeader Response = new() { Type = FrameType.Response, RemoteTask = 1, Flags = MessageFlags.ReceiptLast };

    [Theory]
    [InlineData(0, BodyOperation.Send, 0)]
    [InlineData(1, BodyOperation.Send, 0)]
    [InlineData(8192, BodyOperation.Send, 0)]
    [InlineData(8193, BodyOperation.Read, 1)]
    [InlineData(200_000, BodyOperation.Read, 1)]
    internal void Requests_are_inline_up_to_the_limit_of_this_side(int length, BodyOperation operation, int parts)
    {
        var (status, fields, _) = SendOne(Request, Bytes.Pattern(length));

        Assert.NotEqual(SendStatus.DoesNotFit, status);
        Assert.Equal(operation, fields.OutOperation);
        Assert.Equal(parts, fields.OutCount);
        Assert.Equal(operation == BodyOperation.Send ? (ulong)length : 0, fields.InlineLength);
        Assert.Equal(BodyOperation.Send, fields.InOperation);
    }

    [Fact]
    public void Requests_whose_inline_body_would_not_fit_the_peers_buffer_are_bulk()
    {
        var (_, fields, _) = SendOne(Request, Bytes.Pattern(2000), peer: new LinkOptions { MaxInlineBody = 1000 });

        Assert.Equal(BodyOperation.Read, fields.OutOperation);
    }

    [Theory]
    [InlineData(3, 3)]
    [InlineData(4, 4)]
    [InlineData(7, 4)]
    public void No_more_parts_are_named_than_the_peer_takes(int parts, int named)
    {
        using var world = new ScriptedPair();
        var body = Bytes.Pattern(50_000);

        world.Send(world.Client, Request, Bytes.InParts(body, parts));
        var fields = FieldsOf(world.Client.Control.Outgoing.Span);
        world.Carry();

        Assert.Equal(named, fields.OutCount);
        Assert.Equal(body, Assert.Single(world.ServerSink.Frames).Body);
    }

    [Theory]
    [InlineData(0u, 0, BodyOperation.Send, 0ul)]
    [InlineData(100u, 1, BodyOperation.Send, 0ul)]
    [InlineData(8847u, 1, BodyOperation.Send, 0ul)]
    [InlineData(8848u, 1, BodyOperation.Write, 1ul)]
    [InlineData(1_000_000u, 1, BodyOperation.Write, 1ul)]
    internal void Room_is_offered_for_placing_only_when_the_response_would_not_fit_inline(
        uint room, int entries, BodyOperation operation, ulong address)
    {
        var (_, fields, frame) = SendOne(Request, [], room: room);

        Assert.Equal(entries, fields.InCount);
        Assert.Equal(operation, fields.InOperation);
        Assert.Equal(entries, frame.Room.Length);
        Assert.All(frame.Room, entry => Assert.Equal(new RoomEntry(address, room, 0), entry));
    }

    [Theory]
    [InlineData(LargestInline - 1, BodyOperation.Send)]
    [InlineData(LargestInline, null)]
    internal void Responses_without_room_are_inline_or_do_not_fit(int length, BodyOperation? operation)
    {
        var (status, fields, _) = SendOne(Response, Bytes.Pattern(length));

        Assert.Equal(operation is null, status == SendStatus.DoesNotFit);
        Assert.Equal(operation ?? default, fields.OutOperation);
    }

    [Fact]
    public void Responses_fill_the_offered_room_in_order()
    {
        using var world = new ScriptedPair();
        Offer(world);
        var body = Bytes.Pattern(25_000);

        Respond(world, body, [new(1, 10_000, 0), new(1, 10_000, 0), new(1, 10_000, 0)]);
        var sent = world.Server.Control.Outgoing.Span[..200].ToArray();
        var fields = FieldsOf(sent);
        var lengths = Enumerable.Range(0, fields.OutCount).Select(i => BinaryPrimitives.ReadUInt32BigEndian(sent.AsSpan(96 + (4 * i))));
        world.Carry();

        Assert.Equal(BodyOperation.Write, fields.OutOperation);
        Assert.Equal([10_000u, 10_000u, 5_000u], lengths);
        Assert.Equal(body, Assert.Single(world.ClientSink.Frames).Body);
    }

    [Theory]
    [InlineData(0ul, 30_000u)]
    [InlineData(1ul, 0u)]
    [InlineData(1ul, 24_999u)]
    public void Responses_that_do_not_fit_the_offered_room_are_not_taken(ulong address, uint length)
    {
        using var world = new ScriptedPair();

        Assert.Equal(SendStatus.DoesNotFit, Respond(world, Bytes.Pattern(25_000), [new(address, length, 0)]));
        Assert.Equal(0, world.Server.QueuedBytes);
        Assert.Equal(0, world.Server.Control.Outgoing.Length);
    }

    [Fact]
    public void Agreed_room_needs_no_offer()
    {
        using var world = new ScriptedPair();
        world.Client.AgreedRoom = 25_000;
        var body = Bytes.Pattern(25_000);

        Assert.Equal(SendStatus.DoesNotFit, Respond(world, body, [], agreed: 24_999));
        Assert.Equal(SendStatus.Copied, Respond(world, body, [], agreed: 25_000));
        world.Carry();

        Assert.Equal(body, Assert.Single(world.ClientSink.Frames).Body);
    }

    [Fact]
    public void A_body_placed_without_offer_or_agreement_ends_the_link()
    {
        using var world = new ScriptedPair();
        world.Client.AgreedRoom = 24_999;

        Respond(world, Bytes.Pattern(25_000), [], agreed: 25_000);
        world.Carry();

        Assert.Equal(LinkError.LengthMismatch, world.ClientSink.Error);
        Assert.Contains("24999", world.ClientSink.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LargestInline, true)]
    [InlineData(LargestInline + 1, false)]
    [InlineData(70_000, false)]
    public void A_user_header_must_fit_the_peers_buffer(int length, bool fits)
    {
        using var world = new ScriptedPair();

        var status = world.Send(world.Client, Request, userHeader: new byte[length]);

        Assert.Equal(fits ? SendStatus.Copied : SendStatus.HeaderTooLong, status);
    }

    [Fact]
    public void Items_count_as_user_header_and_come_first()
    {
        using var world = new ScriptedPair();
        world.Do(() =>
        {
            var frame = new OutboundFrame { Header = Request, Items = new byte[] { 0, 2, 9, 0 }, UserHeader = new byte[] { 7, 8 } };
            world.Client.Send(ref frame);
        });
        world.Carry();

        Assert.Equal([0, 2, 9, 0, 7, 8], Assert.Single(world.ServerSink.Frames).UserHeader);
    }

    [Theory]
    [InlineData(8192, true, SendStatus.Copied)]
    [InlineData(8193, true, SendStatus.Referenced)]
    [InlineData(8193, false, SendStatus.Copied)]
    [InlineData(500_000, false, SendStatus.Copied)]
    internal void Bodies_are_referenced_above_the_threshold_if_they_have_a_token(int length, bool token, SendStatus expected)
    {
        using var world = new ScriptedPair();
        var body = Bytes.Pattern(length);

        Assert.Equal(expected, world.Send(world.Client, Request, Bytes.Whole(body), token: token ? new SendToken() : null));
        world.Carry();

        Assert.Equal(expected == SendStatus.Referenced ? 1 : 0, world.ClientSink.Released.Count);
        Assert.Equal(body, Assert.Single(world.ServerSink.Frames).Body);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(300)]
    [InlineData(8192)]
    [InlineData(50_000)]
    internal void A_body_that_is_never_copied_is_referenced_however_short_it_is(int length)
    {
        using var world = new ScriptedPair();
        var body = Bytes.Pattern(length);
        var status = SendStatus.Closed;

        world.Do(() =>
        {
            var frame = new OutboundFrame { Header = Request, Body = Bytes.Whole(body), Token = new NeverCopiedToken() };
            status = world.Client.Send(ref frame);
        });
        world.Carry();

        Assert.Equal(SendStatus.Referenced, status);
        Assert.Single(world.ClientSink.Released);
        Assert.Equal(body, Assert.Single(world.ServerSink.Frames).Body);
    }

    [Fact]
    public void Every_frame_but_the_set_up_has_a_transport_serial_of_its_own()
    {
        using var world = new ScriptedPair();
        for (var i = 0; i < 3; i++)
        {
            world.Send(world.Client, Request);
            Assert.Equal(i, FieldsOf(world.Client.Control.Outgoing.Span[(96 * i)..]).TransportSerial);
        }
    }

    [Fact]
    public void Nothing_is_sent_before_the_link_is_configured()
    {
        using var world = new ScriptedPair(configured: false);

        Assert.Throws<InvalidOperationException>(() => world.Send(world.Client, Request));
    }

    private static (SendStatus Status, TcpFrameFields Fields, ReceivedFrame Frame) SendOne(
        FrameHeader header, byte[] body, uint room = 0, LinkOptions? peer = null)
    {
        using var world = new ScriptedPair(options: peer);
        var status = default(SendStatus);
        world.Do(() =>
        {
            var frame = new OutboundFrame { Header = header, Body = Bytes.Whole(body), OfferedRoom = room };
            status = world.Client.Send(ref frame);
        });
        if (status == SendStatus.DoesNotFit)
        {
            return (status, default, null!);
        }

        var fields = FieldsOf(world.Client.Control.Outgoing.Span);
        world.Carry();
        return (status, fields, Assert.Single(world.ServerSink.Frames));
    }

    // So that the client knows that it has offered room at all.
    private static void Offer(ScriptedPair world)
    {
        world.Do(() =>
        {
            var frame = new OutboundFrame { Header = Request, OfferedRoom = 30_000 };
            world.Client.Send(ref frame);
        });
        world.Carry();
    }

    private static SendStatus Respond(ScriptedPair world, byte[] body, RoomEntry[] room, long agreed = 0)
    {
        var status = default(SendStatus);
        world.Do(() =>
        {
            var frame = new OutboundFrame { Header = Response, Body = Bytes.Whole(body), PeerRoom = room, AgreedRoom = agreed };
            status = world.Server.Send(ref frame);
        });
        return status;
    }

    private static unsafe TcpFrameFields FieldsOf(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* p = bytes)
        {
            var limits = TcpFrameLimits.From(new LinkOptions(), dual: false);
            Assert.Equal(LinkError.None, TcpFrame.Decode(p, bytes.Length, limits, out _, out var fields));
            return fields;
        }
    }
}
