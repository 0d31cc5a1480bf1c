using Accelio.Transports;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Contract;

/// <content>Bodies of every length and shape.</content>
public abstract partial class LinkContract
{
    private const int InlineLimit = 8192;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(InlineLimit)]
    [InlineData(InlineLimit + 1)]
    [InlineData(Large)]
    [InlineData(Bulk)]
    public void Bodies_of_this_length_arrive_in_requests_one_way_messages_and_responses(int length)
    {
        using var pair = Connect();
        pair.Client.Link.AgreedRoom = Bulk;
        pair.Server.Link.AgreedRoom = Bulk;
        FrameType[] types = [FrameType.Request, FrameType.OneWay, FrameType.Response];

        foreach (var (from, to) in new[] { (pair.Client, pair.Server), (pair.Server, pair.Client) })
        {
            pair.On(from, () =>
            {
                for (var i = 0; i < types.Length; i++)
                {
                    var status = from.Send(new TestFrame { Header = TestFrame.HeaderOf(types[i], (ulong)i), Parts = [length], AgreedRoom = Bulk });
                    Assert.True(status == SendStatus.Copied || (status == SendStatus.Referenced && length > from.Link.Options.CopyThreshold));
                }
            });
            pair.DriveUntil(() => to.Frames.Count == types.Length, "the frames arrive");
            Assert.All(to.Frames, frame => Assert.Equal(length, frame.BodyLength));
            Assert.Equal(types.Order(), to.Frames.Select(frame => frame.Header.Type).Order());
        }
    }

    [Fact]
    public void The_longest_body_allowed_arrives_and_a_longer_one_ends_the_link()
    {
        using var pair = Connect();
        var longest = (int)CreateOptions().MaxBodyLength;

        pair.On(pair.Client, () => pair.Client.Send(FrameType.Request, 1, longest));
        pair.DriveUntil(() => pair.Server.Frames.Count == 1, "the body arrives");
        Assert.Equal(longest, pair.Server.Frames[0].BodyLength);

        pair.On(pair.Client, () => pair.Client.Send(FrameType.Request, 2, longest + 1));
        pair.DriveUntil(() => pair.Server.IsClosed, "the longer one is refused");
        Assert.Equal(LinkError.MessageTooLarge, pair.Server.ClosedError);
        Assert.Single(pair.Server.Frames);
    }

    [Theory]
    [InlineData(1, 0, 5000, 3)]
    [InlineData(0, 0, 1)]
    [InlineData(70_000, 1, 30_000)]
    [InlineData(1, 9000, 1, 9000, 1, 9000, 1, 9000, 1, 9000)]
    public void Bodies_in_parts_arrive_as_one(params int[] parts)
    {
        using var pair = Connect();
        pair.Server.Link.AgreedRoom = Bulk;

        pair.On(pair.Client, () =>
        {
            pair.Client.Send(new TestFrame { Header = TestFrame.HeaderOf(FrameType.Request, 1), Parts = parts });
            pair.Client.Send(new TestFrame { Header = TestFrame.HeaderOf(FrameType.Response, 2), Parts = parts, AgreedRoom = Bulk });
            pair.Client.Send(FrameType.Request, 3, 10);
        });

        pair.DriveUntil(() => pair.Server.Frames.Count == 3, "the frames arrive");
        Assert.Equal([parts.Sum(), parts.Sum(), 10L], pair.Server.Frames.OrderBy(frame => frame.Serial).Select(frame => frame.BodyLength));
    }

    [Theory]
    [InlineData(Large)]
    [InlineData(Bulk)]
    public void A_body_without_a_token_is_copied_whatever_its_size(int length)
    {
        using var pair = Connect();

        pair.On(pair.Client, () => Assert.Equal(SendStatus.Copied, pair.Client.Send(FrameType.Request, 1, length, withToken: false)));

        pair.DriveUntil(() => pair.Server.Frames.Count == 1, "the body arrives as it was");
    }

    [Fact]
    public void A_control_frame_arrives_between_bodies_with_its_payload()
    {
        using var pair = Connect();
        var payload = Pattern.Create(5, 3000);

        pair.On(pair.Client, () =>
        {
            pair.Client.Send(FrameType.Request, 1, Large);
            pair.Client.Send(new TestFrame { Header = TestFrame.HeaderOf(FrameType.SessionRequest, 2), UserHeader = payload });
            pair.Client.Send(FrameType.Request, 3, Large);
        });

        pair.DriveUntil(() => pair.Server.Frames.Count == 3, "the frames arrive");
        Assert.Equal([1UL, 2, 3], pair.Server.Frames.Select(frame => frame.Serial));
        Assert.Equal(payload, pair.Server.Frames[1].UserHeader);
    }
}
