using System.Buffers;
using Accelio.Transports;
using Accelio.Transports.Wire;

namespace Accelio.Reactive.Tests.Worlds;

/// <content>Its messages, and what the server sends.</content>
internal sealed partial class WorldCPeer
{
    // Room for what the server answers, as libxio offers it.
    private const uint Room = 1 << 22;

    private readonly SortedDictionary<ulong, Sent> _calls = [];
    private uint _lastTask;
    private ulong _nextSerial;
    private ushort _nextRequestSn;
    private ushort _expectedResponseSn;
    private bool _isNew = true;
    private bool _isClosing;

    /// <summary>Sends a request or one-way message; what is answered ends with its answer.</summary>
    private void Call(WorldStep step)
    {
        history.Call(step, this);
        var call = new Sent(step, new WorldMessage(step.Number, number, step.Time, step.Answer).ToBytes(step.Length)) { Serial = _nextSerial++ };
        if (step.Kind != StepKind.Send)
        {
            _calls.Add(call.Serial, call);
        }

        // Without a link it goes with what is sent again.
        var hasLink = SteadySince != long.MaxValue;
        if (hasLink)
        {
            Send(call);
        }

        if (step.Kind == StepKind.Send)
        {
            history.EndCall(step.Number, hasLink ? "C, sent" : "C, lost", begun: null);
        }
    }

    /// <inheritdoc/>
    public void OnFrame(Link link, ref InboundFrame frame)
    {
        if (IsOver)
        {
            return;
        }

        switch (frame.Header.Type)
        {
            case FrameType.SessionResponse:
                OnSession(frame);
                return;

            case FrameType.Response or FrameType.OneWayReceipt:
                OnAnswer(frame);
                return;

            case FrameType.KeepAliveRequest:
                Send(new FrameHeader { Type = FrameType.KeepAliveResponse, RemoteTask = frame.Header.LocalTask, Serial = frame.Header.Serial, Destination = _session });
                return;

            case FrameType.KeepAliveResponse:
                return;

            case FrameType.FinRequest:
                Send(new FrameHeader { Type = FrameType.FinResponse, RemoteTask = frame.Header.LocalTask, Destination = _session });
                if (!_isClosing)
                {
                    Close();
                }

                return;

            case FrameType.FinResponse:
                End("closed");
                link.Close();
                return;

            default:
                Demand(false, $"gets {frame.Header.Type}");
                return;
        }
    }

    private void Send(Sent call)
    {
        call.Task = ++_lastTask;
        var header = new FrameHeader
        {
            Type = call.Step.Kind == StepKind.Ask ? FrameType.Request : FrameType.OneWay,
            Destination = _session,
            Flags = call.Step.Kind == StepKind.Deliver ? MessageFlags.RequestReadReceipt : 0,
            LocalTask = call.Task,
            Serial = call.Serial,
            SequenceNumber = _nextRequestSn++,
        };
        Send(header, body: call.Body, room: call.Step.Kind == StepKind.Ask ? Room : 0);
    }

    // What was not answered goes again, under its serial number, behind what went before.
    private void GoOn()
    {
        history.Tell($"{Name} is taken back");
        (SteadySince, _hasComeBack) = (history.Now, true);
        _isNew = true;
        foreach (var call in _calls.Values)
        {
            Send(call);
        }
    }

    private unsafe void OnAnswer(in InboundFrame frame)
    {
        var header = frame.Header;
        Demand(_isNew || header.SequenceNumber == _expectedResponseSn, $"gets response {header.SequenceNumber}, not {_expectedResponseSn}");
        (_isNew, _expectedResponseSn) = (false, (ushort)(header.SequenceNumber + 1));
        if (!_calls.TryGetValue(header.Serial, out var call))
        {
            Demand(false, $"gets an answer to message {header.Serial}, for which it does not wait");
            return;
        }

        var step = call.Step;
        Demand(header.RemoteTask == call.Task, $"gets an answer to #{step.Number} for task {header.RemoteTask}, which is not {call.Task}");
        Demand(step.Kind == StepKind.Ask == (header.Type == FrameType.Response), $"gets {header.Type} for #{step.Number}");
        _calls.Remove(header.Serial);
        if (step.Kind == StepKind.Deliver)
        {
            Demand(header.ReceiptResult == (step.Answer == AnswerKind.Fail ? 1u : 0), $"gets another receipt for #{step.Number} than was given");
            history.EndCall(step.Number, "C, receipt", begun: true);
        }
        else if (header.Status != 0)
        {
            history.EndCall(step.Number, $"C, {(AccelioStatus)header.Status}", begun: null);
        }
        else
        {
            var body = new ReadOnlySequence<byte>(new ReadOnlySpan<byte>(frame.Body, (int)frame.BodyLength).ToArray());
            history.Check(step.Answer == AnswerKind.Echo && WorldMessage.IsWhole(body, step.Number, step.Length), step.Number, "was answered with other bytes");
            history.EndCall(step.Number, "C, answered", begun: true);
        }
    }

    private void EndCalls()
    {
        foreach (var call in _calls.Values)
        {
            history.EndCall(call.Step.Number, "C, lost", begun: null);
        }

        _calls.Clear();
    }

    private sealed class Sent(WorldStep step, byte[] body)
    {
        public WorldStep Step => step;

        public byte[] Body => body;

        public ulong Serial { get; init; }

        public uint Task { get; set; }
    }
}
