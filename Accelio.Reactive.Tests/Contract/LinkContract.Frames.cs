using Accelio.Transports;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Contract;

/// <content>What a frame carries, and the order of frames.</content>
public abstract partial class LinkContract
{
    /// <summary>Every type that a link carries after its set-up, as numbers: the enum is internal.</summary>
    public static TheoryData<uint> FrameTypeValues
    {
        get
        {
            var data = new TheoryData<uint>();
            foreach (var type in Enum.GetValues<FrameType>())
            {
                if (!type.IsSetup() && type is not (FrameType.None or FrameType.CreditNop or FrameType.ReadAck))
                {
                    data.Add((uint)type);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(FrameTypeValues))]
    public void Frames_of_every_type_carry_every_header_field_and_the_user_header(uint value)
    {
        var type = (FrameType)value;
        using var pair = Connect();
        var userHeader = Pattern.Create(9, 26);

        foreach (var (from, to) in new[] { (pair.Client, pair.Server), (pair.Server, pair.Client) })
        {
            for (var serial = 10UL; serial < 12; serial++)
            {
                var header = TestFrame.HeaderOf(type, serial);
                pair.On(from, () => Assert.Equal(SendStatus.Copied, from.Send(new TestFrame { Header = header, UserHeader = userHeader })));
                pair.DriveUntil(() => to.Frames.Count == (int)serial - 9, "the frame arrives");
                Assert.Equal(header, to.Frames[^1].Header);
                Assert.Equal(userHeader, to.Frames[^1].UserHeader);
                Assert.Equal(0, to.Frames[^1].BodyLength);
            }
        }
    }

    [Fact]
    public void The_items_stand_in_front_of_the_user_header()
    {
        using var pair = Connect();
        var frame = new TestFrame
        {
            Header = TestFrame.HeaderOf(FrameType.Request, 1),
            Items = [0, 4, 1, 2, 0xAA, 0xBB],
            UserHeader = [1, 2, 3],
            Parts = [500],
        };

        pair.On(pair.Client, () => pair.Client.Send(frame));

        pair.DriveUntil(() => pair.Server.Frames.Count == 1, "the frame arrives");
        Assert.Equal([0, 4, 1, 2, 0xAA, 0xBB, 1, 2, 3], pair.Server.Frames[0].UserHeader);
        Assert.Equal(500, pair.Server.Frames[0].BodyLength);
    }

    [Fact]
    public void A_user_header_that_does_not_fit_the_peers_buffer_is_not_taken()
    {
        using var pair = Connect();
        var tooLong = new TestFrame { Header = TestFrame.HeaderOf(FrameType.Request, 1), UserHeader = new byte[CreateOptions().BufferSize] };
        var long_ = new TestFrame { Header = TestFrame.HeaderOf(FrameType.Request, 2), UserHeader = Pattern.Create(2, 8000), Parts = [3000] };

        pair.On(pair.Client, () =>
        {
            Assert.Equal(SendStatus.HeaderTooLong, pair.Client.Send(tooLong));
            pair.Client.Send(long_);
        });

        pair.DriveUntil(() => pair.Server.Frames.Count == 1, "the next frame arrives");
        Assert.Equal(long_.UserHeader, pair.Server.Frames[0].UserHeader);
        Assert.Equal(2UL, pair.Server.Frames[0].Serial);
    }

    [Fact]
    public void Each_class_is_delivered_in_order_whatever_the_sizes()
    {
        using var pair = Connect();
        pair.Client.Link.AgreedRoom = Bulk;
        pair.Server.Link.AgreedRoom = Bulk;
        int[] sizes = [0, 100, 300_000, 1, 8192, 8193, 0, Large, 20_000, 64];

        pair.On(pair.Client, () =>
        {
            for (var i = 0; i < 60; i++)
            {
                var type = (i % 3) switch { 0 => FrameType.Request, 1 => FrameType.OneWay, _ => FrameType.Response };
                var frame = new TestFrame
                {
                    Header = TestFrame.HeaderOf(type, (ulong)i),
                    Parts = [sizes[i % sizes.Length]],
                    AgreedRoom = Bulk,
                };
                Assert.True(pair.Client.Send(frame) <= SendStatus.Referenced);
            }
        });

        pair.DriveUntil(() => pair.Server.Frames.Count == 60, "all frames arrive");
        Assert.Equal(Enumerable.Range(0, 60).Select(i => (ulong)i), pair.Server.Arrivals);
        AssertInOrder(pair.Server.Frames.Where(frame => frame.Header.Type.IsRequest()));
        AssertInOrder(pair.Server.Frames.Where(frame => frame.Header.Type.IsResponse()));
    }

    [Fact]
    public void Plain_messages_arrive_like_others_and_among_them_until_the_link_closes()
    {
        using var pair = Connect();
        var longest = pair.Client.Link.LongestPlain;
        Assert.Equal(Kind == LinkKind.Stream && !pair.Client.Link.Options.DualSocket, longest > 0);
        var expected = new List<(FrameHeader Header, int Body)>();
        foreach (var type in new[] { FrameType.Request, FrameType.OneWay, FrameType.Response })
        {
            foreach (var body in longest < 0 ? [] : new[] { 0, 1, 32, longest })
            {
                var header = TestFrame.HeaderOf(type, (ulong)expected.Count) with { ReceiptResult = 0, Status = 0 };
                header.LocalTask = type == FrameType.Response ? 0 : header.LocalTask;
                expected.Add((header, body));
                var next = TestFrame.HeaderOf(type, (ulong)expected.Count);
                expected.Add((next, body));
                pair.On(pair.Client, () =>
                {
                    pair.Client.SendPlain(header, body);
                    pair.Client.Send(new TestFrame { Header = next, Parts = [body] });
                });
            }
        }

        pair.DriveUntil(() => pair.Server.Frames.Count == expected.Count, "all arrive");
        Assert.Equal(expected, pair.Server.Frames.Select(frame => (frame.Header, (int)frame.BodyLength)));
        pair.On(pair.Client, () => pair.Client.Call(link => link.Close()));
        Assert.Equal(-1, pair.Client.Link.LongestPlain);
        pair.DriveUntil(() => pair.Server.IsClosed, "the peer sees the end");
        Assert.Equal(-1, pair.Server.Link.LongestPlain);
    }

    [Fact]
    public void Many_small_frames_of_one_turn_arrive_in_order()
    {
        const int Count = 5000;
        using var pair = Connect();

        pair.On(pair.Client, () =>
        {
            for (var i = 0; i < Count; i++)
            {
                pair.Client.Send(FrameType.OneWay, (ulong)i, i % 50);
            }
        });

        pair.DriveUntil(() => pair.Server.Frames.Count == Count, "all frames arrive");
        Assert.Equal(Enumerable.Range(0, Count).Select(i => (ulong)i), pair.Server.Frames.Select(frame => frame.Serial));
    }

    [Fact]
    public void The_arrival_of_a_frame_is_told_before_its_body_is_there()
    {
        using var pair = Connect();
        var bodyWasThere = true;
        var deliveredBefore = -1;
        pair.Server.OnArrivalDo = (ref InboundFrame frame) => NoteArrival(frame, pair, ref bodyWasThere, ref deliveredBefore);

        pair.On(pair.Client, () => pair.Client.Send(FrameType.Request, 1, 8 * Bulk));

        pair.DriveUntil(() => pair.Server.Frames.Count == 1, "the frame arrives");
        Assert.False(bodyWasThere);
        Assert.Equal(0, deliveredBefore);
    }

    [Fact]
    public void Both_ends_may_live_on_one_poller()
    {
        using var pair = Connect(onOnePoller: true);

        pair.On(pair.Client, () =>
        {
            pair.Client.Send(FrameType.Request, 1, Bulk);
            pair.Server.Send(FrameType.Request, 2, Bulk);
        });

        pair.DriveUntil(() => pair.Client.Frames.Count == 1 && pair.Server.Frames.Count == 1, "both frames arrive");
    }

    [Fact]
    public void The_link_notes_when_it_last_heard_of_its_peer()
    {
        using var pair = Connect();
        pair.Settle();
        var before = pair.Server.Link.LastReceived;
        pair.Pass(TimeSpan.FromSeconds(3));

        pair.On(pair.Client, () => pair.Client.Send(FrameType.KeepAliveRequest, 1));
        pair.DriveUntil(() => pair.Server.Frames.Count == 1, "the frame arrives");

        Assert.Equal(pair.ServerPoller.Now, pair.Server.Link.LastReceived);
        Assert.True(pair.Server.Link.LastReceived >= before + TimeSpan.FromSeconds(3).Ticks);
    }

    private static unsafe void NoteArrival(in InboundFrame frame, LinkPair pair, ref bool bodyWasThere, ref int delivered)
    {
        bodyWasThere = frame.Body != null;
        delivered = pair.Server.Frames.Count;
        Assert.Equal(8 * Bulk, frame.BodyLength);
    }

    private static void AssertInOrder(IEnumerable<ReceivedFrame> frames)
    {
        var serials = frames.Select(frame => frame.Serial).ToArray();
        Assert.Equal(serials.Order(), serials);
    }
}
