using Accelio.Reactive.Engine;
using Accelio.Transports;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Engine;

/// <summary>When devices may get at shared memory, and until when (docs/wire-protocol.md, 19.9).</summary>
public class DirectRules
{
    private const uint Generation = 3;
    private static readonly UInt128 Region = new(1, 2);
    private static readonly byte[] Withdraw = Payload(ControlOperation.Withdraw);
    private static readonly byte[] Withdrawn = Payload(ControlOperation.Withdrawn);

    [Fact]
    public void What_is_shared_is_exposed_to_the_peers_device_just_so_and_the_peer_is_told()
    {
        var world = Open();
        using var memory = RegisteredMemory.Rent(100);

        Expose(world, memory, RemoteAccess.Write);

        Assert.True(ExposePayload.TryParse(world.TakeOne().UserHeader, out var exposed, out _));
        Assert.Equal((2, Generation, Region, 100ul, 100u), (exposed.Access, exposed.Generation, exposed.Region, exposed.Length, exposed.Key));
        Assert.Equal([100u], world.Link.Devices!.Open);
        Assert.True(memory.IsInUse);
    }

    [Fact]
    public void A_device_that_takes_no_more_leaves_the_memory_to_messages()
    {
        var world = Open();
        world.Link.Devices!.IsFull = true;
        using var memory = RegisteredMemory.Rent(100);

        Expose(world, memory);

        Assert.Empty(world.TakeSent());
        Assert.False(memory.IsInUse);
        Assert.Equal(["note NotExposed"], world.Log.Skip(1));
    }

    [Fact]
    public void What_is_shared_no_more_stays_exposed_until_the_peer_has_let_go_of_it()
    {
        var world = Open();
        using var memory = RegisteredMemory.Rent(100);
        Expose(world, memory);
        world.TakeSent();

        world.On(() => world.Machine.Withdraw(Region));
        world.On(() => world.Machine.Withdraw(Region));
        Assert.Equal(Withdraw, world.TakeOne().UserHeader);
        Assert.Single(world.Link.Devices!.Open);
        PeerSays(world, Withdrawn);

        Assert.Empty(world.Link.Devices!.Open);
        Assert.False(memory.IsInUse);
    }

    [Fact]
    public void A_peer_that_does_not_let_go_of_it_within_DetectWithin_loses_the_link_and_the_memory_is_free()
    {
        var world = Open();
        using var memory = RegisteredMemory.Rent(100);
        Expose(world, memory);
        world.On(() => world.Machine.Withdraw(Region));

        world.Pass(TimeSpan.FromSeconds(10.1));

        Assert.Equal(LinkError.SendStalled, world.Link.Aborted?.Error);
        world.On(() => world.Machine.OnClosed(world.Link, LinkError.SendStalled, "aborted"));
        Assert.Empty(world.Link.Devices!.Open);
        Assert.False(memory.IsInUse);
    }

    [Fact]
    public void Withdrawn_where_nothing_was_withdrawn_ends_the_link()
    {
        var world = Open();
        using var memory = RegisteredMemory.Rent(100);
        Expose(world, memory);

        PeerSays(world, Withdrawn);

        Assert.Equal(LinkError.UnexpectedFrame, world.Link.Aborted?.Error);
    }

    [Theory]
    [InlineData(0, 100, RemoteAccess.Read, true)]
    [InlineData(99, 1, RemoteAccess.Read, true)]
    [InlineData(99, 2, RemoteAccess.Read, false)]
    [InlineData(101, 0, RemoteAccess.Read, false)]
    [InlineData(0, 1, RemoteAccess.Write, false)]
    public void What_the_peer_has_exposed_is_used_within_its_bounds_and_for_what_it_is_exposed_for(int offset, int length, RemoteAccess access, bool allowed)
    {
        var world = Open();
        PeerExposes(world);

        var region = world.Machine.FindRegion(Region)!;

        Assert.Equal(allowed, region.Allows(world.Connection.LocalId, Generation, access, offset, length));
        Assert.False(region.Allows(world.Connection.LocalId + 1, Generation, access, offset, length));
        Assert.False(region.Allows(world.Connection.LocalId, Generation + 1, access, offset, length));
    }

    [Fact]
    public void The_peer_is_told_that_its_memory_is_let_go_of_when_the_last_operation_in_it_has_ended()
    {
        var world = Open();
        PeerExposes(world);
        var region = world.Machine.FindRegion(Region)!;
        var operation = new Nothing();
        world.On(() => region.Begin(operation, 8));
        Assert.Equal((0x1008ul, 55u), (operation.RemoteAddress, operation.RemoteKey));

        PeerSays(world, Withdraw);
        Assert.Empty(world.TakeSent());
        Assert.False(region.Allows(world.Connection.LocalId, Generation, RemoteAccess.Read, 0, 1));
        world.On(region.Ended);

        Assert.Equal(Withdrawn, world.TakeOne().UserHeader);
        Assert.Null(world.Machine.FindRegion(Region));
    }

    [Fact]
    public void Memory_that_is_withdrawn_before_it_is_known_is_let_go_of_at_once_and_never_used()
    {
        var world = Open();

        PeerSays(world, Withdraw);
        Assert.Equal(Withdrawn, world.TakeOne().UserHeader);
        PeerExposes(world);

        Assert.Null(world.Machine.FindRegion(Region));
        Assert.Null(world.Link.Aborted);
    }

    [Fact]
    public void A_region_that_is_exposed_already_ends_the_link()
    {
        var world = Open();
        PeerExposes(world);

        PeerExposes(world);

        Assert.Equal(LinkError.UnexpectedFrame, world.Link.Aborted?.Error);
    }

    [Theory]
    [InlineData("10")]
    [InlineData("1000000000000003000000000000000100000000000000020000000000000064000000000000100000000037")]
    [InlineData("1004000000000003000000000000000100000000000000020000000000000064000000000000100000000037")]
    [InlineData("1001000000000003000000000000000100000000000000020000000000000000000000000000100000000037")]
    [InlineData("10010000000000030000000000000001000000000000000200000000000000640000000000001000000000370A")]
    [InlineData("1001000000000003000000000000000100000000000000020000000000000064FFFFFFFFFFFFFFFF00000037")]
    [InlineData("11")]
    [InlineData("12000000000000000100000000000000")]
    public void What_is_no_such_frame_ends_the_link(string payload)
    {
        var world = Open();

        PeerSays(world, Convert.FromHexString(payload));

        Assert.Equal(LinkError.MalformedControl, world.Link.Aborted?.Error);
    }

    private static EngineWorld Open() => new EngineWorld(more: LinkFeatures.Memory | LinkFeatures.DirectMemory).Established();

    private static void Expose(EngineWorld world, RegisteredMemory memory, RemoteAccess access = RemoteAccess.Read) => world.On(() =>
    {
        memory.Hold();
        world.Machine.Expose(world.Connection, new MemoryToken(Region, Generation, memory.Length, access), memory);
    });

    private static void PeerExposes(EngineWorld world)
    {
        var payload = new byte[ExposePayload.Size];
        new ExposePayload((byte)RemoteAccess.Read, Generation, Region, 100, 0x1000, 55).Write(payload);
        PeerSays(world, payload);
    }

    private static void PeerSays(EngineWorld world, byte[] payload) =>
        world.Peer(new FrameHeader { Type = FrameType.ExtensionRequest, Destination = world.Connection.LocalId }, payload);

    private static byte[] Payload(ControlOperation operation)
    {
        var payload = new byte[WithdrawPayload.Size];
        new WithdrawPayload(operation, Region).Write(payload);
        return payload;
    }

    private sealed class Nothing : DirectOperation
    {
        public override void OnDone(LinkError error, string? detail)
        {
        }
    }
}
