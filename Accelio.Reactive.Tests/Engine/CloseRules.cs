using Accelio.Reactive.Engine;
using Accelio.Transports;
using Xunit;

namespace Accelio.Reactive.Tests.Engine;

public class CloseRules
{
    private readonly EngineWorld _world = new EngineWorld().Established();

    [Fact]
    public void We_close_and_the_peer_follows()
    {
        _world.On(_world.Connection.Close);
        var fin = _world.TakeOne();
        Assert.Equal(FrameType.FinRequest, fin.Type);
        _world.PeerControl(FrameType.FinResponse, answers: fin.Header.LocalTask);
        Assert.Equal(ConnectionState.FinWait2, _world.Connection.State);
        _world.PeerControl(FrameType.FinRequest, task: 5);

        Assert.Equal(FrameType.FinResponse, _world.TakeOne().Type);
        Assert.Equal(["established welcome", "closing", "closed ClosedLocally"], _world.Events.Log);
        Assert.Contains("idle", _world.Log);
    }

    [Fact]
    public void The_peer_closes_and_we_follow()
    {
        _world.PeerControl(FrameType.FinRequest, task: 5);
        var sent = _world.TakeSent();
        Assert.Equal([FrameType.FinResponse, FrameType.FinRequest], sent.Select(frame => frame.Type));
        _world.PeerControl(FrameType.FinResponse, answers: sent[1].Header.LocalTask);

        Assert.Equal(["established welcome", "closing by peer", "closed ClosedByPeer"], _world.Events.Log);
    }

    [Fact]
    public void Both_close_at_once()
    {
        _world.On(_world.Connection.Close);
        var fin = _world.TakeOne();
        _world.PeerControl(FrameType.FinRequest, task: 5);
        Assert.Equal(ConnectionState.Closing, _world.Connection.State);
        _world.PeerControl(FrameType.FinResponse, answers: fin.Header.LocalTask);

        Assert.Equal(FrameType.FinResponse, _world.TakeOne().Type);
        Assert.Equal(CloseReason.ClosedLocally, _world.Events.Closed?.Reason);
    }

    [Fact]
    public void What_is_queued_leaves_before_the_FIN()
    {
        var world = new EngineWorld().Established(windowMessages: 1);
        world.Send(new RecordedMessage("a"));
        world.Send(new RecordedMessage("b"));
        world.On(world.Connection.Close);
        var first = world.TakeOne();

        world.PeerResponse(first, creditMessages: 1, creditBytes: 1);

        Assert.Equal([FrameType.Request, FrameType.FinRequest], world.TakeSent().Select(frame => frame.Type));
    }

    [Fact]
    public void What_is_unanswered_when_the_session_ends_may_have_run()
    {
        var request = _world.Send(new RecordedMessage("a"));
        _world.TakeSent();
        _world.On(_world.Connection.Close);
        var fin = _world.TakeOne();
        _world.PeerControl(FrameType.FinRequest, task: 5);
        _world.PeerControl(FrameType.FinResponse, answers: fin.Header.LocalTask);

        Assert.Equal("failed SessionClosed may have executed", request.Outcome);
    }

    [Fact]
    public void A_peer_that_does_not_answer_our_FIN_is_cut_off()
    {
        _world.On(_world.Connection.Close);

        _world.Pass(TimeSpan.FromSeconds(2.2));

        Assert.Equal(LinkError.Aborted, _world.Link.Aborted?.Error);
        Assert.Equal(CloseReason.ClosedLocally, _world.Events.Closed?.Reason);
    }

    [Fact]
    public void A_FIN_for_a_session_that_was_waited_for_no_longer_is_answered_as_any_other()
    {
        _world.Peer(new FrameHeader { Type = FrameType.FinRequest, Destination = 4711, LocalTask = 5 });

        var answer = _world.TakeOne();
        Assert.Equal((FrameType.FinResponse, 5u), (answer.Type, answer.Header.RemoteTask));
        Assert.Contains("note UnknownSession", _world.Log);
    }

    [Fact]
    public void A_lost_link_ends_everything_once()
    {
        var request = _world.Send(new RecordedMessage("a"));
        _world.On(() => _world.Machine.OnClosed(_world.Link, LinkError.PeerClosed, "gone"));
        _world.On(() => _world.Machine.OnClosed(_world.Link, LinkError.PeerClosed, "again"));

        Assert.Equal("failed ConnectionLost may have executed", request.Outcome);
        Assert.Equal(CloseReason.ConnectionLost, _world.Events.Closed?.Reason);
        Assert.Single(_world.Log, "link closed PeerClosed");
    }

    [Fact]
    public void Silence_is_asked_about_and_then_taken_for_death()
    {
        _world.Pass(TimeSpan.FromSeconds(3.5), peerIsAlive: false);
        Assert.Equal(FrameType.KeepAliveRequest, _world.TakeOne().Type);
        _world.Pass(TimeSpan.FromSeconds(10.5), peerIsAlive: false);

        Assert.Equal(LinkError.KeepAliveExpired, _world.Link.Aborted?.Error);
    }

    [Fact]
    public void A_sign_of_life_is_given_when_asked_for()
    {
        _world.PeerControl(FrameType.KeepAliveRequest, task: 77);

        var answer = _world.TakeOne();
        Assert.Equal(FrameType.KeepAliveResponse, answer.Type);
        Assert.Equal(77u, answer.Header.RemoteTask);
    }
}
