using Accelio.Reactive.Tests.Tcp;
using Accelio.Reactive.Tests.Wire;
using Accelio.Transports;
using Accelio.Transports.Wire;
using static Accelio.Reactive.Tests.BadInput.Stage;
using static Accelio.Transports.LinkError;

namespace Accelio.Reactive.Tests.BadInput;

/// <content>Until the session is there: connect message, link set-up, session set-up (wire protocol, sections 3, 5, 10, 11, 19.2,
/// 19.3).</content>
internal static partial class BadPeers
{
    private const int TypeAt = 4;
    private const int TlvLengthAt = 8;
    private const int VersionAt = 16;
    private const int SetupFlagsAt = 18;
    private const int BufferSizeAt = 24;

    private static readonly byte[] Garbage = [.. Enumerable.Repeat((byte)0xAA, 200)];

    /// <summary>Before the link is set up.</summary>
    private static IEnumerable<BadPeer> WithoutLink =>
    [
        new("an unknown kind of socket", Connected, peer => peer.Send(TcpListenerTests.Connect(9, 0)), BadConnectMessage, "sock_type"),
        new("no kind of socket", Connected, peer => peer.Send(new byte[8]), BadConnectMessage, "sock_type"),
        new(
            "half a pair that names no other",
            Connected,
            peer => peer.Send(TcpListenerTests.Connect(3, 0)),
            BadConnectMessage,
            "second_port"),
        new(
            "a program of another protocol",
            Connected,
            peer => peer.Send("GET / HTTP/1.1\r\n\r\n"u8.ToArray()),
            BadConnectMessage,
            "sock_type"),
        new("garbage instead of the link set-up", Introduced, peer => peer.Send(Garbage), BadMagic, "tlv magic"),
        new("a request before the link set-up", Introduced, peer => peer.Send(peer.Request()), UnexpectedFrame, "tlv type"),
        Setup("the answer instead of the link set-up", setup => setup.With(TypeAt, 4, 0x84), UnexpectedFrame, "tlv type"),
        Setup("a link set-up above its limit", setup => setup.With(TlvLengthAt, 8, 4096 - 16 + 1), BadFrameLength, "tlv length"),
        Setup(
            "a link set-up with a length above 32 bits",
            setup => setup.With(TlvLengthAt, 8, (1UL << 32) + 32),
            BadFrameLength,
            "tlv length"),
        Setup("a link set-up of negative length", setup => setup.With(TlvLengthAt, 8, ulong.MaxValue), BadFrameLength, "tlv length"),
        Setup("a link set-up too short for its fields", setup => setup.With(TlvLengthAt, 8, 31), MalformedSetup, "tlv length"),
        Setup("an empty link set-up", setup => setup.With(TlvLengthAt, 8, 0), MalformedSetup, "tlv length"),
        Setup("another version", setup => setup.With(VersionAt, 2, 0x0200), VersionMismatch, "version"),
        Setup("a receive buffer that fits no frame", setup => setup.With(BufferSizeAt, 8, 100), MalformedSetup, "buffer_sz"),
        Extension("an extension block cut off", [0x41, 0x43, 0x4E, 0x58, 0, 1, 0, 8, 0, 1, 0, 0], "extension block"),
        Extension("an extension block without its length", [0x41, 0x43, 0x4E, 0x58, 0, 1], "extension block"),
        Extension("an extension block too long", [0x41, 0x43, 0x4E, 0x58, 0, 1, 2, 0, .. new byte[512]], "extension block"),
        Extension("an extension item cut off", [0x41, 0x43, 0x4E, 0x58, 0, 1, 0, 5, 0, 1, 0, 9, 0], "extension item"),
        Extension("an extension item twice", [0x41, 0x43, 0x4E, 0x58, 0, 1, 0, 8, 0, 1, 0, 0, 0, 1, 0, 0], "extension item"),
        new(
            "two link set-ups",
            Introduced,
            peer => peer.Send((byte[])[.. peer.Setup(), .. peer.Setup()]),
            UnexpectedFrame,
            "second link set-up"),
    ];

    /// <summary>On a link without a session.</summary>
    private static IEnumerable<BadPeer> WithoutSession =>
    [
        new("garbage after the link set-up", Linked, peer => peer.Send(Garbage), BadMagic, "tlv magic"),
        SessionRequest("a session request cut off", new byte[27], "cut off"),
        SessionRequest("a session request too long", new byte[SessionSetupRequest.MaxLength + 1], "too long"),
        SessionRequest("a uri longer than its request", SessionPayload(uri: 11, privateData: 0, rest: 10), "uri length"),
        SessionRequest("private data longer than its request", SessionPayload(uri: 10, privateData: 1, rest: 10), "private data length"),
        SessionRequest("a session request with a tail", SessionPayload(uri: 10, privateData: 1, rest: 12), "private data length"),
        new(
            "a session request with broken items",
            Linked,
            peer => peer.Send(peer.SessionRequest([0, 9, 1], MessageFlags.Items)),
            MalformedExtension,
            "item area") { IsOurs = true },
        new(
            "a session request whose window has a wrong length",
            Linked,
            peer => peer.Send(peer.SessionRequest([0, 3, 1, 1, 0], MessageFlags.Items)),
            MalformedExtension,
            "item window") { IsOurs = true },
        new(
            "more sessions than a link carries",
            Linked,
            peer =>
            {
                for (var i = 0; i < 5; i++)
                {
                    peer.Send(peer.SessionRequest());
                }
            },
            LimitExceeded,
            "2 sessions") { Options = options => options.MaxSessionsPerLink = 2 },
        new(
            "a greeting for a session that is not there",
            Linked,
            peer => peer.Send(peer.Frame(new FrameHeader { Type = FrameType.HelloRequest, Destination = 77 })),
            UnexpectedFrame,
            "0x0000004d"),
        Answer("a session response that nobody asked for", FrameType.SessionResponse),
        Answer("a response that nobody asked for", FrameType.Response),
        Answer("a receipt that nobody asked for", FrameType.OneWayReceipt),
        Answer("an answer to no greeting", FrameType.HelloResponse),
        Answer("the acknowledgement of no FIN", FrameType.FinResponse),
        Answer("a sign of life that nobody asked for", FrameType.KeepAliveResponse),
        Answer("an answer to no cancel", FrameType.CancelResponse),
        Answer("an answer to no control frame", FrameType.ExtensionResponse),
    ];

    private static BadPeer Setup(string name, Func<byte[], byte[]> spoil, LinkError error, string field) =>
        new(name, Introduced, peer => peer.Send(spoil(peer.Setup())), error, field);

    private static BadPeer Extension(string name, byte[] block, string field) =>
        new(name, Introduced, peer => peer.Send(peer.Setup(block)), MalformedExtension, field);

    private static BadPeer SessionRequest(string name, byte[] payload, string field) =>
        new(name, Linked, peer => peer.Send(peer.SessionRequest(payload)), MalformedControl, field);

    private static BadPeer Answer(string name, FrameType type) => new(
        name,
        Linked,
        peer => peer.Send(peer.Frame(new FrameHeader { Type = type, RemoteTask = 0x100001 })),
        UnknownTask,
        "0x00100001");

    private static byte[] SessionPayload(byte uri, byte privateData, int rest)
    {
        var payload = new byte[SessionSetupRequest.FixedSize + rest];
        (payload[^(rest + 3)], payload[^(rest + 1)]) = (uri, privateData);
        return payload;
    }
}
