using System.Buffers;
using Accelio.Transports;
using Accelio.Transports.Wire;

namespace Accelio.Reactive.Tests.Worlds;

/// <content>Messages of the client, their answers, and libxio's own credits (docs/wire-protocol.md, sections 12 and 13).</content>
internal sealed partial class WorldCConnection
{
    private const long DepthBytes = 1 << 26;

    // Nobody waits any more by then, since nobody says that he waits longer than is usual.
    private static readonly TimeSpan TooLong = TimeSpan.FromSeconds(31);

    private readonly Queue<Held> _unsent = [];
    private ulong? _lastSerial;
    private (long Messages, long Bytes) _granted = (server.Plan.Depth, DepthBytes);
    private (long Messages, long Bytes) _owed;
    private (long Messages, long Bytes) _unanswered;

    /// <summary>What the client may still send: what it was granted, or what it may leave unanswered.</summary>
    public (long Messages, long Bytes) Credit => CountsCredits ? _granted : (server.Plan.MaxUnanswered - _unanswered.Messages, DepthBytes - _unanswered.Bytes);

    /// <summary>What it may send to the client.</summary>
    public (long Messages, long Bytes) Mine { get; private set; } = (session.Depths.ReceiveMessages, (long)session.Depths.ReceiveBytes);

    /// <summary>Whether both sides count credits.</summary>
    public bool CountsCredits => server.Plan.Depth != 0;

    /// <summary>Whether all that the client has not been granted has been used and is owed to it.</summary>
    public bool IsBalanced => !CountsCredits || (_granted.Messages + _owed.Messages == server.Plan.Depth && _granted.Bytes + _owed.Bytes == DepthBytes);

    private unsafe void OnMessage(in InboundFrame frame)
    {
        var header = frame.Header;
        server.Demand(_lastSerial is null || header.Serial > _lastSerial, $"gets message {header.Serial} behind {_lastSerial}, and would drop it");
        server.Demand(frame.UserHeaderLength == 0, $"gets a header of {frame.UserHeaderLength} bytes that nobody sent");
        _lastSerial = header.Serial;
        OnNumbered(header, frame.BodyLength);
        if (_stage != Stage.Online)
        {
            return;
        }

        var room = new RoomEntry[frame.RoomCount];
        Sge.Read(frame.Room, frame.RoomCount, room);
        var held = new Held(header, new ReadOnlySpan<byte>(frame.Body, (int)frame.BodyLength).ToArray(), room);
        Begin(held);
        if (held.WantsAnswer)
        {
            _unanswered = (_unanswered.Messages + 1, _unanswered.Bytes + held.Body.Length);
        }

        if (!held.IsRequest && held.WantsAnswer)
        {
            Answer(held, new FrameHeader { Type = FrameType.OneWayReceipt, Flags = MessageFlags.ReceiptFirst });
        }

        var time = held.Message.Answer == AnswerKind.WaitForCancel ? TooLong : held.Message.Time;
        if (time > TimeSpan.Zero)
        {
            _ = EndAsync(held, time);
        }
        else
        {
            End(held);
        }
    }

    private void Begin(Held held)
    {
        var message = held.Message;
        if (message.Number < WorldRun.Probes)
        {
            server.History.Begin(message, server.Instance, held.IsRequest, WorldMessage.IsWhole(new ReadOnlySequence<byte>(held.Body), message.Number, held.Body.Length));
        }
        else
        {
            server.Probed[message.Session] = this;
        }
    }

    private async Task EndAsync(Held held, TimeSpan time)
    {
        await Task.Delay(time, server.Time);
        await server.Context.SwitchTo();
        End(held);
    }

    // Behind a FIN of either side libxio throws answers away.
    private void End(Held held)
    {
        if (_stage != Stage.Online)
        {
            return;
        }

        _owed = (_owed.Messages + 1, _owed.Bytes + held.Body.Length);
        if (held.IsRequest)
        {
            _unsent.Enqueue(held);
            SendAnswers();
        }
        else if (CountsCredits && _owed.Messages * 2 >= server.Plan.Depth)
        {
            SendCredits();
        }
    }

    private void SendAnswers()
    {
        while (_unsent.TryPeek(out var held) && (!CountsCredits || (Mine.Messages > 0 && Mine.Bytes >= held.Body.Length)))
        {
            _unsent.Dequeue();
            Mine = (Mine.Messages - 1, Mine.Bytes - held.Body.Length);
            Answer(held, new FrameHeader { Type = FrameType.Response, Flags = MessageFlags.ReceiptLast }, held.Body);
        }
    }

    private void Answer(Held held, FrameHeader header, byte[]? body = null)
    {
        (header.Destination, header.Serial, header.RemoteTask) = (session.ClientId, held.Header.Serial, held.Header.LocalTask);
        (header.SequenceNumber, header.AckSequenceNumber) = (_nextResponseSn++, ushort.MaxValue);
        (header.CreditMessages, header.CreditBytes) = TakeOwed();
        var status = link.Send(header, body: body, room: held.Room);
        server.Demand(status is SendStatus.Copied or SendStatus.Closed, $"cannot answer {held.Body.Length} bytes: {status}");
        _unanswered = (_unanswered.Messages - 1, _unanswered.Bytes - held.Body.Length);
        if (status == SendStatus.Copied)
        {
            server.History.Answer(held.Message.Number);
            server.History.Count("C server, answers");
        }
    }

    // It costs a credit, which libxio does not wait for.
    private void SendCredits()
    {
        var header = new FrameHeader { Type = FrameType.CreditUpdate, Destination = session.ClientId, SequenceNumber = _nextRequestSn++, AckSequenceNumber = (ushort)(_expectedRequestSn - 1) };
        (header.CreditMessages, header.CreditBytes) = TakeOwed();
        Mine = (Mine.Messages - 1, Mine.Bytes);
        link.Send(header);
        server.History.Count("C server, credits");
    }

    private (ushort Messages, ulong Bytes) TakeOwed()
    {
        var (messages, bytes) = CountsCredits ? _owed : default;
        _owed = default;
        _granted = (_granted.Messages + messages, _granted.Bytes + bytes);
        return ((ushort)messages, (ulong)bytes);
    }

    // What carries a number may carry credits, and costs one.
    private void OnNumbered(in FrameHeader header, long length)
    {
        server.Demand(header.SequenceNumber == _expectedRequestSn, $"gets request {header.SequenceNumber}, not {_expectedRequestSn}");
        _expectedRequestSn++;
        if (CountsCredits)
        {
            server.Demand(header.Type == FrameType.CreditUpdate || _granted is { Messages: > 0, Bytes: > 0 }, $"gets message {header.Serial} without credit: {_granted} are left");
            _granted = (_granted.Messages - 1, _granted.Bytes - length);
            Mine = (Mine.Messages + header.CreditMessages, Mine.Bytes + (long)header.CreditBytes);
            SendAnswers();
        }
    }

    private sealed class Held(FrameHeader header, byte[] body, RoomEntry[] room)
    {
        public FrameHeader Header => header;

        public byte[] Body => body;

        public RoomEntry[] Room => room;

        public WorldMessage Message { get; } = WorldMessage.Read(new ReadOnlySequence<byte>(body));

        public bool IsRequest => header.Type == FrameType.Request;

        public bool WantsAnswer => IsRequest || (header.Flags & (MessageFlags.RequestReadReceipt | MessageFlags.ImmediateReadReceipt)) != 0;
    }
}
