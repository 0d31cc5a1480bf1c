using System.Net;
using Accelio.Native.Verbs;
using Accelio.Reactive.Tests.Contract;
using Accelio.Reactive.Tests.Polling;
using Accelio.Transports;
using Accelio.Transports.Polling;
using Accelio.Transports.Rdma;
using Xunit;

namespace Accelio.Reactive.Tests.Rdma.Lane;

/// <summary>One listener, and peers that mean well beside others that do not.</summary>
public sealed class ManyPeersTests : IDisposable
{
    private const int MaxPending = 2;

    private readonly HandClock _clock = new();
    private readonly LinkOptions _options = new() { MaxPendingLinks = MaxPending };
    private readonly List<RecordingSink> _ends = [];
    private readonly List<string> _rejections = [];
    private readonly List<RawPeer> _peers = [];
    private readonly ManualPoller _poller;
    private readonly IListener _listener;

    public ManyPeersTests()
    {
        _poller = new ManualPoller(new PollerOptions { TimeProvider = _clock });
        IListener? listener = null;
        On(() => listener = new RdmaTransport().Listen(_poller, new IPEndPoint(RdmaAddresses.Server, 0), _options, link =>
        {
            var end = new RecordingSink($"end {_ends.Count}");
            _ends.Add(end);
            end.Attach(link);
            return end;
        }));
        _listener = listener!;
        _listener.OnRejected = (_, error, detail) => _rejections.Add($"{error}: {detail}");
    }

    public void Dispose()
    {
        On(() =>
        {
            _listener.Stop();
            foreach (var end in _ends.Where(end => !end.IsClosed))
            {
                end.Call(link => link.Abort(LinkError.Aborted, "the test is over"));
            }
        });
        Until(() => _ends.TrueForAll(end => end.IsClosed));
        _peers.ForEach(peer => peer.Dispose());
        _ends.ForEach(end => end.Dispose());
        _poller.Dispose();
    }

    [Fact]
    public void A_flood_of_requests_to_connect_is_refused_beyond_the_limit_and_those_who_are_served_go_on()
    {
        var good = ConnectAndSetUp();
        for (var i = 0; i < MaxPending; i++)
        {
            Connect();
        }

        for (var i = 0; i < 3; i++)
        {
            Connect(isRefused: true);
        }

        Assert.Equal(Enumerable.Repeat($"LimitExceeded: {MaxPending} links are being set up and {MaxPending + 1} are alive", 3), _rejections);
        good.Send(good.WriteRequest(0));
        Until(() => _ends[0].Frames.Count == 1);

        // Those that say nothing have had their time: others may come.
        _clock.Ticks += _options.SetupTimeout;
        Until(() => _ends.Count(end => end.IsClosed) == MaxPending);
        Assert.All(_ends.Skip(1), end => Assert.Equal(LinkError.SetupTimeout, end.ClosedError));
        ConnectAndSetUp();
    }

    [Fact]
    public void A_peer_that_breaks_the_protocol_ends_its_own_link_alone()
    {
        var good = ConnectAndSetUp();
        var bad = ConnectAndSetUp();

        bad.Send(bad.WriteRequest(9));

        Until(() => _ends[1].IsClosed);
        Assert.Equal(LinkError.SequenceError, _ends[1].ClosedError);
        bad.ExpectDisconnect();
        good.Send(good.WriteRequest(0));
        Until(() => _ends[0].Frames.Count == 1);
    }

    [Fact]
    public void More_links_than_a_queue_of_completions_is_made_for_have_a_larger_one()
    {
        const int Many = 9;
        var peers = Enumerable.Range(0, Many).Select(_ => ConnectAndSetUp()).ToArray();

        foreach (var peer in peers)
        {
            peer.Send(peer.WriteRequest(0));
        }

        Until(() => _ends.TrueForAll(end => end.Frames.Count == 1));
        Assert.Empty(_rejections);
    }

    private RawPeer ConnectAndSetUp()
    {
        var peer = Connect();
        peer.SendSetup();
        Until(() => _ends[^1].Configured);
        Assert.Equal(CompletionStatus.Success, peer.Complete(CompletionOpcode.Receive));
        return peer;
    }

    private RawPeer Connect(bool isRefused = false)
    {
        var known = _ends.Count;
        var peer = new RawPeer((IPEndPoint)_listener.LocalEndPoint, Turn, isRefused: isRefused);
        _peers.Add(peer);
        Until(() => isRefused || _ends.Count == known + 1);
        return peer;
    }

    private void Until(Func<bool> condition) => RawPeer.Until(condition, Turn);

    private void Turn() => _poller.RunDutyCycle();

    private void On(Action action)
    {
        var done = false;
        Assert.True(_poller.Post(new ActionItem(() =>
        {
            action();
            done = true;
        })));
        Until(() => done);
    }
}
