using System.Buffers;
using System.Text;
using Accelio.Reactive.Tests.Wire;
using Accelio.Transports;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.BadInput;

/// <summary>C clients that come back after their link was lost (docs/wire-protocol.md, section 17), played byte by byte.</summary>
public class ComebackTests
{
    private const int FlagsAt = 18;
    private const int CidAt = 20;
    private readonly TaskCompletionSource _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _briefAnswer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _served = [];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_request_that_was_running_when_the_link_was_lost_is_answered_over_the_next_one_and_runs_once(bool endsMeanwhile)
    {
        using var world = Open(out var session);
        var first = Connect(world, out var cid);
        var request = first.Next(FrameType.Request);
        first.Send(first.Frame(request, body: "slow"u8.ToArray()));
        world.Until(() => _served.Count == 1);

        Cut(world, first);
        if (endsMeanwhile)
        {
            Finish(world);
        }

        var second = ComeBack(world, cid);
        request.LocalTask = 77;
        second.Send(second.Frame(Renumbered(request, first), body: "slow"u8.ToArray()));
        if (!endsMeanwhile)
        {
            world.ServeTheGood();
            Finish(world);
        }

        TakeAnswer(second, request, "slow");
        Assert.Equal(["slow"], _served);
        Assert.Equal(SessionState.Established, session().State);
        second.Dispose();
    }

    [Fact]
    public void An_answer_that_was_lost_with_the_link_is_sent_again_and_nothing_is_run_twice()
    {
        using var world = Open(out _);
        var first = Connect(world, out var cid);
        var requests = Enumerable.Range(0, 3).Select(_ => first.Next(FrameType.Request)).ToArray();
        foreach (var request in requests)
        {
            first.Send(first.Frame(request, body: Encoding.ASCII.GetBytes($"{request.Serial}")));
        }

        world.Until(() => _served.Count == 3);
        Cut(world, first);

        var second = ComeBack(world, cid);
        for (var i = 0; i < requests.Length; i++)
        {
            requests[i].LocalTask += 1000;
            requests[i] = Renumbered(requests[i], first);
            second.Send(second.Frame(requests[i], body: Encoding.ASCII.GetBytes($"{requests[i].Serial}")));
            TakeAnswer(second, requests[i], $"{requests[i].Serial}");
        }

        var next = first.Next(FrameType.Request);
        second.Send(second.Frame(next, body: "next"u8.ToArray()));
        TakeAnswer(second, next, "next");
        Assert.Equal(["0", "1", "2", "next"], _served);
        second.Dispose();
    }

    [Fact]
    public void An_answer_that_is_not_kept_any_more_is_said_to_be_flushed_and_the_request_is_not_run_again()
    {
        using var world = Open(out _, options => options.CPeerAnswerCache = 1000);
        var first = Connect(world, out var cid);
        var old = first.Next(FrameType.Request);
        first.Send(first.Frame(old, body: new byte[600]));
        var young = first.Next(FrameType.Request);
        first.Send(first.Frame(young, body: Encoding.ASCII.GetBytes(new string('y', 600))));
        world.Until(() => _served.Count == 2);
        Cut(world, first);

        var second = ComeBack(world, cid);
        second.Send(second.Frame(Renumbered(old, first), body: new byte[600]));
        Assert.Equal((old.LocalTask, (uint)AccelioStatus.MessageFlushed), (second.Take().Header is var header ? header.RemoteTask : 0, header.Status));
        second.Send(second.Frame(Renumbered(young, first), body: new byte[600]));
        TakeAnswer(second, young, new string('y', 600));
        Assert.Equal(2, _served.Count);
        second.Dispose();
    }

    [Fact]
    public void A_client_that_comes_back_to_a_full_window_gets_the_first_answer_as_soon_as_it_is_there()
    {
        using var world = Open(out _, options => (options.WindowMessages, options.MaxConcurrentHandlers) = (4, 4));
        var first = Connect(world, out var cid);
        string[] texts = ["brief", "slow", "slow", "slow"];
        var requests = texts.Select(text => first.Next(FrameType.Request)).ToArray();
        for (var i = 0; i < requests.Length; i++)
        {
            first.Send(first.Frame(requests[i], body: Encoding.ASCII.GetBytes(texts[i])));
        }

        world.Until(() => _served.Count == 4);
        Cut(world, first);

        var second = ComeBack(world, cid);
        for (var i = 0; i < requests.Length; i++)
        {
            requests[i] = Renumbered(requests[i], first);
            second.Send(second.Frame(requests[i], body: Encoding.ASCII.GetBytes(texts[i])));
        }

        // Three of four are still held.
        _briefAnswer.SetResult();
        TakeAnswer(second, requests[0], "brief");
        Assert.Equal(texts, _served);
        Finish(world);
        TakeAnswer(second, requests[1], "slow");
        second.Dispose();
    }

    [Fact]
    public void What_the_server_sends_meanwhile_goes_out_when_the_client_is_back()
    {
        using var world = Open(out var session);
        var first = Connect(world, out var cid);
        first.Echo();
        Cut(world, first);

        var sending = session().SendAsync("hello"u8.ToArray()).AsTask();
        world.ServeTheGood();
        Assert.False(sending.IsCompleted);
        var second = ComeBack(world, cid);

        Assert.Equal("hello"u8.ToArray(), second.Take().Body);
        world.Until(() => sending.IsCompletedSuccessfully);
        second.Dispose();
    }

    [Fact]
    public void Requests_of_the_server_that_had_left_fail_and_what_the_client_answers_late_is_of_no_interest()
    {
        using var world = Open(out var session);
        var first = Connect(world, out var cid);
        var asking = session().RequestAsync("question"u8.ToArray(), answer => answer.PayloadLength).AsTask();
        var question = first.Take().Header;
        Cut(world, first);
        world.Until(() => asking.IsCompleted);
        Assert.True(Assert.IsType<ConnectionLostException>(asking.Exception?.InnerException).MayHaveExecuted);

        var second = ComeBack(world, cid);
        var next = session().RequestAsync("next"u8.ToArray(), answer => answer.PayloadLength).AsTask();
        var taken = second.Take().Header;
        second.Send(second.Frame(first.Answer(question), body: "late"u8.ToArray()));
        second.Send(second.Frame(first.Answer(taken), body: "answer"u8.ToArray()));

        Assert.Equal(6, world.Await(next));
        second.Dispose();
    }

    [Fact]
    public void The_receipt_of_a_message_is_given_once_more_to_a_client_that_has_not_got_it()
    {
        using var world = Open(out _);
        var first = Connect(world, out var cid);
        var message = first.Next(FrameType.OneWay, MessageFlags.RequestReadReceipt);
        first.Send(first.Frame(message, body: "one way"u8.ToArray()));
        Assert.Equal(FrameType.OneWayReceipt, first.Take().Header.Type);
        Cut(world, first);

        var second = ComeBack(world, cid);
        message.LocalTask = 99;
        second.Send(second.Frame(Renumbered(message, first), body: "one way"u8.ToArray()));

        var receipt = second.Take().Header;
        Assert.Equal((FrameType.OneWayReceipt, 99u, 0u), (receipt.Type, receipt.RemoteTask, receipt.ReceiptResult));
        second.Dispose();
    }

    [Fact]
    public void A_client_that_is_back_before_the_server_has_missed_it_takes_its_sessions_along_and_the_old_link_ends()
    {
        using var world = Open(out _);
        var first = Connect(world, out var cid);
        first.Echo();

        var second = ComeBack(world, cid);

        world.Until(() => first.IsOver);
        var next = first.Next(FrameType.Request);
        second.Send(second.Frame(next, body: "next"u8.ToArray()));
        TakeAnswer(second, next, "next");
        second.Dispose();
    }

    [Fact]
    public void All_sessions_of_the_link_go_on()
    {
        using var world = Open(out _);
        var first = Connect(world, out var cid);
        var one = first.Next(FrameType.Request);
        first.Send(first.SessionRequest());
        first.TakeSession();
        var other = first.Next(FrameType.Request);
        (other.Serial, other.SequenceNumber) = (0, 0);
        Cut(world, first);

        var second = ComeBack(world, cid);
        second.Send(second.Frame(one, body: "one"u8.ToArray()));
        TakeAnswer(second, one, "one");
        second.Send(second.Frame(other, body: "other"u8.ToArray()));
        TakeAnswer(second, other, "other");
        second.Dispose();
    }

    [Fact]
    public void Sessions_whose_client_does_not_come_back_end_after_106_seconds()
    {
        using var world = Open(out var session);
        var first = Connect(world, out var cid);
        first.Echo();
        Cut(world, first);

        world.Pass(TimeSpan.FromSeconds(105));
        Assert.Equal(SessionState.Established, session().State);
        world.Pass(TimeSpan.FromSeconds(2));

        Assert.Equal(CloseReason.ConnectionLost, world.ClosedEventOf(session()).Reason);
        Assert.Equal(AccelioStatus.Unsuccessful, Ask(world, cid, out var second));
        second.Dispose();
        world.AssertUnharmed();
    }

    [Fact]
    public void A_session_that_is_disposed_of_while_its_client_is_away_ends_at_once()
    {
        using var world = Open(out var session);
        var first = Connect(world, out var cid);
        first.Echo();
        Cut(world, first);

        var closing = session().DisposeAsync().AsTask();
        world.Until(() => closing.IsCompleted);

        Assert.Equal(AccelioStatus.Unsuccessful, Ask(world, cid, out var second));
        second.Dispose();
        world.AssertUnharmed();
    }

    [Fact]
    public void Another_cid_is_refused_and_nothing_is_touched()
    {
        using var world = Open(out var session);
        var first = Connect(world, out var cid);
        first.Echo();

        Assert.Equal(AccelioStatus.Unsuccessful, Ask(world, cid + 1, out var second));

        world.Until(() => second.IsOver);
        first.Echo();
        Assert.Equal(SessionState.Established, session().State);
        first.Dispose();
    }

    private ServerWorld Open(out Func<AccelioSession> session, Action<AccelioServerOptions>? configure = null)
    {
        var world = new ServerWorld(options =>
        {
            options.ResumeCPeers = true;
            configure?.Invoke(options);
        });
        session = () => world.Sessions[1];
        world.Server.Sessions.Subscribe(accepted => accepted.Handle(async request =>
        {
            var text = Encoding.ASCII.GetString(request.Payload.ToArray());
            _served.Add(text);
            if (text == "slow")
            {
                await _answer.Task;
            }
            else if (text == "brief")
            {
                await _briefAnswer.Task;
            }

            await request.RespondAsync(Encoding.ASCII.GetBytes(text));
        }));
        return world;
    }

    private static RawPeer Connect(ServerWorld world, out uint cid)
    {
        var peer = world.Peer().Reach(Stage.Introduced);
        peer.Send(peer.Setup());
        cid = peer.TakeSetup().Cid;
        return peer.Reach(Stage.InSession);
    }

    private static void Cut(ServerWorld world, RawPeer peer)
    {
        world.ServeTheGood();
        peer.Dispose();
        world.ServeTheGood();
        world.ServeTheGood();
    }

    private void Finish(ServerWorld world)
    {
        _answer.SetResult();
        world.ServeTheGood();
        world.ServeTheGood();
    }

    private static RawPeer ComeBack(ServerWorld world, uint cid)
    {
        Assert.Equal(AccelioStatus.Success, Ask(world, cid, out var peer));
        return peer;
    }

    private static AccelioStatus Ask(ServerWorld world, uint cid, out RawPeer peer)
    {
        peer = world.Peer().Reach(Stage.Introduced);
        peer.Send(peer.Setup().With(FlagsAt, 2, LinkSetup.ReconnectFlag).With(CidAt, 4, cid));
        var answer = peer.TakeSetup();
        Assert.Equal(LinkSetup.ReconnectFlag, answer.Flags);
        if (answer.Status == 0)
        {
            Assert.Equal(cid, answer.Cid);
        }

        return (AccelioStatus)answer.Status;
    }

    // The same message once more: libxio goes on with the sequence numbers.
    private static FrameHeader Renumbered(FrameHeader header, RawPeer peer)
    {
        header.SequenceNumber = peer.NextSequence();
        return header;
    }

    private static void TakeAnswer(RawPeer peer, FrameHeader request, string text)
    {
        var answer = peer.Take();
        Assert.Equal(FrameType.Response, answer.Header.Type);
        Assert.Equal((request.LocalTask, request.Serial, 0u), (answer.Header.RemoteTask, answer.Header.Serial, answer.Header.Status));
        Assert.Equal(text, Encoding.ASCII.GetString(answer.Body));
    }
}
