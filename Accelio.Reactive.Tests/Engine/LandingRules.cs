using Accelio.Transports;
using Xunit;

namespace Accelio.Reactive.Tests.Engine;

/// <summary>Long bodies that the session wants in memory of its own: whose the hold is, whatever becomes of the message.</summary>
public sealed class LandingRules : IDisposable
{
    private readonly RegisteredMemory _memory = RegisteredMemory.Rent(10);

    public void Dispose() => _memory.Dispose();

    [Fact]
    public void The_hold_is_the_links_until_the_body_is_complete_and_the_leases_then()
    {
        var world = Server();
        world.Events.Keep = true;
        var request = world.NextRequest(FrameType.Request, 41);

        world.PeerBegins(request, bodyLength: 3);
        Assert.True(_memory.IsInUse);
        world.PeerEnds(request, "abc");

        var core = Assert.Single(world.Events.Kept);
        Assert.Equal(["choose for request of 3", "request abc"], world.Events.Log.Skip(1));
        Assert.Equal((_memory, 1), (core.Registered, core.RegisteredStart));
        Assert.Equal("abc"u8, _memory.GetSpan().Slice(1, 3));
        world.On(() => core.Release(core.Version));
        Assert.False(_memory.IsInUse);
    }

    [Fact]
    public void Several_bodies_under_way_end_in_any_order()
    {
        var world = Server();
        var messages = Enumerable.Range(0, 3).Select(_ => world.NextRequest(FrameType.OneWay, 0)).ToArray();
        Array.ForEach(messages, message => world.PeerBegins(message, bodyLength: 3));
        Assert.Equal(3, _memory.Holds);

        // The session of the middle one has ended.
        world.PeerEnds(messages[0], "one");
        world.PeerEnds(messages[1] with { Destination = 12345 }, "two");
        Assert.Equal(1, _memory.Holds);
        world.PeerEnds(messages[2], "six");

        Assert.Equal(0, _memory.Holds);
        Assert.Equal(["message one", "message six"], world.Events.Log.Where(line => line.StartsWith("message", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_end_of_the_link_gives_the_memory_back()
    {
        var world = Server();
        world.PeerBegins(world.NextRequest(FrameType.OneWay, 0), bodyLength: 3);
        world.PeerBegins(world.NextRequest(FrameType.Request, 41), bodyLength: 3);
        Assert.Equal(2, _memory.Holds);

        world.On(() => world.Machine.OnClosed(world.Link, LinkError.PeerClosed, "gone"));

        Assert.False(_memory.IsInUse);
    }

    [Fact]
    public void A_message_that_is_refused_when_it_is_complete_gives_the_memory_back()
    {
        var world = Server(ours: false);
        world.PeerOneWay("0");
        var duplicate = world.NextRequest(FrameType.OneWay, 0) with { Serial = 0 };
        world.PeerBegins(duplicate, bodyLength: 3);
        Assert.True(_memory.IsInUse);

        world.PeerEnds(duplicate, "abc");

        Assert.False(_memory.IsInUse);
        Assert.Contains("error MessageDiscarded", world.Events.Log);
    }

    [Fact]
    public void Nobody_is_asked_for_a_message_out_of_order_or_one_whose_body_is_here_or_empty()
    {
        var world = Server();
        world.PeerOneWay("here");
        world.PeerOneWay(string.Empty);
        world.PeerBegins(world.NextRequest(FrameType.OneWay, 0) with { SequenceNumber = 77 }, bodyLength: 3);

        Assert.Equal(LinkError.SequenceError, world.Link.Aborted?.Error);
        Assert.DoesNotContain(world.Events.Log, line => line.StartsWith("choose", StringComparison.Ordinal));
        Assert.False(_memory.IsInUse);
    }

    private EngineWorld Server(bool ours = true)
    {
        var world = new EngineWorld(isClient: false).Established(ours);
        world.Events.Memory = _memory;
        return world;
    }
}
