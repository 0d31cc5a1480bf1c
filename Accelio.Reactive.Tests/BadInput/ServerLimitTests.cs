using Accelio.Reactive.Tests.Wire;
using Accelio.Transports;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.BadInput;

/// <summary>What a server bears from clients, and for how long, beyond the table of <see cref="BadPeers"/>.</summary>
public class ServerLimitTests
{
    private const int FlagsAt = 18;
    private const int CidAt = 20;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Who_wants_a_lost_link_back_is_refused_and_the_link_that_it_names_is_not_touched(bool isLiving)
    {
        using var world = new ServerWorld();
        var living = world.Peer().Reach(Stage.Introduced);
        living.Send(living.Setup());
        var cid = living.TakeSetup().Cid;
        living.Reach(Stage.InSession);

        var peer = world.Peer().Reach(Stage.Introduced);
        peer.Send(peer.Setup().With(FlagsAt, 2, LinkSetup.ReconnectFlag).With(CidAt, 4, isLiving ? cid : cid + 1));
        var refusal = peer.TakeSetup();

        Assert.Equal(((uint)AccelioStatus.Unsuccessful, LinkSetup.ReconnectFlag), (refusal.Status, refusal.Flags));
        world.Until(() => peer.IsOver);
        living.Echo();
        Assert.Empty(world.Log.LinkFailures);
        living.Dispose();
        peer.Dispose();
        world.AssertUnharmed();
    }

    [Fact]
    public void Requests_for_sessions_that_nobody_has_answered_count_against_the_limit_of_their_link()
    {
        using var world = new ServerWorld(options => options.MaxSessionsPerLink = 2);
        var waiting = new List<SessionRequest>();
        world.Server.SessionRequests.Subscribe(waiting.Add);
        var peer = world.Peer().Reach(Stage.Linked);
        peer.Send(peer.SessionRequest());
        peer.Send(peer.SessionRequest());
        world.Until(() => waiting.Count == 2);
        waiting[0].Accept();
        peer.TakeSession();

        peer.Send(peer.SessionRequest());
        Assert.True(SessionSetupResponse.TryParse(peer.Take().UserHeader, out var answer, out _));
        Assert.Equal((SessionAction.Reject, (uint)AccelioStatus.SessionRefused), (answer.Action, answer.Reason));
        peer.Send(peer.SessionRequest());
        peer.Send(peer.SessionRequest());

        world.Until(() => peer.IsOver && world.Log.LinkFailures.Count == 1);
        Assert.Equal(LinkError.LimitExceeded, world.Log.LinkFailures[0].Error);
        waiting[1].Accept();
        world.AssertUnharmed();
    }

    [Fact]
    public void Requests_for_sessions_that_nobody_answers_in_time_are_rejected()
    {
        using var world = new ServerWorld(options => options.AcceptTimeout = TimeSpan.FromSeconds(3));
        world.Server.SessionRequests.Subscribe(_ => { });
        var peer = world.Peer().Reach(Stage.Linked);
        peer.Send(peer.SessionRequest());

        world.Pass(TimeSpan.FromSeconds(3.5));

        Assert.True(SessionSetupResponse.TryParse(peer.Take().UserHeader, out var answer, out _));
        Assert.Equal((SessionAction.Reject, (uint)AccelioStatus.Timeout), (answer.Action, answer.Reason));
    }

    [Fact]
    public void Links_above_the_limit_are_turned_away_with_a_line_in_the_log()
    {
        using var world = new ServerWorld(options => options.MaxLinks = 2);
        var last = world.Peer().Reach(Stage.InSession);

        var tooMany = world.Peer();

        world.Until(() => tooMany.IsOver);
        Assert.Equal((LinkError.LimitExceeded, tooMany.Address), (world.Log.LinkFailures[0].Error, world.Log.LinkFailures[0].Peer));
        last.Dispose();
        world.AssertUnharmed();
        world.Peer().Reach(Stage.InSession).Echo();
    }

    [Fact]
    public void An_answer_that_does_not_fit_the_clients_buffer_ends_the_link_instead_of_being_lost()
    {
        using var world = new ServerWorld();
        world.Server.SessionRequests.Subscribe(request => request.Accept(new AcceptOptions { PrivateData = new byte[2000] }));
        var peer = world.Peer().Reach(Stage.Introduced);
        peer.Send(peer.Setup().With(24, 8, 1024));
        peer.TakeSetup();

        peer.Send(peer.SessionRequest());

        world.Until(() => peer.IsOver && world.Log.LinkFailures.Count == 1);
        Assert.Equal(LinkError.LimitExceeded, world.Log.LinkFailures[0].Error);
        Assert.Contains("buffer_sz", world.Log.LinkFailures[0].Detail, StringComparison.Ordinal);
        world.AssertUnharmed();
    }

    [Fact]
    public void A_client_that_does_not_answer_the_FIN_is_waited_for_no_longer_than_CloseTimeout()
    {
        using var world = new ServerWorld(options => options.CloseTimeout = TimeSpan.FromSeconds(3));
        var peer = world.Peer().Reach(Stage.InSession);

        var closing = world.Sessions[1].DisposeAsync().AsTask();
        Assert.Equal(FrameType.FinRequest, peer.Take().Header.Type);
        world.Pass(TimeSpan.FromSeconds(2.5));
        Assert.False(closing.IsCompleted);
        world.Pass(TimeSpan.FromSeconds(1));

        world.Until(() => closing.IsCompletedSuccessfully && peer.IsOver);
        world.AssertUnharmed();
    }

    [Fact]
    public void A_link_whose_last_session_is_closed_is_kept_for_the_next_and_closed_when_none_comes()
    {
        using var world = new ServerWorld(options => options.IdleLinkTimeout = TimeSpan.FromSeconds(20));
        var peer = world.Peer().Reach(Stage.InSession);
        CloseSession(peer);
        Assert.Equal(CloseReason.ClosedByPeer, world.ClosedEventOf(world.Sessions[1]).Reason);

        world.Pass(TimeSpan.FromSeconds(19));
        peer.Send(peer.SessionRequest());
        peer.TakeSession();
        CloseSession(peer);
        world.Pass(TimeSpan.FromSeconds(19));
        Assert.False(peer.IsOver);
        world.Pass(TimeSpan.FromSeconds(2));

        world.Until(() => peer.IsOver);
        Assert.Empty(world.Log.LinkFailures);
        peer.Dispose();
        world.AssertUnharmed();
    }

    [Theory]
    [InlineData("Connected", false)]
    [InlineData("Connected", true)]
    [InlineData("Introduced", false)]
    [InlineData("Introduced", true)]
    [InlineData("Linked", false)]
    [InlineData("Linked", true)]
    [InlineData("InSession", false)]
    [InlineData("InSession", true)]
    public void A_client_that_vanishes_leaves_nothing_behind(string stage, bool inTheMiddle)
    {
        using var world = new ServerWorld();
        var peer = world.Peer(isDual: inTheMiddle).Reach(Enum.Parse<Stage>(stage));
        if (inTheMiddle)
        {
            peer.Send(new byte[5]);
        }

        world.ServeTheGood();
        peer.Dispose();

        world.AssertUnharmed();
        Assert.All(world.Sessions.Skip(1), session => Assert.Equal(CloseReason.ConnectionLost, world.ClosedEventOf(session).Reason));
    }

    private static void CloseSession(RawPeer peer)
    {
        peer.Send(peer.Frame(new FrameHeader { Type = FrameType.FinRequest, Destination = peer.Session, LocalTask = 99 }));
        Assert.Equal(FrameType.FinResponse, peer.Take().Header.Type);
        var fin = peer.Take().Header;
        Assert.Equal(FrameType.FinRequest, fin.Type);
        peer.Send(peer.Frame(new FrameHeader { Type = FrameType.FinResponse, RemoteTask = fin.LocalTask }));
    }
}
