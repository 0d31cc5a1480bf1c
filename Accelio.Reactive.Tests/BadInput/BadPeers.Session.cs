using Accelio.Reactive.Tests.Wire;
using Accelio.Transports;
using Accelio.Transports.Wire;
using static Accelio.Reactive.Tests.BadInput.Stage;
using static Accelio.Transports.LinkError;

namespace Accelio.Reactive.Tests.BadInput;

/// <content>Within a session: frames that contradict themselves, the limits, or what went before (wire protocol, sections 4, 6 to 9, 14,
/// 19.2, 19.3).</content>
internal static partial class BadPeers
{
    private const int HeaderLengthAt = 58;
    private const int OutOperationAt = 71;
    private const int InCountAt = 72;
    private const int OutCountAt = 74;
    private const int UserHeaderLengthAt = 80;
    private const int PadLengthAt = 82;
    private const int InlineLengthAt = 88;

    /// <summary>A request with one field that is wrong.</summary>
    private static IEnumerable<BadPeer> Fields =>
    [
        Field("another magic number", 0, 4, 0x58494F51, BadMagic, "tlv magic"),
        Field("no type", TypeAt, 4, 0, UnknownFrameType, "tlv type"),
        Field("a type that is neither request nor response", TypeAt, 4, 0x0110, UnknownFrameType, "tlv type"),
        Field("a type that is request and response", TypeAt, 4, 0x0016, UnknownFrameType, "tlv type"),
        Field("an unknown response", TypeAt, 4, 0x10004, UnknownFrameType, "tlv type"),
        Field("direct RDMA", TypeAt, 4, 0x0008, UnknownFrameType, "tlv type"),
        Field("credits of RDMA", TypeAt, 4, 0x0041, UnknownFrameType, "tlv type"),
        Field("a read acknowledgement of RDMA", TypeAt, 4, 0x2004, UnknownFrameType, "tlv type"),
        Field("a frame longer than the buffer", TlvLengthAt, 8, 9216 - 16 + 1, BadFrameLength, "tlv length"),
        Field("a frame with a length above 32 bits", TlvLengthAt, 8, (1UL << 32) + 100, BadFrameLength, "tlv length"),
        Field("a frame of negative length", TlvLengthAt, 8, ulong.MaxValue, BadFrameLength, "tlv length"),
        Field("a frame shorter than its headers", TlvLengthAt, 8, 79, BadFrameLength, "tlv length"),
        Field("a frame shorter than its parts", TlvLengthAt, 8, 99, LengthMismatch, "tlv length"),
        Field("a frame longer than its parts", TlvLengthAt, 8, 101, LengthMismatch, "tlv length"),
        Field("another header length", HeaderLengthAt, 2, 44, BadHeaderLength, "req_hdr_len"),
        Field("no header length", HeaderLengthAt, 2, 0, BadHeaderLength, "req_hdr_len"),
        Field("no operation", OutOperationAt, 1, 0, BadOperation, "out_tcp_op"),
        Field("the operation of a response", OutOperationAt, 1, 3, BadOperation, "out_tcp_op"),
        Field("an unknown operation", OutOperationAt, 1, 255, BadOperation, "out_tcp_op"),
        Field("a body both inline and in parts", OutOperationAt, 1, 4, LengthMismatch, "ulp_imm_len"),
        Field("more response buffers than announced", InCountAt, 2, 5, TooManyParts, "in_num_sge"),
        Field("more parts than announced", OutCountAt, 2, 5, TooManyParts, "out_num_sge"),
        Field("parts that are not there", OutCountAt, 2, 1, LengthMismatch, "tlv length"),
        Field("a header that is not there", UserHeaderLengthAt, 2, 1, LengthMismatch, "tlv length"),
        Field("a header longer than the buffer", UserHeaderLengthAt, 2, ushort.MaxValue, BadFrameLength, "ulp_hdr_len"),
        Field("a pad that is not there", PadLengthAt, 2, 1, LengthMismatch, "tlv length"),
        Field("a body longer than its frame", InlineLengthAt, 8, 21, LengthMismatch, "tlv length"),
        Field("a body of negative length", InlineLengthAt, 8, ulong.MaxValue, MessageTooLarge, "ulp_imm_len"),
    ];

    /// <summary>Whole frames that may not come.</summary>
    private static IEnumerable<BadPeer> WithinSession =>
    [
        new(
            "a body above the limit",
            InSession,
            peer => peer.Send(RawFrames.Announcement(peer.IsDual, peer.Next(FrameType.Request), (64u << 20) + 1)),
            MessageTooLarge,
            "body: 67108865"),
        new(
            "parts that together are above the limit",
            InSession,
            peer => peer.Send(RawFrames.Announcement(peer.IsDual, peer.Next(FrameType.OneWay), 1, uint.MaxValue, uint.MaxValue)),
            MessageTooLarge,
            "body: 8589934591") { IsDual = true },
        new(
            "a body above a limit that is an option",
            InSession,
            peer => peer.Send(RawFrames.Announcement(peer.IsDual, peer.Next(FrameType.Request), 70_000)),
            MessageTooLarge,
            "body: 70000")
        { Options = options => options.MaxMessageLength = options.MaxResponseLength = 69_999 },
        new("a second link set-up", InSession, peer => peer.Send(peer.Setup()), UnexpectedFrame, "second link set-up"),
        Control("a cancel", FrameType.CancelRequest, UnexpectedFrame, "cancel"),
        Control("a greeting on the session's own link", FrameType.HelloRequest, UnexpectedFrame, "hello"),
        Control("the answer to no request of the server", FrameType.Response, UnknownTask, "Response"),
        Control("the acknowledgement of no FIN, in a session", FrameType.FinResponse, UnknownTask, "FinResponse"),
        Control("a control frame with a body", FrameType.KeepAliveRequest, LengthMismatch, "ulp_imm_len", body: new byte[9]),
        Ours("a control frame with an unknown opcode", FrameType.ExtensionRequest, MalformedControl, "opcode", [9, .. new byte[12]]),
        Ours("a grant cut off", FrameType.ExtensionRequest, MalformedControl, "grant: length", [1, 0, 0]),
        Ours("an abort of nothing", FrameType.ExtensionRequest, MalformedControl, "abort: length", [2]),
        Ours("an abort cut off", FrameType.ExtensionRequest, MalformedControl, "abort: length", [2, .. new byte[15]]),
        Ours("an abort that is too long", FrameType.ExtensionRequest, MalformedControl, "abort: length", [2, .. new byte[16 * 16]]),
        Ours("an abort that ends before it begins", FrameType.ExtensionRequest, MalformedControl, "abort: last", [2, 1, .. new byte[15]]),
        Ours("an abort of the same message twice", FrameType.ExtensionRequest, MalformedControl, "abort: first", [2, .. new byte[32]]),
        Ours("an abort of what was never sent", FrameType.ExtensionRequest, UnexpectedFrame, "never sent", [2, .. new byte[16]]),
        Ours("a drain with something behind it", FrameType.ExtensionRequest, MalformedControl, "drain: length", [3, 0]),
        Ours("the answer to a drain cut off", FrameType.ExtensionRequest, MalformedControl, "drained: length", [4, .. new byte[7]]),
        Ours("the answer to no drain", FrameType.ExtensionRequest, UnexpectedFrame, "drained", [4, .. new byte[8]]),
        Ours("items cut off", FrameType.Request, MalformedExtension, "item area", [1]),
        Ours("items longer than the header", FrameType.OneWay, MalformedExtension, "item area", [0, 2, 9]),
        Ours("a deadline of the wrong length", FrameType.Request, MalformedExtension, "item deadline: length", [0, 3, 4, 1, 0]),
        Ours("an item twice", FrameType.Request, MalformedExtension, "item: twice", [0, 4, 0x7F, 0, 0x7F, 0]),
        new(
            "a sequence number that jumps",
            InSession,
            peer => peer.Send(peer.Frame(peer.Next(FrameType.Request) with { SequenceNumber = 5 })),
            SequenceError,
            "sn is 5, not 0") { IsOurs = true },
        new(
            "a serial that does not grow",
            InSession,
            peer =>
            {
                peer.Send(peer.Frame(peer.Next(FrameType.OneWay) with { Serial = 7 }));
                peer.Send(peer.Frame(peer.Next(FrameType.OneWay) with { Serial = 7 }));
            },
            SequenceError,
            "serial 7 after 7") { IsOurs = true },
        new(
            "a message without credit",
            InSession,
            peer =>
            {
                for (var i = 0; i < 17; i++)
                {
                    peer.Send(peer.Frame(peer.Next(FrameType.Request), body: BadWorld.HoldMe));
                }
            },
            CreditOverrun,
            "message 16") { IsOurs = true, Options = options => options.WindowMessages = 16 },
    ];

    private static BadPeer Field(string name, int offset, int size, ulong value, LinkError error, string field) =>
        new(name, InSession, peer => peer.Send(peer.Request().With(offset, size, value)), error, field);

    private static BadPeer Control(string name, FrameType type, LinkError error, string field, byte[]? body = null) => new(
        name,
        InSession,
        peer => peer.Send(peer.Frame(new FrameHeader { Type = type, Destination = peer.Session, RemoteTask = 5 }, body: body)),
        error,
        field);

    private static BadPeer Ours(string name, FrameType type, LinkError error, string field, byte[] header) => new(
        name,
        InSession,
        peer => peer.Send(peer.Frame(peer.Next(type, MessageFlags.Items), header)),
        error,
        field)
    { IsOurs = true };
}
