using Accelio.Reactive.Tests.Wire;
using Accelio.Transports;
using Accelio.Transports.Wire;
using static Accelio.Reactive.Tests.BadInput.Stage;
using static Accelio.Transports.LinkError;

namespace Accelio.Reactive.Tests.BadInput;

/// <summary>
/// The table of what servers may do wrong: the mirror of <see cref="BadPeers"/>, as far as clients see other frames than servers do
/// (wire protocol, sections 5, 8 to 12, 19.2, 19.3). <c>BadServerTests</c> reads it.
/// </summary>
internal static partial class BadServers
{
    private const uint AnswerWithItems = MessageFlags.ReceiptLast | MessageFlags.Items;
    private const int TypeAt = 4;
    private const int TlvLengthAt = 8;
    private const int VersionAt = 24;
    private const int BufferSizeAt = 28;
    private const int HeaderLengthAt = 58;
    private const int OperationAt = 72;
    private const int CountAt = 74;
    private const int InlineLengthAt = 88;
    private static readonly byte[] Garbage = [.. Enumerable.Repeat((byte)0xAA, 200)];

    /// <summary>Those who break the protocol.</summary>
    public static IReadOnlyDictionary<string, BadServer> Violations { get; } =
        ByName([.. WithoutLink, .. WithoutSession, .. WithinSession]);

    /// <summary>Those who are silent, slow, or stop half-way.</summary>
    public static IReadOnlyDictionary<string, BadServer> Stalling { get; } = ByName(Stalls);

    private static IEnumerable<BadServer> WithoutLink =>
    [
        new("garbage instead of the link set-up", Introduced, server => server.Send(Garbage), BadMagic, "tlv magic"),
        new(
            "a response before the link set-up",
            Introduced,
            server => server.Send(server.Frame(new FrameHeader { Type = FrameType.Response })),
            UnexpectedFrame,
            "tlv type"),
        Setup("a request instead of the answer", setup => setup.With(TypeAt, 4, 0x82), UnexpectedFrame, "tlv type"),
        Setup("a link set-up above its limit", setup => setup.With(TlvLengthAt, 8, 4096 - 16 + 1), BadFrameLength, "tlv length"),
        Setup("a link set-up of negative length", setup => setup.With(TlvLengthAt, 8, ulong.MaxValue), BadFrameLength, "tlv length"),
        Setup("a link set-up too short for its fields", setup => setup.With(TlvLengthAt, 8, 35), MalformedSetup, "tlv length"),
        Setup("another version", setup => setup.With(VersionAt, 2, 0x0200), VersionMismatch, "version"),
        Setup("a receive buffer that fits no frame", setup => setup.With(BufferSizeAt, 8, 1), MalformedSetup, "buffer_sz"),
        Setup("two link set-ups", setup => [.. setup, .. setup], UnexpectedFrame, "second link set-up"),
        new(
            "an extension block cut off",
            Introduced,
            server => server.Send(server.Setup([0x41, 0x43, 0x4E, 0x58, 0, 1, 0, 8])),
            MalformedExtension,
            "extension block"),
    ];

    private static IEnumerable<BadServer> WithoutSession =>
    [
        new("garbage after the link set-up", Linked, server => server.Send(Garbage), BadMagic, "tlv magic"),
        Session("an answer cut off", [0, 0, 0, 7, 0, 1, 0, 0], MalformedControl, "cut off"),
        Session("an unknown action", [0, 0, 0, 7, 0, 9, 0, 0], MalformedControl, "action"),
        Session("an empty answer", [], MalformedControl, "cut off"),
        Session("a redirect to nowhere", [0, 0, 0, 7, 0, 2, 0, 0, 0, 0], MalformedControl, "number of portals"),
        Session("a portal longer than its list", [0, 0, 0, 7, 0, 2, 0, 1, 0, 0, 0, 9, 1], MalformedControl, "portal length"),
        Session("a tail behind a reject", [0, 0, 0, 7, 0, 3, 0, 0, 0, 1, 0, 0, 5], MalformedControl, "private data length"),
        Session("an answer too long", new byte[SessionSetupResponse.MaxLength + 1], MalformedControl, "too long"),
        Session("an answer without the items it announces", [0, 99, 1], MalformedExtension, "item area") with { IsOurs = true },
        Waiting("the answer to a greeting", FrameType.HelloResponse, UnexpectedFrame, "HelloResponse answers a session request"),
        Waiting("a response instead of a session", FrameType.Response, UnexpectedFrame, "Response answers a session request"),
        Stray("the answer to another request for a session", Linked, FrameType.SessionResponse, UnknownTask, "0x0012d687"),
        Stray("a FIN before the session", Linked, FrameType.FinRequest, UnexpectedFrame, "FIN"),
        Stray("a message before the session", Linked, FrameType.OneWay, UnexpectedFrame, "OneWay before the session"),
        Stray("a request for a session", Linked, FrameType.SessionRequest, UnexpectedFrame, "session request from a server"),
    ];

    private static IEnumerable<BadServer> WithinSession =>
    [
        new(
            "an acceptance twice",
            InSession,
            server => server.Send(server.SessionResponse(RawServer.Accept())),
            UnknownTask,
            "SessionResponse"),
        Stray("a greeting", InSession, FrameType.HelloRequest, UnexpectedFrame, "hello"),
        Stray("a cancel", InSession, FrameType.CancelRequest, UnexpectedFrame, "cancel"),
        Stray("a response that nobody asked for", InSession, FrameType.Response, UnknownTask, "0x0012d687"),
        Stray("a receipt that nobody asked for", Asked, FrameType.OneWayReceipt, UnknownTask, "0x0012d687"),
        Field("another header length", HeaderLengthAt, 2, 39, BadHeaderLength, "rsp_hdr_len"),
        Field("the operation of a request", OperationAt, 1, 4, BadOperation, "out_tcp_op"),
        Field("an unknown operation", OperationAt, 1, 1, BadOperation, "out_tcp_op"),
        Field("write lengths that are not there", CountAt, 2, 1, LengthMismatch, "tlv length"),
        Field("more write lengths than buffers offered", CountAt, 2, 5, TooManyParts, "out_num_sge"),
        Field("a body longer than its frame", InlineLengthAt, 8, 21, LengthMismatch, "tlv length"),
        Field("a body of negative length", InlineLengthAt, 8, ulong.MaxValue, MessageTooLarge, "ulp_imm_len"),
        Field("an unknown response", TypeAt, 4, 0x10004, UnknownFrameType, "tlv type"),
        Field("a frame longer than the buffer", TlvLengthAt, 8, 9201, BadFrameLength, "tlv length"),
        Write("write lengths that make another length", total: 50_000, lengths: [49_999], LengthMismatch, "ulp_imm_len: 50000"),
        Write("a response above the limit", total: (64 << 20) + 1, lengths: [(64 << 20) + 1], MessageTooLarge, "67108865"),
        Write("a response above the room offered", total: 70_000, lengths: [70_000], LengthMismatch, "the room is 69999")
            with { Options = options => options.MaxResponseLength = 69_999 },
        Write("a response above the room agreed", total: 70_000, lengths: [70_000], LengthMismatch, "the room is 69999")
            with { Options = options => options.MaxResponseLength = 69_999, IsOurs = true },
        new("an answer twice", Asked, AnswerTwice, UnknownTask, "Response"),
        Waiting("a receipt instead of a response", FrameType.OneWayReceipt, UnexpectedFrame, "another kind") with { From = Asked },
        Waiting("a sign of life instead of a response", FrameType.KeepAliveResponse, UnexpectedFrame, "another kind") with { From = Asked },
        Waiting("the answer to a FIN instead of a response", FrameType.FinResponse, UnexpectedFrame, "another kind") with { From = Asked },
        new(
            "a sequence number that jumps",
            Asked,
            server => server.Send(server.Frame(server.Answer(server.Asked.Header) with { SequenceNumber = 9 })),
            SequenceError,
            "response sn is 9, not 0") { IsOurs = true },
        new(
            "a response with broken items",
            Asked,
            server => server.Send(server.Frame(server.Answer(server.Asked.Header) with { Flags = AnswerWithItems }, [7])),
            MalformedExtension,
            "item area") { IsOurs = true },
    ];

    private static Dictionary<string, BadServer> ByName(IEnumerable<BadServer> servers) => servers.ToDictionary(server => server.Name);

    private static BadServer Setup(string name, Func<byte[], byte[]> spoil, LinkError error, string field) =>
        new(name, Introduced, server => server.Send(spoil(server.Setup())), error, field);

    private static BadServer Session(string name, byte[] payload, LinkError error, string field) =>
        new(name, Linked, server => server.Send(server.SessionResponse(payload, withItems: false)), error, field);

    /// <summary>A frame that names the task which waits, but is not what it waits for.</summary>
    private static BadServer Waiting(string name, FrameType type, LinkError error, string field) => new(
        name,
        Linked,
        server => server.Send(server.Frame(new FrameHeader { Type = type, RemoteTask = server.Asked.Header.LocalTask })),
        error,
        field);

    /// <summary>A frame to the client's session that comes out of the blue.</summary>
    private static BadServer Stray(string name, Stage from, FrameType type, LinkError error, string field) => new(
        name,
        from,
        server => server.Send(server.Frame(new FrameHeader { Type = type, Destination = server.Session, RemoteTask = 1234567 })),
        error,
        field);

    /// <summary>A response of 20 bytes with one field that is wrong.</summary>
    private static BadServer Field(string name, int offset, int size, ulong value, LinkError error, string field) => new(
        name,
        Asked,
        server => server.Send(server.Frame(server.Answer(server.Asked.Header), body: new byte[20]).Control.With(offset, size, value)),
        error,
        field);

    private static BadServer Write(string name, int total, uint[] lengths, LinkError error, string field) => new(
        name,
        Asked,
        server => server.Send(RawFrames.Written(server.Answer(server.Asked.Header), total, lengths)),
        error,
        field);

    private static void AnswerTwice(RawServer server)
    {
        server.Send(server.Frame(server.Answer(server.Asked.Header), body: "once"u8.ToArray()));
        server.Send(server.Frame(server.Answer(server.Asked.Header), body: "twice"u8.ToArray()));
    }
}
