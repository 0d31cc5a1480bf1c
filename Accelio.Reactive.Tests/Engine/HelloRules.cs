using System.Net;
using Accelio.Reactive.Engine;
using Accelio.Transports;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Engine;

/// <summary>Connections that a client adds to a session: greetings of both kinds of peers, at the server and from the client.</summary>
public class HelloRules
{
    private const uint Session = 5;
    private static readonly UInt128 Key = new(1, 2);
    private static readonly IPEndPoint Here = new(IPAddress.Loopback, 4000);

    [Fact]
    public void A_refused_greeting_closes_the_link_of_a_peer_that_knows_no_other_answer()
    {
        var world = Greeted(ours: false);

        world.On(() => world.Greetings[0].Refuse("nobody is here"));

        Assert.Equal((LinkError.UnexpectedFrame, "nobody is here"), (world.Link.Aborted?.Error, world.Link.Aborted?.Detail));
    }

    [Fact]
    public void A_refused_greeting_of_one_of_ours_is_answered_with_a_status_and_the_link_lives()
    {
        var world = Greeted(ours: true);

        world.On(() => world.Greetings[0].Refuse("nobody is here"));

        var answer = world.TakeOne();
        Assert.Equal((FrameType.HelloResponse, 31u, (uint)AccelioStatus.NotSession), (answer.Header.Type, answer.Header.RemoteTask, answer.Header.Status));
        Assert.Null(world.Link.Aborted);
    }

    [Fact]
    public void An_accepted_greeting_of_a_c_peer_goes_by_the_ids_of_the_session_both_ways()
    {
        var world = Greeted(ours: false);
        Assert.False(world.Greetings[0].HasConnectionId);

        world.On(() => world.Connection = world.Greetings[0].Accept(world.Events, Session, new SessionPeer(9, default, null, Here))!);

        Assert.Equal(FrameType.HelloResponse, world.TakeOne().Header.Type);
        Assert.Equal((Session, 9u, ConnectionState.Online), (world.Connection.LocalId, world.Connection.PeerId, world.Connection.State));
    }

    [Fact]
    public void An_accepted_greeting_of_one_of_ours_exchanges_ids_of_the_connection()
    {
        var world = Greeted(ours: true, new MessageItems { HasConnectionId = true, ConnectionId = 77, HasSessionKey = true, SessionKey = Key });
        Assert.Equal((true, Key), (world.Greetings[0].HasConnectionId, world.Greetings[0].SessionKey));

        world.On(() => world.Connection = world.Greetings[0].Accept(world.Events, 66, new SessionPeer(9, default, Key, Here))!);

        var answer = world.TakeOne();
        Assert.True(MessageItems.TryParse(answer.Items, out var items, out _, out _));
        Assert.Equal((true, 66u), (items.HasConnectionId, items.ConnectionId));
        Assert.Equal((66u, 77u), (world.Connection.LocalId, world.Connection.PeerId));
    }

    [Fact]
    public void A_client_shows_the_key_and_takes_the_id_that_the_portal_gives_it()
    {
        var world = new EngineWorld(more: LinkFeatures.Connections);
        world.PeerSetup(ours: true);
        world.On(() => world.Connection = world.Machine.OpenConnection(world.Events, 3, new SessionPeer(Session, default, Key, Here)));
        var hello = world.TakeOne();
        Assert.Equal((FrameType.HelloRequest, Session), (hello.Header.Type, hello.Header.Destination));
        Assert.True(MessageItems.TryParse(hello.Items, out var items, out _, out _));
        Assert.Equal((Key, world.Connection.LocalId), (items.SessionKey, items.ConnectionId));

        world.Peer(
            new FrameHeader { Type = FrameType.HelloResponse, RemoteTask = hello.Header.LocalTask, Flags = MessageFlags.Items },
            Area(new MessageItems { HasConnectionId = true, ConnectionId = 66 }));

        Assert.Equal((66u, ConnectionState.Online), (world.Connection.PeerId, world.Connection.State));
    }

    [Fact]
    public void A_client_shows_a_c_portal_neither_key_nor_id()
    {
        var world = new EngineWorld();
        world.PeerSetup(ours: false);

        world.On(() => world.Connection = world.Machine.OpenConnection(world.Events, 3, new SessionPeer(Session, default, null, Here)));

        var hello = world.TakeOne();
        Assert.Equal((0, 0u, 3u), (hello.Items.Length, hello.Header.Flags, world.Connection.LocalId));
    }

    [Fact]
    public void The_id_of_a_greeting_that_was_given_up_is_not_free_on_its_link_until_the_c_portal_has_answered_and_parted()
    {
        var world = new EngineWorld().Established(ours: false);
        world.On(() => world.Connection = world.Machine.OpenConnection(world.Events, 3, new SessionPeer(Session, default, null, Here)));
        var hello = world.TakeOne();

        world.On(() => world.Connection.Abort());
        Assert.Equal((false, true), (world.Machine.IsIdFree(3), world.Machine.IsIdFree(4)));

        world.Peer(new FrameHeader { Type = FrameType.HelloResponse, RemoteTask = hello.Header.LocalTask });
        var fin = world.TakeOne();
        Assert.Equal((FrameType.FinRequest, false), (fin.Header.Type, world.Machine.IsIdFree(3)));

        world.Peer(new FrameHeader { Type = FrameType.FinResponse, RemoteTask = fin.Header.LocalTask });
        world.Peer(new FrameHeader { Type = FrameType.FinRequest, Destination = 3, LocalTask = 9 });
        Assert.True(world.Machine.IsIdFree(3));
    }

    [Fact]
    public void A_portal_that_does_not_have_the_session_ends_the_connection_and_not_the_link()
    {
        var world = new EngineWorld(more: LinkFeatures.Connections);
        world.PeerSetup(ours: true);
        world.On(() => world.Connection = world.Machine.OpenConnection(world.Events, 3, new SessionPeer(Session, default, Key, Here)));
        var hello = world.TakeOne();

        world.Peer(new FrameHeader { Type = FrameType.HelloResponse, RemoteTask = hello.Header.LocalTask, Status = (uint)AccelioStatus.NotSession });

        Assert.Equal(ConnectionState.Closed, world.Connection.State);
        Assert.Null(world.Link.Aborted);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void Who_has_got_a_key_must_show_it_wherever_it_comes_from(bool shows, bool isSource)
    {
        var world = Greeted(ours: true, new MessageItems { HasConnectionId = true, HasSessionKey = true, SessionKey = shows ? Key : Key + 1 });

        Assert.Equal(isSource, new SessionPeer(9, default, Key, new IPEndPoint(IPAddress.Parse("192.0.2.1"), 1)).IsSource(world.Greetings[0]));
    }

    [Fact]
    public void Who_has_got_a_key_and_shows_none_is_not_the_client()
    {
        var world = Greeted(ours: false);

        Assert.False(new SessionPeer(9, default, Key, world.Link.RemoteEndPoint).IsSource(world.Greetings[0]));
    }

    private static EngineWorld Greeted(bool ours, MessageItems items = default)
    {
        var world = new EngineWorld(isClient: false, more: LinkFeatures.Connections);
        world.PeerSetup(ours);
        world.Peer(
            new FrameHeader { Type = FrameType.HelloRequest, Destination = Session, LocalTask = 31, Flags = ours ? MessageFlags.Items : 0 },
            ours ? Area(items) : null);
        return world;
    }

    private static byte[] Area(in MessageItems items)
    {
        var area = new byte[items.Length];
        items.Write(area);
        return area;
    }
}
