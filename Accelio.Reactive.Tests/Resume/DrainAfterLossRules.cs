using Xunit;
using static Accelio.Reactive.Tests.Resume.ResumeWorld;

namespace Accelio.Reactive.Tests.Resume;

/// <summary>Who drains waits for the last message of the other side; one that was given up without a link never comes, and is not waited for.</summary>
public class DrainAfterLossRules
{
    public static TheoryData<SimulatedLinkKind, bool> Worlds => new()
    {
        { SimulatedLinkKind.Stream, false }, { SimulatedLinkKind.Stream, true }, { SimulatedLinkKind.Slots, false }, { SimulatedLinkKind.Slots, true },
    };

    [Theory]
    [MemberData(nameof(Worlds))]
    public void A_drain_ends_although_the_last_message_of_the_other_side_was_given_up_while_there_was_no_link(SimulatedLinkKind kind, bool isByServer)
    {
        using var world = new ResumeWorld(kind);
        var client = world.Connect();
        var (asks, drains) = isByServer ? (client, world.Sessions[0]) : (world.Sessions[0], client);
        client.Handle(static request => request.RespondAsync(request.Payload));
        world.Network.Run(() => AskAsync(asks, 1));
        world.Faults.SilenceLinks("client", "server");
        var givenUp = AskForAsync(asks, 2, Second);
        world.Advance(Second * 20);
        Assert.IsType<AccelioTimeoutException>(givenUp.Exception?.InnerException);
        Assert.DoesNotContain(2, world.Ran);

        var drained = drains.DrainAsync().AsTask();
        world.Advance(Second);

        Assert.True(drained.IsCompletedSuccessfully);
        Assert.Equal(SessionState.Closed, asks.State);
    }

    [Theory]
    [InlineData(SimulatedLinkKind.Stream)]
    [InlineData(SimulatedLinkKind.Slots)]
    public void It_ends_whenever_the_link_is_lost_and_the_last_message_is_given_up(SimulatedLinkKind kind)
    {
        for (var moment = 0; moment < 30; moment++)
        {
            for (var patience = 1; patience < 20; patience += 2)
            {
                using var world = new ResumeWorld(kind, seed: moment);
                world.Handler = world.AnswerLater;
                var session = world.Connect();
                var asked = AskForAsync(session, 1, TimeSpan.FromMilliseconds(moment + patience), length: 60_000);
                var drained = world.Sessions[0].DrainAsync().AsTask();
                world.Advance(TimeSpan.FromMilliseconds(moment));
                world.Faults.CutLinks("client", "server");

                world.Advance(Second * 5);

                Assert.True(asked.IsCompleted);
                Assert.True(drained.IsCompletedSuccessfully, $"cut after {moment} ms, given up {patience} ms later");
                Assert.Equal(SessionState.Closed, session.State);
            }
        }
    }

    private static Task<int> AskForAsync(AccelioSession session, byte first, TimeSpan limit, int length = 1)
    {
        var body = new byte[length];
        body[0] = first;
        return session.RequestAsync(new OutboundMessage(body.AsMemory()) { Timeout = limit }, static answer => answer.PayloadLength).AsTask();
    }
}
