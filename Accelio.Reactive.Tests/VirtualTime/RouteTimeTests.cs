using System.Net;
using System.Net.Sockets;
using Accelio.Reactive.Engine;
using Accelio.Transports;
using Accelio.Transports.Polling;
using Xunit;

namespace Accelio.Reactive.Tests.VirtualTime;

/// <summary>Names on the way to a link: each has its share of the time, as addresses have.</summary>
public sealed class RouteTimeTests : IRouteUser, IDisposable
{
    private readonly World _world = new();
    private readonly List<string> _asked = [];
    private readonly TaskCompletionSource<EndPoint[]> _late = new();
    private CloseInfo? _failure;
    private string? _reached;

    private PollerContext Context => (PollerContext)_world.ClientContext;

    public void Dispose() => _world.Dispose();

    [Fact]
    public void A_name_that_is_not_resolved_has_its_share_then_the_next_target_is_tried_and_what_comes_late_is_ignored()
    {
        Begin("sim://nowhere:1", "sim://server:1");

        _world.Pass(TimeSpan.FromSeconds(4.9));
        Assert.Equal(["sim://nowhere:1"], _asked);
        _world.Pass(TimeSpan.FromSeconds(0.2));
        Assert.Equal("sim://server:1", _reached);
        _late.SetResult([]);
        _world.Pass(TimeSpan.FromSeconds(10));

        Assert.Null(_failure);
        Assert.Equal(["sim://nowhere:1", "sim://server:1"], _asked);
    }

    [Fact]
    public void The_last_target_has_all_the_time_that_is_left_and_the_failure_names_what_was_tried()
    {
        Begin("sim://nowhere:1", "sim://nowhere:2");

        _world.Pass(TimeSpan.FromSeconds(9));
        Assert.Equal(["sim://nowhere:1", "sim://nowhere:2"], _asked);
        Assert.Null(_failure);
        _late.SetException(new TransportException("there is no such name", SocketError.HostNotFound));
        _world.Pass(TimeSpan.FromSeconds(0.1));

        Assert.Contains("sim://nowhere:1: its name was not resolved within 00:00:05", _failure?.Detail, StringComparison.Ordinal);
        Assert.Contains("sim://nowhere:2: there is no such name", _failure?.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void The_name_that_a_session_is_opened_to_is_looked_for_within_ConnectTimeout()
    {
        var looking = LookFor("sim://nowhere:1");

        _world.Pass(TimeSpan.FromSeconds(9));
        Assert.False(looking.IsCompleted);
        _world.Pass(TimeSpan.FromSeconds(1.1));

        var failure = Assert.IsType<AccelioTimeoutException>(looking.Exception?.InnerException);
        Assert.Contains("The name of nowhere was not resolved within ConnectTimeout, 00:00:10", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_look_for_the_name_has_taken_is_taken_from_ConnectTimeout()
    {
        var looking = LookFor("sim://nowhere:1");

        _world.Pass(TimeSpan.FromSeconds(4));
        _late.SetResult([new DnsEndPoint("here", 1)]);
        _world.Pass(TimeSpan.FromSeconds(1));

        Assert.True(looking.IsCompleted);
        Assert.InRange(new TimeSpan((await looking).Left), TimeSpan.FromSeconds(5.99), TimeSpan.FromSeconds(6));
    }

    void IRouteUser.OnRouteReady(Route route, ClientLink link) => _reached = route.Target;

    void IRouteUser.OnAnswerMissing(Route route) => throw new InvalidOperationException("nothing was asked");

    void IRouteUser.OnRouteFailed(Route route, in CloseInfo info) => _failure = info;

    private Task<(EndPoint[] Addresses, long Left)> LookFor(string server) => VirtualCall<(EndPoint[] Addresses, long Left)>.Around(NameLookup.RunAsync(
        Context, new Unresolved(TransportTable.Find(new Uri(server), Context), _late.Task), new Uri(server), TimeSpan.FromSeconds(10), CancellationToken.None)).AsTask();

    private void Begin(params string[] targets) => Context.Poller.Post(new ActionItem(() =>
    {
        var route = new Route(Context, new AccelioSessionOptions().Validate(), this, [.. targets.Select(target => new RouteTarget(target))])
        {
            Deadline = Context.Poller.Now + TimeSpan.FromSeconds(10).Ticks,
            Find = uri =>
            {
                _asked.Add(uri.OriginalString);
                var transport = TransportTable.Find(uri, Context);
                return uri.Host == "nowhere" ? new Unresolved(transport, _late.Task) : transport;
            },
        };
        route.Begin();
    }));

    private sealed class Unresolved(ITransport inner, Task<EndPoint[]> addresses) : ITransport
    {
        public string Scheme => inner.Scheme;

        public ValueTask<EndPoint[]> ResolveAsync(Uri uri, CancellationToken cancellationToken) => new(addresses);

        public IListener Listen(Poller poller, EndPoint address, LinkOptions options, Func<Link, ILinkSink> accept) => inner.Listen(poller, address, options, accept);

        public Link Dial(Poller poller, EndPoint address, LinkOptions options, ILinkSink sink) => inner.Dial(poller, address, options, sink);
    }
}
