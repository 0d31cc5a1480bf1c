using Accelio.Reactive.Tests.Contract;
using Accelio.Reactive.Tests.Polling;
using Accelio.Transports;
using Accelio.Transports.Simulated;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Simulated;

/// <summary>What is particular to slots: counting, and peers that count wrongly.</summary>
public sealed unsafe class SlotLinkTests : IDisposable
{
    private const int Depth = 16;

    private readonly TamperingHub _hub = new();
    private readonly LinkPair _pair = new(time => new LoopPoller(time, poison: true), onOnePoller: false, isInstant: true);
    private readonly List<FrameType> _fromClient = [];

    public SlotLinkTests()
    {
        var transport = new SimulatedTransport(_hub, new SimulatedOptions { Kind = LinkKind.Slots, SlotDepth = Depth });
        _pair.Connect(transport, new SimulatedEndPoint("there", 0), new LinkOptions(), new LinkOptions());
        _pair.Settle();
        _hub.OnClientPacket = packet =>
        {
            if (packet.Kind == SimulatedPacketKind.Message)
            {
                Tlv.TryRead(packet.Pointer, out var type, out _);
                _fromClient.Add(type);
            }

            return true;
        };
    }

    public void Dispose() => _pair.Dispose();

    [Fact]
    public void A_one_sided_stream_is_kept_going_by_few_credit_messages()
    {
        const int Count = 1000;

        _pair.On(_pair.Server, () =>
        {
            for (var i = 0UL; i < Count; i++)
            {
                _pair.Server.Send(FrameType.OneWay, i, 100);
            }
        });

        _pair.DriveUntil(() => _pair.Client.Frames.Count == Count, "everything arrives");
        Assert.All(_fromClient, type => Assert.Equal(FrameType.CreditNop, type));
        Assert.InRange(_fromClient.Count, Count / Depth, Count / 4);
    }

    [Fact]
    public void With_traffic_both_ways_credits_ride_on_messages()
    {
        const int Count = 500;
        _pair.Client.OnFrameDo = frame => _pair.Client.Send(FrameType.Response, frame.Serial, 10);

        for (var i = 0UL; i < Count; i++)
        {
            _pair.On(_pair.Server, () => _pair.Server.Send(FrameType.Request, i, 10));
            _pair.DriveUntil(() => _pair.Server.Frames.Count == (int)i + 1, "the answer arrives");
        }

        Assert.DoesNotContain(FrameType.CreditNop, _fromClient);
    }

    [Fact]
    public void The_last_credit_is_kept_for_a_credit_message()
    {
        _pair.On(_pair.Server, () => _pair.Server.Call(link => link.PauseReceive()));

        _pair.On(_pair.Client, () =>
        {
            for (var i = 0UL; i < 3 * Depth; i++)
            {
                _pair.Client.Send(FrameType.OneWay, i, 10);
            }
        });
        _pair.Settle();

        // One more went with the credit message that followed the set-up.
        Assert.Equal(Depth - 2, _fromClient.Count);

        _pair.On(_pair.Server, () => _pair.Server.Call(link => link.ResumeReceive()));
        _pair.DriveUntil(() => _pair.Server.Frames.Count == 3 * Depth, "everything arrives");
    }

    [Fact]
    public void Every_fetched_body_is_acknowledged_with_one_message()
    {
        _pair.On(_pair.Server, () =>
        {
            for (var i = 0UL; i < 5; i++)
            {
                _pair.Server.Send(FrameType.OneWay, i, 100_000);
            }
        });

        _pair.DriveUntil(() => _pair.Server.Released == 5, "everything is released");
        Assert.Equal(5, _fromClient.Count(type => type == FrameType.ReadAck));
    }

    [Fact]
    public void A_keep_alive_is_delivered_while_a_body_is_not_wanted_yet()
    {
        _pair.Server.OnArrivalDo = (ref InboundFrame frame) =>
            frame.Placement = frame.Header.Serial == 1 ? PlacementKind.NotNow : PlacementKind.Pool;

        _pair.On(_pair.Client, () =>
        {
            _pair.Client.Send(FrameType.Request, 1, 100_000);
            _pair.Client.Send(FrameType.Request, 2, 10);
            _pair.Client.Send(FrameType.KeepAliveRequest, 3);
            _pair.Client.Send(FrameType.Response, 4, 10);
        });
        _pair.Settle();
        Assert.Equal([3UL, 4], _pair.Server.Frames.Select(frame => frame.Serial));

        _pair.Server.OnArrivalDo = null;
        _pair.On(_pair.Server, () => _pair.Server.Call(link => link.ResumeReceive()));
        _pair.DriveUntil(() => _pair.Server.Frames.Count == 4, "the others arrive");
        Assert.Equal([3UL, 4, 1, 2], _pair.Server.Frames.Select(frame => frame.Serial));
    }

    [Fact]
    public void A_message_without_a_slot_for_it_ends_the_link()
    {
        // Credits that the server never gave: the client believes what it reads.
        _hub.OnClientPacket = _ => true;
        _pair.On(_pair.Server, () => _pair.Server.Call(link => link.PauseReceive()));
        Forge(_pair.Server, credits: 1000);

        _pair.On(_pair.Client, () =>
        {
            for (var i = 0UL; i < 3 * Depth; i++)
            {
                _pair.Client.Send(FrameType.OneWay, i, 10);
            }
        });

        _pair.DriveUntil(() => _pair.Server.IsClosed, "the server refuses it");
        Assert.Equal(LinkError.CreditOverrun, _pair.Server.ClosedError);
    }

    [Theory]
    [InlineData(0, 0x80, LinkError.BadMagic, "magic")]
    [InlineData(Tlv.TypeOffset + 3, 0x02, LinkError.UnknownFrameType, "type")]
    [InlineData(RdmaFrame.TransportOffset + 2, 0x80, LinkError.BadHeaderLength, "hdr_len")]
    [InlineData(RdmaFrame.TransportOffset + 4, 0x80, LinkError.SequenceError, "sn")]
    [InlineData(RdmaFrame.TransportOffset + 15, 0x80, LinkError.BadOperation, "out_ib_op")]
    [InlineData(RdmaFrame.TransportOffset + 24, 0x80, LinkError.LengthMismatch, "sum of its parts")]
    internal void A_message_with_a_wrong_field_ends_the_link_with_its_name(int offset, byte mask, LinkError error, string field)
    {
        Spoil(FrameType.Request, packet => packet.Pointer[offset] ^= mask);

        _pair.On(_pair.Client, () => _pair.Client.Send(FrameType.Request, 1, 10));

        _pair.DriveUntil(() => _pair.Server.IsClosed, "the server refuses it");
        Assert.Equal(error, _pair.Server.ClosedError);
        Assert.Contains(field, _pair.Server.ClosedDetail, StringComparison.Ordinal);
        Assert.Empty(_pair.Server.Frames);
    }

    [Fact]
    public void An_acknowledgement_of_nothing_ends_the_link()
    {
        Spoil(FrameType.ReadAck, packet => packet.Pointer[ReadAck.Size - 1] ^= 0x55);

        _pair.On(_pair.Server, () => _pair.Server.Send(FrameType.Request, 1, 100_000));

        _pair.DriveUntil(() => _pair.Server.IsClosed, "the server refuses it");
        Assert.Equal(LinkError.UnknownTask, _pair.Server.ClosedError);
        Assert.Equal(1, _pair.Server.Released);
    }

    [Fact]
    public void A_read_beyond_a_body_brings_nothing_and_ends_the_reader()
    {
        _hub.OnClientPacket = packet =>
        {
            packet.Position += packet.Kind == SimulatedPacketKind.Read ? 1 : 0;
            return true;
        };

        _pair.On(_pair.Server, () => _pair.Server.Send(FrameType.Request, 1, 100_000));

        _pair.DriveUntil(() => _pair.Client.IsClosed && _pair.Server.IsClosed, "both ends close");
        Assert.Equal(LinkError.TransportFailed, _pair.Client.ClosedError);
        Assert.Empty(_pair.Client.Frames);
    }

    [Fact]
    public void A_body_that_is_not_brought_ends_the_reader_in_time()
    {
        _hub.OnClientPacket = packet => packet.Kind != SimulatedPacketKind.Read;
        _pair.On(_pair.Server, () => _pair.Server.Send(FrameType.Request, 1, 100_000));
        _pair.DriveUntil(() => _pair.Client.Arrivals.Count == 1, "the frame arrives");

        _pair.Pass(TimeSpan.FromTicks(new LinkOptions().BodyProgressTimeout) + TimeSpan.FromSeconds(1));

        Assert.True(_pair.Client.IsClosed);
        Assert.Equal(LinkError.BodyStalled, _pair.Client.ClosedError);

        // The reads were swallowed, memory and all.
        _pair.ForgivesLostMemory = true;
    }

    private void Spoil(FrameType type, Action<SimulatedPacket> how) => _hub.OnClientPacket = packet =>
    {
        if (packet.Kind == SimulatedPacketKind.Message && Tlv.TryRead(packet.Pointer, out var found, out _) && found == type)
        {
            how(packet);
        }

        return true;
    };

    // Lets the next message of an end claim that it posted so many slots.
    private void Forge(RecordingSink from, ushort credits)
    {
        _hub.OnServerPacket = packet =>
        {
            if (packet.Kind == SimulatedPacketKind.Message)
            {
                BigEndian.WriteUInt16(packet.Pointer + RdmaFrame.TransportOffset + 8, credits);
            }

            return true;
        };
        _pair.On(from, () => from.Send(FrameType.KeepAliveRequest, 999));
        _pair.DriveUntil(() => _pair.Client.Frames.Count == 1, "the forged message arrives");
        _hub.OnServerPacket = null;
    }
}
