using Accelio.Reactive.Tests.Tcp;
using Accelio.Transports;
using Xunit;
using static Accelio.Reactive.Tests.BadInput.Stage;
using static Accelio.Transports.LinkError;

namespace Accelio.Reactive.Tests.BadInput;

/// <content>Silence, half of something, a drip: cut off by limits that are options (wire protocol, sections 19.2 and 19.3).</content>
internal static partial class BadPeers
{
    // All different, so that each case shows which option it was.
    private static TimeSpan SettingUp => TimeSpan.FromSeconds(3);
    private static TimeSpan Progress => TimeSpan.FromSeconds(4);
    private static TimeSpan Taking => TimeSpan.FromSeconds(6);
    private static TimeSpan Life => TimeSpan.FromSeconds(9);
    private static TimeSpan LifeOfC => TimeSpan.FromSeconds(15);

    private static IEnumerable<BadPeer> Stalls =>
    [
        Stall("says nothing", Connected, _ => { }, SetupTimeout, "0 of 8 bytes", SettingUp),
        Stall("says half a connect message", Connected, peer => peer.Send(new byte[5]), SetupTimeout, "5 of 8 bytes", SettingUp),
        Stall("is half a pair", Connected, peer => peer.Send(TcpListenerTests.Connect(2, 7)), SetupTimeout, "from port 7", SettingUp),
        Stall("does not set the link up", Introduced, _ => { }, SetupTimeout, "no set-up message", SettingUp),
        Stall("sets half of the link up", Introduced, peer => peer.Send(peer.Setup().AsMemory(0, 30)), SetupTimeout, "set-up", SettingUp),
        Stall("opens no session", Linked, _ => { }, SetupTimeout, "no session", SettingUp),
        Stall(
            "asks half for a session",
            Linked,
            peer => peer.Send(peer.SessionRequest().Control.AsMemory(0, 50)),
            SetupTimeout,
            "no session",
            SettingUp),
        Stall(
            "leaves out the data of a session request",
            Linked,
            peer => peer.Send(peer.SessionRequest().Control),
            SetupTimeout,
            "no session",
            SettingUp)
            with { IsDual = true },
        Stall(
            "sends half a header",
            InSession,
            peer => peer.Send(peer.Request().AsMemory(0, 50)),
            BodyStalled,
            "frame: 50 bytes",
            Progress),
        Stall(
            "sends half a small body",
            InSession,
            peer => peer.Send(peer.Request().AsMemory(0, 100)),
            BodyStalled,
            "frame: 100 bytes",
            Progress),
        Stall(
            "sends the head of a pair without its body",
            InSession,
            SendHead,
            BodyStalled,
            "frame: 96 bytes",
            Progress) with { IsDual = true },
        Stall("announces a body and sends none of it", InSession, peer => Announce(peer, 0), BodyStalled, "body: 0 of 67108864", Progress),
        Stall("sends part of a large body", InSession, peer => Announce(peer, 200_000), BodyStalled, "body: 200000 of 67108864", Progress),
        Stall(
            "sends part of a large body over a pair",
            InSession,
            peer => Announce(peer, 200_000),
            BodyStalled,
            "body: 200000 of",
            Progress)
            with { IsDual = true, IsOurs = true },
        Stall("is silent", InSession, peer => peer.Echo(), KeepAliveExpired, "nothing was received for 15 s", LifeOfC),
        Stall(
            "is silent, though one of ours",
            InSession,
            peer => peer.Echo(),
            KeepAliveExpired,
            "nothing was received for 9 s",
            Life) with { IsOurs = true },
        Stall("takes no answers", InSession, AskWithoutListening, SendStalled, "the peer took none", Taking),
        Stall("drips the link set-up", Introduced, _ => { }, SetupTimeout, "set-up", SettingUp) with { Drip = peer => peer.Setup() },
        Stall("drips a header", InSession, _ => { }, BodyStalled, "frame: 8 bytes", Progress) with { Drip = peer => peer.Request() },
        Stall(
            "drips a large body",
            InSession,
            peer => Announce(peer, 0),
            BodyStalled,
            "body: 8 of",
            Progress) with { Drip = _ => new byte[100] },
    ];

    private static BadPeer Stall(string name, Stage from, Action<RawPeer> misbehave, LinkError error, string field, TimeSpan limit) =>
        new(name, from, misbehave, error, field) { Options = SetLimits, Limit = limit };

    private static void SetLimits(AccelioServerOptions options)
    {
        options.SetupTimeout = SettingUp;
        options.BodyProgressTimeout = Progress;
        options.SendProgressTimeout = Taking;
        options.DetectWithin = Life;
        options.DetectCPeerWithin = LifeOfC;
    }

    private static void SendHead(RawPeer peer) => peer.Send(peer.Frame(peer.Next(FrameType.Request), body: new byte[20]).Control);

    private static void Announce(RawPeer peer, int part)
    {
        peer.Send(RawFrames.Announcement(peer.IsDual, peer.Next(FrameType.Request), 64 << 20));
        peer.Send(new byte[part], socket: peer.IsDual ? 1 : 0);
    }

    private static void AskWithoutListening(RawPeer peer)
    {
        peer.IsListening = false;
        var asked = 0;
        while (peer.TrySend(peer.Frame(peer.Next(FrameType.Request), body: new byte[8000]).Control))
        {
            Assert.True(++asked < 20_000, "the other side keeps any number of answers for a peer that takes none");
        }
    }
}
