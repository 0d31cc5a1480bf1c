using Accelio.Transports;
using Xunit;

namespace Accelio.Reactive.Tests.BadInput;

/// <summary>Clients that break the protocol, towards a real server over TCP with another client that behaves.</summary>
public class BadPeerTests
{
    public static TheoryData<string> Violations => [.. BadPeers.Violations.Keys];

    public static TheoryData<string> Tolerated => [.. BadPeers.Tolerated.Keys];

    public static TheoryData<string> Stalling => [.. BadPeers.Stalling.Keys];

    [Theory]
    [MemberData(nameof(Violations))]
    public void Who_breaks_the_protocol_is_cut_off_by_name_and_nobody_else_is_harmed(string name)
    {
        var bad = BadPeers.Violations[name];
        using var world = new ServerWorld(bad.Options);
        var peer = world.Peer(bad.IsDual, bad.IsOurs).Reach(bad.From);

        bad.Misbehave(peer);

        AssertCutOff(world, peer, bad);
        world.AssertUnharmed();
    }

    [Theory]
    [MemberData(nameof(Tolerated))]
    public void What_C_peers_do_is_tolerated(string name)
    {
        var odd = BadPeers.Tolerated[name];
        using var world = new ServerWorld(odd.Options);
        var peer = world.Peer(odd.IsDual, odd.IsOurs).Reach(odd.From);

        odd.Misbehave(peer);
        peer.Reach(Stage.InSession).Echo();
        Assert.Empty(world.Log.LinkFailures);
        peer.Dispose();
        world.AssertUnharmed();
    }

    [Theory]
    [MemberData(nameof(Stalling))]
    public void Who_is_silent_slow_or_stops_half_way_is_cut_off_in_time(string name)
    {
        var bad = BadPeers.Stalling[name];
        using var world = new ServerWorld(bad.Options);
        var peer = world.Peer(bad.IsDual, bad.IsOurs).Reach(bad.From);
        bad.Misbehave(peer);
        var drip = bad.Drip?.Invoke(peer) ?? [];
        var next = 0;

        void Wait(TimeSpan span) => world.Pass(span, () =>
        {
            if (next < drip.Length && !peer.IsOver)
            {
                peer.Send(drip.AsMemory(next++, 1));
            }
        });

        Wait(bad.Limit - TimeSpan.FromSeconds(0.5));
        Assert.Empty(world.Log.LinkFailures);
        Wait(TimeSpan.FromSeconds(1));

        peer.IsListening = true;
        AssertCutOff(world, peer, bad);
        world.AssertUnharmed();
    }

    private static void AssertCutOff(ServerWorld world, RawPeer peer, BadPeer bad)
    {
        world.Until(() => peer.IsOver && world.Log.LinkFailures.Count != 0, () => $"over: {peer.IsOver}");
        var failure = Assert.Single(world.Log.LinkFailures);
        Assert.Equal((bad.Error, peer.Address), (failure.Error, failure.Peer));
        Assert.Contains(bad.Field, failure.Detail, StringComparison.Ordinal);
        if (bad.From == Stage.InSession)
        {
            var closed = world.ClosedEventOf(world.Sessions[1]);
            Assert.Equal(bad.Error >= LinkError.BadConnectMessage ? CloseReason.ProtocolViolation : CloseReason.TimedOut, closed.Reason);
            Assert.Equal($"{failure.Error}: {failure.Detail}", closed.Detail);
        }
    }
}
