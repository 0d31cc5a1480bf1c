using Accelio.Reactive.Engine;
using Accelio.Transports;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Engine;

public class SessionSetupRules
{
    private readonly EngineWorld _world = new();

    [Fact]
    public void An_accepted_session_is_established_with_the_servers_data()
    {
        _world.Established();

        Assert.Equal(["established welcome"], _world.Events.Log);
    }

    [Fact]
    public void A_session_request_carries_uri_and_window()
    {
        _world.PeerSetup(ours: true);
        _world.On(() => _world.Machine.OpenSession(_world.Events, "tcp://h/prices"u8, "hi"u8));

        var request = _world.TakeOne();

        Assert.Equal(FrameType.SessionRequest, request.Type);
        Assert.Equal(MessageFlags.Items, request.Header.Flags);
        Assert.True(MessageItems.TryParse(request.Items, out var items, out _, out _));
        Assert.True(items is { HasWindow: true, HasResponseRoom: true, WindowMessages: ReceiveWindow.InitialMessages, WindowBytes: (ulong)ReceiveWindow.InitialBytes });
        Assert.True(SessionSetupRequest.TryParse(request.UserHeader, out var parsed, out _));
        Assert.Equal("tcp://h/prices"u8, parsed.Uri);
        Assert.Equal("hi"u8, parsed.PrivateData);
    }

    [Fact]
    public void Nothing_of_ours_is_told_to_a_C_server()
    {
        _world.PeerSetup(ours: false);
        _world.On(() => _world.Machine.OpenSession(_world.Events, "tcp://h/prices"u8, default));

        var request = _world.TakeOne();

        Assert.Equal(0u, request.Header.Flags);
        Assert.Empty(request.Items);
    }

    [Fact]
    public void A_rejected_session_closes_both_ways_and_tells_reason_and_data()
    {
        _world.PeerSetup(ours: false);
        var connection = Open();
        var task = _world.TakeOne().Header.LocalTask;
        var payload = new byte[64];
        SessionSetupResponse.TryWriteReject(payload, 7, 106, "no"u8, out var length);

        _world.Peer(new FrameHeader { Type = FrameType.SessionResponse, RemoteTask = task }, payload[..length]);
        var fin = _world.TakeOne();
        _world.Peer(new FrameHeader { Type = FrameType.FinRequest, Destination = connection.LocalId, LocalTask = 3 });
        _world.Peer(new FrameHeader { Type = FrameType.FinResponse, RemoteTask = fin.Header.LocalTask });

        Assert.Equal(FrameType.FinRequest, fin.Type);
        Assert.Equal(["closed Rejected"], _world.Events.Log);
        Assert.Equal((AccelioStatus)106, _world.Events.Closed?.Status);
        Assert.Equal("no"u8.ToArray(), _world.Events.Closed?.PrivateData.ToArray());
    }

    [Fact]
    public void Portals_and_redirects_are_passed_on_and_the_connection_closes()
    {
        _world.PeerSetup(ours: false);
        Open();
        var task = _world.TakeOne().Header.LocalTask;
        var payload = new byte[128];
        ReadOnlyMemory<byte>[] portals = ["tcp://h:2"u8.ToArray(), "tcp://h:3"u8.ToArray()];
        SessionSetupResponse.TryWriteAccept(payload, 7, default, portals, default, out var length);

        _world.Peer(new FrameHeader { Type = FrameType.SessionResponse, RemoteTask = task }, payload[..length]);

        Assert.Equal(["portals tcp://h:2,tcp://h:3 of 7"], _world.Events.Log);
        Assert.Equal(FrameType.FinRequest, _world.TakeOne().Type);
    }

    [Fact]
    public void A_malformed_answer_closes_the_link()
    {
        _world.PeerSetup(ours: false);
        Open();
        var task = _world.TakeOne().Header.LocalTask;

        _world.Peer(new FrameHeader { Type = FrameType.SessionResponse, RemoteTask = task }, [0, 0, 0, 1, 0, 9]);

        Assert.Equal(LinkError.MalformedControl, _world.Link.Aborted?.Error);
    }

    [Fact]
    public void A_server_accepts_and_names_its_own_random_id()
    {
        var world = new EngineWorld(isClient: false).Established();

        Assert.Equal(["established"], world.Events.Log);
        Assert.NotEqual(0u, world.Connection.LocalId);
        Assert.Equal(9u, world.Connection.PeerId);
    }

    [Fact]
    public void A_link_carries_only_so_many_sessions()
    {
        var world = new EngineWorld(isClient: false, new AccelioServerOptions { MaxSessionsPerLink = 1 }).Established();

        world.PeerAsksForSession();

        Assert.Null(world.Link.Aborted);
        Assert.Single(world.Incoming);
        Assert.True(SessionSetupResponse.TryParse(world.TakeSent()[0].UserHeader, out var answer, out _));
        Assert.Equal((SessionAction.Reject, (uint)AccelioStatus.SessionRefused), (answer.Action, answer.Reason));

        world.PeerAsksForSession();

        Assert.Equal(LinkError.LimitExceeded, world.Link.Aborted?.Error);
    }

    private ConnectionMachine Open()
    {
        ConnectionMachine connection = null!;
        _world.On(() => connection = _world.Machine.OpenSession(_world.Events, "tcp://h/x"u8, default));
        return connection;
    }
}
