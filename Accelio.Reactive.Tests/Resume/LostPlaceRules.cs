using System.Reactive.Linq;
using Microsoft.Reactive.Testing;
using Xunit;
using static Accelio.Reactive.Tests.Resume.ResumeWorld;

namespace Accelio.Reactive.Tests.Resume;

/// <summary>A session that was sent elsewhere when it was opened, and cannot reach its server any more: it goes on at the other places that it knows.</summary>
public sealed class LostPlaceRules : IDisposable
{
    private readonly SimulatedNetwork _network = new(scheduler: new TestScheduler()) { UsualConditions = new SimulatedConditions { Latency = Latency } };
    private readonly List<string> _ran = [];
    private string[] _redirect = ["one", "two"];
    private bool _answers = true;

    public LostPlaceRules()
    {
        foreach (var host in new[] { "front", "one", "two" })
        {
            _network.Host(host).Run(ServeAsync);
        }

        _network.RunUntilIdle();
    }

    /// <inheritdoc/>
    public void Dispose() => _network.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void It_goes_on_at_the_next_place_that_the_redirect_named_with_what_may_run_twice_and_what_never_left(int connections)
    {
        var session = Connect(options => options.ConnectionsPerContext = connections);
        var events = EventsOf(session);
        _answers = false;
        var asked = AskAsync(session, 1);
        var idempotent = AskAgainAsync(session, 2);
        _network.AdvanceBy(Latency * 2);
        Assert.Equal(["one 1", "one 2"], _ran.Order());

        _answers = true;
        _network.Faults.Crash("one");
        _network.AdvanceBy(Latency * 2);
        var unsent = AskAsync(session, 3);
        _network.AdvanceBy(Second * 20);

        Assert.True(Assert.IsType<ConnectionLostException>(asked.Exception?.InnerException).MayHaveExecuted);
        Assert.Equal(2, _network.Run(() => idempotent));
        Assert.Equal(Answer(3), _network.Run(() => unsent));
        Assert.Equal(["one 1", "one 2", "two 2", "two 3"], _ran.Order());
        Assert.Equal(connections, session.Connections.Count);
        Assert.Equal(Enumerable.Repeat(typeof(SessionReconnecting), connections).Append(typeof(SessionFailedOver)), events);
    }

    [Fact]
    public void It_goes_on_where_it_was_opened_when_the_redirect_named_no_other_place()
    {
        _redirect = ["one"];
        var session = Connect();
        _network.Faults.Crash("one");
        _redirect = [];
        _network.AdvanceBy(Second * 20);

        Assert.Equal(Answer(1), _network.Run(() => AskAsync(session, 1)));
        Assert.Equal(["front 1"], _ran);
    }

    [Fact]
    public void It_does_so_too_when_its_window_ends_before_its_attempts()
    {
        var session = Connect(static options => (options.ResumeWindow, options.Reconnect) = (Second * 3, ReconnectPolicy.Default));
        LosePath();
        var asked = AskAsync(session, 1);
        _network.AdvanceBy(Second * 2);
        Assert.False(asked.IsCompleted);

        _network.AdvanceBy(Second * 5);

        Assert.Equal(Answer(1), _network.Run(() => asked));
        Assert.Equal(["two 1"], _ran);
    }

    [Fact]
    public void It_stays_there_when_its_first_place_is_well_again_and_goes_back_when_it_loses_the_next_one()
    {
        var session = Connect();
        _network.Faults.Crash("one");
        _network.AdvanceBy(Second * 20);
        _network.Faults.Restart("one");
        _network.AdvanceBy(Second * 60);
        Assert.Equal(Answer(1), _network.Run(() => AskAsync(session, 1)));

        _network.Faults.Crash("two");
        _network.AdvanceBy(Second * 20);

        Assert.Equal(Answer(2), _network.Run(() => AskAsync(session, 2)));
        Assert.Equal(["two 1", "one 2"], _ran);
    }

    [Fact]
    public void A_place_that_is_well_again_in_time_has_the_session_still()
    {
        var session = Connect();
        var events = EventsOf(session);
        LosePath();
        var asked = AskAsync(session, 1);
        _network.AdvanceBy(Second);
        _network.Faults.HealAll();
        _network.AdvanceBy(Second * 20);

        Assert.Equal(Answer(1), _network.Run(() => asked));
        Assert.Equal(["one 1"], _ran);
        Assert.Equal([typeof(SessionReconnecting), typeof(SessionResumed)], events);
    }

    [Theory]
    [InlineData(PathMode.ActiveStandby)]
    [InlineData(PathMode.ActiveActive)]
    public void Its_paths_lead_to_the_place_that_has_it_and_one_that_fails_costs_nothing(PathMode mode)
    {
        _network.Host("client").AddAddress(PathWorld.One);
        _network.Host("client").AddAddress(PathWorld.Two);
        var session = Connect(options => (options.PathMode, options.Paths) = (mode, [new SessionPath(PathWorld.One), new SessionPath(PathWorld.Two)]));
        _network.AdvanceBy(Second);
        var events = EventsOf(session);
        _answers = false;
        var asked = AskAsync(session, 1);
        _network.AdvanceBy(Latency * 2);
        _answers = true;
        Assert.Equal($"{PathWorld.One}", PathWorld.From(session.Connections[0]));

        _network.Faults.Partition($"{PathWorld.One}", "one").CutLinks($"{PathWorld.One}", "one");
        _network.AdvanceBy(Second * 5);

        Assert.False(asked.IsCompleted);
        Assert.Equal([typeof(SessionReconnecting), typeof(SessionResumed)], events);
        Assert.All(session.Connections, static connection => Assert.Equal($"{PathWorld.Two}", PathWorld.From(connection)));
        Assert.Equal(Answer(2), _network.Run(() => AskAsync(session, 2)));
        Assert.Equal(["one 1", "one 2"], _ran);
    }

    [Fact]
    public void It_ends_in_time_when_no_place_answers()
    {
        var session = Connect();
        _network.Faults.Crash("front").Crash("one").Crash("two");
        _network.AdvanceBy(Latency * 2);
        var asked = AskAsync(session, 1);
        _network.AdvanceBy(Second * 20);

        Assert.Equal(SessionState.Closed, session.State);
        Assert.False(Assert.IsType<ConnectionLostException>(asked.Exception?.InnerException).MayHaveExecuted);
    }

    private void LosePath() => _network.Faults.Partition("client", "one").CutLinks("client", "one");

    private AccelioSession Connect(Action<AccelioSessionOptions>? configure = null)
    {
        var options = new AccelioSessionOptions { Context = _network.CreateContext("client"), Resume = true, ConnectTimeout = Second * 4, Reconnect = new ReconnectPolicy(maxTime: Second * 5) };
        configure?.Invoke(options);
        return _network.Run(() => AccelioSession.ConnectAsync(new Uri("sim://front:1"), options).AsTask());
    }

    private async Task ServeAsync(SimulatedHost me)
    {
        var server = await AccelioServer.BindAsync(new Uri($"sim://{me.Name}:1"), new AccelioServerOptions { Context = me.CreateContext(), Resume = true });
        server.SessionRequests.Subscribe(request =>
        {
            if (me.Name == "front" && _redirect.Length != 0)
            {
                request.Redirect([.. _redirect.Select(static host => new Uri($"sim://{host}:1"))]);
            }
            else
            {
                request.Accept();
            }
        });
        server.Handle(async request =>
        {
            _ran.Add($"{me.Name} {request.Payload.FirstSpan[0]}");
            if (!_answers)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, _network.TimeProvider, request.Canceled);
            }

            await request.RespondAsync(request.Payload);
        });
    }

    private static Task<int> AskAgainAsync(AccelioSession session, byte first) =>
        session.RequestAsync(new OutboundMessage(new[] { first }.AsMemory()) { Idempotent = true }, static answer => (int)answer.Payload.FirstSpan[0]).AsTask();
}
