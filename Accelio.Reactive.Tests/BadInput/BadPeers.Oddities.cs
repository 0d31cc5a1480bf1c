using Accelio.Reactive.Tests.Tcp;
using Accelio.Reactive.Tests.Wire;
using Accelio.Transports;
using Accelio.Transports.Wire;
using Xunit;
using static Accelio.Reactive.Tests.BadInput.Stage;
using static Accelio.Transports.LinkError;

namespace Accelio.Reactive.Tests.BadInput;

/// <content>What C peers do, or newer ones may do, and is to be tolerated (wire protocol, sections 6, 13, 19.1, 19.2).</content>
internal static partial class BadPeers
{
    private const uint ApplicationFlags = 0xFFFF_E3EE;

    private static IEnumerable<BadPeer> Oddities =>
    [
        new("a connect message with stale bytes and a port of no use", Connected, peer => peer.Introduce([0, 0, 0, 1, 0, 9, 0xAA, 0xAA])),
        new("a link set-up byte by byte", Introduced, SendSetupByteByByte),
        OddSetup("flags of the future", setup => setup.With(SetupFlagsAt, 2, 0xBFFE)),
        OddSetup("an extension flag without a block", setup => setup.With(SetupFlagsAt, 2, 0x4000)),
        OddSetup("stale bytes in the pad of the link set-up", setup => setup.With(44, 4, 0xAAAAAAAA)),
        OddSetup("limits without measure", setup => setup.With(32, 4, uint.MaxValue).With(36, 4, uint.MaxValue).With(40, 4, uint.MaxValue)),
        OddSetup("a small receive buffer", setup => setup.With(BufferSizeAt, 8, 1024)),
        OddSetup("64 bytes behind the link set-up", setup => [.. setup.With(TlvLengthAt, 8, 32 + 64), .. Garbage[..64]]),
        OddBlock("a block of somebody else", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        OddBlock("a block of a newer version", [0x41, 0x43, 0x4E, 0x58, 0, 2, 0xFF, 0xFF]),
        OddBlock("an item of the future", [0x41, 0x43, 0x4E, 0x58, 0, 1, 0, 6, 0, 99, 0, 2, 1, 2]),
        new("a request before the session", Linked, peer => peer.Send(peer.Frame(Stray(FrameType.Request), body: new byte[20]))),
        new("a large one-way message before the session", Linked, SendLargeStray),
        new("a FIN before the session", Linked, Part),
        new("a uri that is no text", Linked, AskWithoutUri),
        new("a request to an unknown session", InSession, peer => peer.Send(peer.Frame(Stray(FrameType.Request), body: new byte[20]))),
        new("a large message to an unknown session", InSession, SendLargeStray) { IsDual = true },
        new("a FIN for an unknown session", InSession, Part),
        new("a sign of life for an unknown session", InSession, peer => peer.Send(peer.Frame(Stray(FrameType.KeepAliveRequest)))),
        new("an unknown request", InSession, peer => peer.Send(peer.Frame(Stray((FrameType)0x10002) with { Destination = peer.Session }))),
        new(
            "a control frame of an extension that was not agreed",
            InSession,
            peer => peer.Send(peer.Frame(Stray(FrameType.ExtensionRequest) with { Destination = peer.Session }, [9]))),
        OddRequest("another version of the transport header", request => request.With(56, 1, 77)),
        OddRequest("stale bytes in the session header", request => request.With(38, 2, 0xAAAA).With(40, 4, 0xAAAAAAAA)),
        OddRequest("stale bytes in the transport header", request => request.With(62, 2, 0xAAAA).With(76, 4, 0xAAAAAAAA)),
        OddRequest("stale bytes beside the operations", request => request.With(68, 2, 0xAAAA)),
        OddRequest("a length that is not used", request => request.With(84, 4, 0xAAAAAAAA)),
        OddHeader("every flag of applications, and those of the future", header => header with { Flags = ApplicationFlags }),
        OddHeader("a sequence number out of order", header => header with { SequenceNumber = 99 }),
        OddHeader("credits without measure", header => header with { CreditMessages = ushort.MaxValue, CreditBytes = ulong.MaxValue }),
        new("our credits without measure", InSession, GrantTooMuch) { IsOurs = true },
        new("a header of 4000 bytes", InSession, peer => Ask(peer, peer.Next(FrameType.Request), userHeader: new byte[4000])),
        new("a duplicate", InSession, SendTwice),
        new("credits that nobody counts", InSession, peer => peer.Send(peer.Frame(peer.Next(FrameType.CreditUpdate)))),
        new("a body of no parts", InSession, peer => peer.Send(RawFrames.Announcement(peer.IsDual, peer.Next(FrameType.OneWay)))),
        new("a request byte by byte", InSession, SendRequestByteByByte),
    ];

    private static FrameHeader Stray(FrameType type) => new() { Type = type, Destination = 77, LocalTask = 77 };

    private static void Part(RawPeer peer)
    {
        peer.Send(peer.Frame(Stray(FrameType.FinRequest)));
        Assert.Equal((FrameType.FinResponse, 77u), peer.Take().Header is var answer ? (answer.Type, answer.RemoteTask) : default);
    }

    private static BadPeer OddSetup(string name, Func<byte[], byte[]> spoil) =>
        new(name, Introduced, peer => SetUp(peer, spoil(peer.Setup())));

    private static BadPeer OddBlock(string name, byte[] block) => new(name, Introduced, peer => SetUp(peer, peer.Setup(block)));

    private static BadPeer OddRequest(string name, Func<byte[], byte[]> spoil) =>
        new(name, InSession, peer => peer.Send(spoil(peer.Frame(peer.Next(FrameType.OneWay), body: new byte[20]).Control)));

    private static BadPeer OddHeader(string name, Func<FrameHeader, FrameHeader> spoil) =>
        new(name, InSession, peer => Ask(peer, spoil(peer.Next(FrameType.Request))));

    private static void SetUp(RawPeer peer, byte[] setup)
    {
        peer.Send(setup);
        peer.TakeSetup();
    }

    private static void SendSetupByteByByte(RawPeer peer)
    {
        peer.SendByteByByte(peer.Setup());
        peer.TakeSetup();
    }

    private static void AskWithoutUri(RawPeer peer)
    {
        peer.Send(peer.SessionRequest(SessionPayload(uri: 40, privateData: 0, rest: 40)));
        peer.TakeSession();
    }

    private static void Ask(RawPeer peer, FrameHeader header, byte[]? userHeader = null)
    {
        peer.Send(peer.Frame(header, userHeader, "echo"u8.ToArray()));
        peer.TakeEcho(header);
    }

    private static void SendLargeStray(RawPeer peer)
    {
        peer.Send(RawFrames.Announcement(peer.IsDual, Stray(FrameType.OneWay), 1_000_000));
        peer.Send(new byte[1_000_000], socket: peer.IsDual ? 1 : 0);
    }

    private static void GrantTooMuch(RawPeer peer)
    {
        var grant = new byte[GrantPayload.Size];
        new GrantPayload(uint.MaxValue, ulong.MaxValue).Write(grant);
        peer.Send(peer.Frame(Stray(FrameType.ExtensionRequest) with { Destination = peer.Session }, grant));
        peer.Send(peer.Frame(Stray(FrameType.ExtensionRequest) with { Destination = peer.Session }, grant));
    }

    private static void SendTwice(RawPeer peer)
    {
        peer.Echo();
        peer.Send(peer.Frame(peer.Next(FrameType.Request) with { Serial = 0 }));
    }

    private static void SendRequestByteByByte(RawPeer peer)
    {
        var header = peer.Next(FrameType.Request);
        peer.SendByteByByte(peer.Frame(header, body: "echo"u8.ToArray()).Control);
        peer.TakeEcho(header);
    }
}
