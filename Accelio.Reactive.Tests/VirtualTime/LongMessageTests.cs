using System.Reactive.Linq;
using Microsoft.Reactive.Testing;
using Xunit;

namespace Accelio.Reactive.Tests.VirtualTime;

/// <summary>A message that is longer under way than silence may last: as long as the peer takes of it, it lives, though it can say nothing until it has all.</summary>
public sealed class LongMessageTests : IDisposable
{
    private const int Length = 1_000_000;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Detect = 3 * Second;

    // The message takes ten seconds.
    private readonly SimulatedConditions _conditions = new() { Latency = TimeSpan.FromMilliseconds(5), Bandwidth = Length / 10 };
    private readonly TestScheduler _scheduler = new();
    private readonly List<AccelioSessionEvent> _events = [];
    private readonly List<int> _arrived = [];
    private SimulatedNetwork? _network;
    private AccelioServer? _server;

    public static TheoryData<SimulatedLinkKind> Kinds => [SimulatedLinkKind.Stream, SimulatedLinkKind.Slots];

    public void Dispose() => _network?.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void It_arrives_over_the_link_on_which_it_was_begun(SimulatedLinkKind kind)
    {
        var session = Connect(kind);

        var sent = session.SendAsync(new byte[Length]).AsTask();
        _network!.AdvanceBy(11 * Second);

        Assert.Equal([Length], _arrived);
        Assert.True(sent.IsCompletedSuccessfully);
        Assert.Empty(_events);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void So_does_an_answer(SimulatedLinkKind kind)
    {
        var session = Connect(kind);

        var asked = session.RequestAsync(new byte[1], static answer => answer.PayloadLength).AsTask();
        _network!.AdvanceBy(11 * Second);

        Assert.Equal(Length, _network.Run(() => asked));
        Assert.Empty(_events);
    }

    [Theory]
    [InlineData(SimulatedLinkKind.Stream, true)]
    [InlineData(SimulatedLinkKind.Slots, true)]
    [InlineData(SimulatedLinkKind.Stream, false)]
    [InlineData(SimulatedLinkKind.Slots, false)]
    public void So_does_an_answer_of_a_server_that_is_drained(SimulatedLinkKind kind, bool resume)
    {
        var session = Connect(kind, resume);
        var asked = session.RequestAsync(new byte[Length], static answer => answer.PayloadLength).AsTask();
        _network!.AdvanceBy(Second);

        var drained = _server!.HomeContext.RunAsync(_ => _server.DrainAsync()).AsTask();
        _network.AdvanceBy(21 * Second);

        Assert.Equal(Length, _network.Run(() => asked));
        Assert.True(drained.IsCompletedSuccessfully);
        Assert.Equal(CloseReason.ClosedByPeer, Assert.IsType<SessionClosed>(_events[^1]).Reason);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void So_do_many_short_answers_of_a_server_that_is_drained(SimulatedLinkKind kind)
    {
        const int Short = 4_000;
        var session = Connect(kind, resume: false, async request =>
        {
            await Task.Delay(2 * Second, _network!.TimeProvider);
            await request.RespondAsync(new byte[Short]);
        });
        var asked = Enumerable.Range(0, Length / Short).Select(_ => session.RequestAsync(new byte[1], static answer => answer.PayloadLength).AsTask()).ToArray();
        _network!.AdvanceBy(Second);

        var drained = _server!.HomeContext.RunAsync(_ => _server.DrainAsync()).AsTask();
        _network.AdvanceBy(13 * Second);

        Assert.All(asked, task => Assert.Equal(Short, _network.Run(() => task)));
        Assert.True(drained.IsCompletedSuccessfully);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_peer_that_takes_no_more_of_it_is_silent(SimulatedLinkKind kind)
    {
        var session = Connect(kind);
        _ = session.SendAsync(new byte[Length]).AsTask();
        _network!.AdvanceBy(5 * Second);
        Assert.Empty(_events);

        _network.Faults.Freeze("server", TimeSpan.FromMinutes(1));
        _network.AdvanceBy(Detect + (Detect / 3) + Second);

        Assert.IsType<SessionReconnecting>(Assert.Single(_events));
    }

    // What it has read is given back first: who waits for the answer must wait for that itself.
    private static ValueTask AnswerLong(InboundRequest request)
    {
        request.Dispose();
        return request.RespondAsync(new byte[Length]);
    }

    private AccelioSession Connect(SimulatedLinkKind kind, bool resume = true, Func<InboundRequest, ValueTask>? handler = null)
    {
        _network = new SimulatedNetwork(_scheduler) { LinkKind = kind, UsualConditions = _conditions };
        _network.Host("server").Run(async me =>
        {
            var server = _server = await AccelioServer.BindAsync(new Uri("sim://server:1"), new AccelioServerOptions { Context = me.CreateContext(), Resume = resume, DetectWithin = Detect });
            server.Messages.Read(static message => message.PayloadLength).Subscribe(_arrived.Add);
            server.Handle(handler ?? AnswerLong);
        });
        _network.RunUntilIdle();
        var options = new AccelioSessionOptions { Context = _network.CreateContext("client"), Resume = resume, DetectWithin = Detect };
        var session = _network.Run(() => AccelioSession.ConnectAsync(new Uri("sim://server:1"), options).AsTask());
        session.Events.Where(static what => what is not SessionEstablished).Subscribe(_events.Add);
        return session;
    }
}
