using System.Buffers;
using Accelio.Reactive.Tests.Polling;
using Accelio.Transports;

namespace Accelio.Reactive.Tests.Contract;

/// <summary>Requests and responses back and forth over a connected pair, without anything of a test's own that costs garbage.</summary>
internal sealed class EchoSinks
{
    private const int Depth = 16;
    private const long AgreedRoom = 1 << 20;

    private readonly LinkPair _pair;
    private readonly ReadOnlySequence<byte> _body;
    private readonly Stack<SendToken> _clientTokens = new();
    private readonly Stack<SendToken> _serverTokens = new();
    private readonly ActionItem _start;
    private ulong _serial;
    private int _toSend;
    private int _toReceive;

    public EchoSinks(LinkPair pair, int length)
    {
        _pair = pair;
        _body = new ReadOnlySequence<byte>(GC.AllocateArray<byte>(length, pinned: true));
        pair.Client.Link.AgreedRoom = AgreedRoom;
        pair.Client.Lean = new LeanHandlers(OnResponse, _clientTokens.Push);
        pair.Server.Lean = new LeanHandlers(OnRequest, _serverTokens.Push);
        _start = new ActionItem(() =>
        {
            for (var i = 0; i < Depth; i++)
            {
                SendRequest();
            }
        });
        for (var i = 0; i < 8 * Depth; i++)
        {
            _clientTokens.Push(new SendToken());
            _serverTokens.Push(new SendToken());
        }
    }

    public void Run(int requests)
    {
        _toSend = _toReceive = requests;
        _pair.ClientPoller.Post(_start);
        while (_toReceive > 0)
        {
            _pair.Turn();
        }

        _pair.Settle();
    }

    /// <summary>The sinks record again.</summary>
    public void Leave() => _pair.Client.Lean = _pair.Server.Lean = null;

    private void SendRequest()
    {
        if (_toSend == 0)
        {
            return;
        }

        _toSend--;
        var request = new OutboundFrame
        {
            Header = new FrameHeader { Type = FrameType.Request, Serial = _serial++ },
            Body = _body,
            Token = _clientTokens.Pop(),
        };
        var token = request.Token;
        if (_pair.Client.Link.Send(ref request) != SendStatus.Referenced)
        {
            _clientTokens.Push(token);
        }
    }

    private void OnRequest(ref InboundFrame frame)
    {
        var response = new OutboundFrame
        {
            Header = new FrameHeader { Type = FrameType.Response, Serial = frame.Header.Serial, RemoteTask = frame.Header.LocalTask },
            Body = _body,
            AgreedRoom = AgreedRoom,
            Token = _serverTokens.Pop(),
        };
        var token = response.Token;
        if (_pair.Server.Link.Send(ref response) != SendStatus.Referenced)
        {
            _serverTokens.Push(token);
        }
    }

    private void OnResponse(ref InboundFrame frame)
    {
        _toReceive--;
        SendRequest();
    }
}
