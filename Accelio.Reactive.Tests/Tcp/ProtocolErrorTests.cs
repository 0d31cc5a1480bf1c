using System.Buffers.Binary;
using Accelio.Transports;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Tcp;

/// <summary>Bad input closes the link with an error of its own and a text that names the field (wire protocol, sections 19.2 and
/// 19.3).</summary>
public class ProtocolErrorTests
{
    public delegate void Edit(Span<byte> frame);

    private const int Type = 4;
    private const int Length = 8;
    private const int Transport = 56;

    public static TheoryData<string, LinkErrorName, string> BadRequests => new()
    {
        { "magic", new(LinkError.BadMagic), "magic" },
        { "type", new(LinkError.UnknownFrameType), "type" },
        { "rdma type", new(LinkError.UnknownFrameType), "type" },
        { "second set-up", new(LinkError.UnexpectedFrame), "type" },
        { "length", new(LinkError.BadFrameLength), "length" },
        { "huge length", new(LinkError.BadFrameLength), "length" },
        { "short length", new(LinkError.BadFrameLength), "length" },
        { "header length", new(LinkError.BadHeaderLength), "hdr_len" },
        { "operation", new(LinkError.BadOperation), "out_tcp_op" },
        { "in parts", new(LinkError.TooManyParts), "in_num_sge" },
        { "out parts", new(LinkError.TooManyParts), "out_num_sge" },
        { "sum", new(LinkError.LengthMismatch), "length" },
    };

    private static readonly FrameHeader Request = new() { Type = FrameType.Request };

    [Theory]
    [MemberData(nameof(BadRequests))]
    public void A_bad_frame_ends_the_link(string fault, LinkErrorName expected, string field)
    {
        using var world = new ScriptedPair();
        var bytes = Encode(world, Request, Bytes.Pattern(40));

        Spoil(fault, bytes);
        world.Do(() => world.Server.Feed(bytes));

        Assert.Equal(expected.Error, world.ServerSink.Error);
        Assert.Contains(field, world.ServerSink.Detail, StringComparison.Ordinal);
        Assert.Empty(world.ServerSink.Frames);
        Assert.Equal(1, world.Server.TimesClosed);
    }

    [Theory]
    [InlineData("magic")]
    [InlineData("huge length")]
    [InlineData("second set-up")]
    public void Garbage_is_not_waited_for(string fault)
    {
        using var world = new ScriptedPair();
        var bytes = Encode(world, Request, []);

        Spoil(fault, bytes);
        world.Do(() => world.Server.Feed(bytes.AsSpan(0, 16)));

        Assert.NotNull(world.ServerSink.Error);
    }

    [Fact]
    public void Good_frames_in_front_of_a_bad_one_are_delivered()
    {
        using var world = new ScriptedPair();
        var good = Encode(world, Request, Bytes.Pattern(40));

        world.Do(() => world.Server.Feed([.. good, .. new byte[96]]));

        Assert.Single(world.ServerSink.Frames);
        Assert.Equal(LinkError.BadMagic, world.ServerSink.Error);
        Assert.Equal("closed", world.ServerSink.Calls[^1]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_body_above_the_limit_is_refused_before_any_of_it_is_taken(bool isDual)
    {
        using var world = new ScriptedPair(isDual, new LinkOptions { MaxBodyLength = 100_000 });

        world.Send(world.Client, Request, Bytes.Whole(new byte[100_000]));
        world.Carry();
        Assert.Single(world.ServerSink.Frames);
        world.Send(world.Client, Request, Bytes.Whole(new byte[100_001]));
        world.Carry();

        Assert.Equal(LinkError.MessageTooLarge, world.ServerSink.Error);
        Assert.Contains("100001", world.ServerSink.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_lengths_must_make_the_length_of_the_body()
    {
        using var world = new ScriptedPair();
        world.Client.AgreedRoom = 1_000_000;
        world.Do(() =>
        {
            var frame = new OutboundFrame
            {
                Header = new FrameHeader { Type = FrameType.Response },
                Body = Bytes.Whole(new byte[20_000]),
                AgreedRoom = 20_000,
            };
            world.Server.Send(ref frame);
        });
        var bytes = world.Server.Control.Outgoing.TakeAll();

        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(96), 19_999);
        world.Do(() => world.Client.Feed(bytes));

        Assert.Equal(LinkError.LengthMismatch, world.ClientSink.Error);
        Assert.Contains("19999", world.ClientSink.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Before_the_set_up_nothing_else_is_allowed()
    {
        using var other = new ScriptedPair();
        var request = Encode(other, Request, []);
        using var world = new ScriptedPair(configured: false);

        world.Do(() => world.Server.Feed(request));

        Assert.Equal(LinkError.UnexpectedFrame, world.ServerSink.Error);
        Assert.Empty(world.ServerSink.Setups);
    }

    [Fact]
    public void Between_set_up_and_configuration_nothing_is_allowed()
    {
        using var world = new ScriptedPair(configured: false);

        world.Do(() => world.Server.Feed([.. TcpListenerTests.NexusRequest(), .. TcpListenerTests.NexusRequest()]));

        Assert.Single(world.ServerSink.Setups);
        Assert.Equal(LinkError.UnexpectedFrame, world.ServerSink.Error);
    }

    [Theory]
    [InlineData(0, 0x0200, LinkError.VersionMismatch)]
    [InlineData(14, 0, LinkError.MalformedSetup)]
    internal void A_set_up_that_makes_no_sense_ends_the_link(int offset, ushort value, LinkError expected)
    {
        using var world = new ScriptedPair(configured: false);
        var bytes = TcpListenerTests.NexusRequest();

        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(16 + offset), value);
        world.Do(() => world.Server.Feed(bytes));

        Assert.Equal(expected, world.ServerSink.Error);
    }

    [Fact]
    public void A_set_up_has_its_own_limit_of_length()
    {
        using var fits = new ScriptedPair(configured: false);
        using var exceeds = new ScriptedPair(configured: false);

        fits.Do(() => fits.Server.Feed(WithTrailer(4096 - 48)));
        exceeds.Do(() => exceeds.Server.Feed(WithTrailer(4097 - 48)));

        Assert.Equal(4096 - 48, Assert.Single(fits.ServerSink.Setups).Trailer.Length);
        Assert.Equal(LinkError.BadFrameLength, exceeds.ServerSink.Error);
    }

    [Fact]
    public void A_set_up_in_the_wrong_direction_is_unexpected()
    {
        using var world = new ScriptedPair(configured: false);

        world.Do(() => world.Client.Feed(TcpListenerTests.NexusRequest()));

        Assert.Equal(LinkError.UnexpectedFrame, world.ClientSink.Error);
    }

    [Theory]
    [InlineData("magic", LinkError.BadMagic)]
    [InlineData("length", LinkError.BadFrameLength)]
    [InlineData("operation", LinkError.BadOperation)]
    internal void A_socket_that_sends_bad_frames_is_closed(string fault, LinkError expected)
    {
        using var scripted = new ScriptedPair();
        var bytes = Encode(scripted, Request, []);
        Spoil(fault, bytes);
        using var world = new TcpWorld();

        var socket = world.Raw([.. TcpListenerTests.Connect(1, 0), .. TcpListenerTests.NexusRequest()]);
        world.Until(() => world.Accepted.Count == 1 && world.Accepted[0].Sink.IsReady);
        socket.Send(bytes);
        world.Until(() => world.IsOver(socket));

        Assert.Equal(expected, Assert.Single(world.Accepted[0].Sink.Closed).Error);
        Assert.Equal(0, world.Listener.LinkCount);
    }

    private static byte[] Encode(ScriptedPair world, FrameHeader header, byte[] body)
    {
        world.Send(world.Client, header, Bytes.Whole(body));
        return world.Client.Control.Outgoing.TakeAll();
    }

    private static byte[] WithTrailer(int length)
    {
        var bytes = new byte[48 + length];
        TcpListenerTests.NexusRequest().CopyTo(bytes, 0);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(Length), (ulong)(bytes.Length - 16));
        return bytes;
    }

    private static void Spoil(string fault, Span<byte> frame)
    {
        switch (fault)
        {
            case "magic":
                frame[0] ^= 1;
                break;
            case "type":
                BinaryPrimitives.WriteUInt32BigEndian(frame[Type..], 0x0100_0000);
                break;
            case "rdma type":
                BinaryPrimitives.WriteUInt32BigEndian(frame[Type..], 0x2004);
                break;
            case "second set-up":
                BinaryPrimitives.WriteUInt32BigEndian(frame[Type..], 0x0082);
                break;
            case "length":
                BinaryPrimitives.WriteUInt64BigEndian(frame[Length..], 9216);
                break;
            case "huge length":
                BinaryPrimitives.WriteUInt64BigEndian(frame[Length..], 0xffff_ffff_0000_0080);
                break;
            case "short length":
                BinaryPrimitives.WriteUInt64BigEndian(frame[Length..], 79);
                break;
            case "header length":
                frame[Transport + 3] = 41;
                break;
            case "operation":
                frame[Transport + 15] = 3;
                break;
            case "in parts":
                frame[Transport + 17] = 5;
                break;
            case "out parts":
                frame[Transport + 19] = 5;
                break;
            case "sum":
                frame[Transport + 39]++;
                break;
            default:
                throw new ArgumentException(fault);
        }
    }

    /// <summary>Lets an internal enumeration be the argument of a public test.</summary>
    public sealed class LinkErrorName
    {
        internal LinkErrorName(LinkError error) => Error = error;

        internal LinkError Error { get; }

        public override string ToString() => Error.ToString();
    }
}
