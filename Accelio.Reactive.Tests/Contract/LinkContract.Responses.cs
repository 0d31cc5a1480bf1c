using Accelio.Transports;
using Xunit;

namespace Accelio.Reactive.Tests.Contract;

/// <content>Room for the bodies of responses.</content>
public abstract partial class LinkContract
{
    [Theory]
    [InlineData(1000)]
    [InlineData(100_000)]
    [InlineData(Bulk)]
    public void A_response_fills_the_room_that_the_request_offered(int room)
    {
        using var pair = Connect();
        var offered = Ask(pair, (uint)room);

        var status = Respond(pair, offered, room, agreed: 0);

        Assert.True(status <= SendStatus.Referenced);
        pair.DriveUntil(() => pair.Client.Frames.Count == 1, "the response arrives");
        Assert.Equal(room, pair.Client.Frames[0].BodyLength);
        Assert.Equal(0xA0000001u, pair.Client.Frames[0].Header.RemoteTask);
    }

    [Fact]
    public void A_response_that_does_not_fit_the_room_offered_is_not_taken_and_the_next_one_is()
    {
        using var pair = Connect();
        var offered = Ask(pair, 50_000);

        Assert.Equal(SendStatus.DoesNotFit, Respond(pair, offered, 50_001, agreed: 0));

        Assert.Equal(SendStatus.Copied, Respond(pair, offered, 0, agreed: 0));
        pair.DriveUntil(() => pair.Client.Frames.Count == 1, "the empty response arrives");
        Assert.Equal(0, pair.Client.Frames[0].BodyLength);
    }

    [Fact]
    public void A_small_response_needs_no_room()
    {
        using var pair = Connect();
        var offered = Ask(pair, 0);
        Assert.Empty(offered);

        Assert.Equal(SendStatus.Copied, Respond(pair, offered, 8000, agreed: 0));

        pair.DriveUntil(() => pair.Client.Frames.Count == 1, "the response arrives");
    }

    [Fact]
    public void A_large_response_without_room_is_not_taken_on_streams_and_fetched_on_slots()
    {
        using var pair = Connect();
        var offered = Ask(pair, 0);

        var status = Respond(pair, offered, 20_000, agreed: 0);

        if (Kind == LinkKind.Stream)
        {
            Assert.Equal(SendStatus.DoesNotFit, status);
            return;
        }

        pair.DriveUntil(() => pair.Client.Frames.Count == 1, "the response arrives");
    }

    [Fact]
    public void A_response_within_the_room_agreed_at_session_set_up_needs_no_offer()
    {
        using var pair = Connect();
        pair.Client.Link.AgreedRoom = Bulk;
        var offered = Ask(pair, 0);

        Assert.True(Respond(pair, offered, Bulk, agreed: Bulk) <= SendStatus.Referenced);

        pair.DriveUntil(() => pair.Client.Frames.Count == 1, "the response arrives");
        Assert.Equal(Bulk, pair.Client.Frames[0].BodyLength);
        Assert.Equal(SendStatus.DoesNotFit, Respond(pair, offered, Bulk + 1, agreed: Bulk));
    }

    [Fact]
    public unsafe void The_requester_places_a_large_response_by_its_header()
    {
        using var pair = Connect();
        var landing = new byte[Bulk];
        fixed (byte* p = landing)
        {
            var destination = (nint)p;
            pair.Client.OnArrivalDo = (ref InboundFrame frame) =>
            {
                Assert.Equal(0xA0000001u, frame.Header.RemoteTask);
                frame.Placement = PlacementKind.Destination;
                frame.Destination = (byte*)destination;
            };
            var offered = Ask(pair, Bulk);
            Respond(pair, offered, Bulk, agreed: 0);
            pair.DriveUntil(() => pair.Client.Frames.Count == 1, "the response arrives");
        }

        Assert.True(pair.Client.Frames[0].AtDestination);
        Assert.Equal(-1, Pattern.FindMismatch(2, landing));
    }

    private static RoomEntry[] Ask(LinkPair pair, uint room)
    {
        var request = new TestFrame { Header = TestFrame.HeaderOf(FrameType.Request, 1), OfferedRoom = room, Parts = [100] };
        pair.On(pair.Client, () => pair.Client.Send(request));
        pair.DriveUntil(() => pair.Server.Frames.Count == 1, "the request arrives");
        var offered = pair.Server.Frames[0].Room;
        Assert.Equal(room, offered.Sum(entry => entry.Length));
        return offered;
    }

    private static SendStatus Respond(LinkPair pair, RoomEntry[] room, int length, long agreed)
    {
        var header = TestFrame.HeaderOf(FrameType.Response, 2);
        header.RemoteTask = pair.Server.Frames[0].Header.LocalTask;
        var status = default(SendStatus);
        pair.On(pair.Server, () => status = pair.Server.Send(new TestFrame { Header = header, Parts = [length], PeerRoom = room, AgreedRoom = agreed }));
        return status;
    }
}
