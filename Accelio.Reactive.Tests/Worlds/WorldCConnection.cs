using Accelio.Transports;

namespace Accelio.Reactive.Tests.Worlds;

/// <summary>
/// A session's share of a link to a server on libxio: its numbers, its signs of life, and its end (docs/wire-protocol.md, sections 6, 15 and 16). What comes and is answered is in <c>.Messages</c>.
/// </summary>
internal sealed partial class WorldCConnection(WorldCServer server, WorldCLink link, WorldCSession session)
{
    private ushort _nextRequestSn;
    private ushort _nextResponseSn;
    private ushort _expectedRequestSn;
    private bool _isAlive;
    private bool _hasPeerFinished;
    private Stage _stage;

    private enum Stage
    {
        Online,
        FinWait1,
        FinWait2,
        Closing,
        LastAck,
        Closed,
    }

    public WorldCSession Session => session;

    /// <summary>Begins to ask for signs of life.</summary>
    public void Begin() => _ = WatchAsync();

    /// <summary>Closes in good order.</summary>
    public void Close()
    {
        if (_stage == Stage.Online)
        {
            SendFin();
            _stage = Stage.FinWait1;
        }
    }

    /// <summary>Ends, as it is.</summary>
    public void End()
    {
        if (_stage != Stage.Closed)
        {
            _stage = Stage.Closed;
            link.Remove(this);
            server.Leave(session);
        }
    }

    /// <summary>Something of the client that is a request to libxio.</summary>
    public void OnRequest(in InboundFrame frame)
    {
        var type = frame.Header.Type;
        server.Demand(!_hasPeerFinished || type is FrameType.CreditUpdate or FrameType.KeepAliveRequest, $"gets {type} behind the FIN of session {session.Id}");
        switch (type)
        {
            case FrameType.Request or FrameType.OneWay:
                OnMessage(frame);
                return;

            case FrameType.CreditUpdate:
                server.Demand(CountsCredits, "gets credits, which it does not count");
                OnNumbered(frame.Header, 0);
                _owed.Messages++;
                return;

            case FrameType.KeepAliveRequest:
                _isAlive = true;
                link.Answer(FrameType.KeepAliveResponse, frame.Header, default);
                return;

            case FrameType.FinRequest:
                OnFinRequest(frame.Header);
                return;

            default:
                server.Demand(false, $"gets {type}, which would end it");
                return;
        }
    }

    /// <summary>The client has answered.</summary>
    public void OnAnswer(FrameType type)
    {
        if (type == FrameType.KeepAliveResponse)
        {
            _isAlive = true;
            return;
        }

        server.Demand(type == FrameType.FinResponse && _stage is Stage.FinWait1 or Stage.Closing or Stage.LastAck, $"gets {type} of session {session.Id}, which is {_stage}");
        if (_stage == Stage.FinWait1)
        {
            _stage = Stage.FinWait2;
        }
        else
        {
            End();
        }
    }

    private void OnFinRequest(in FrameHeader header)
    {
        _hasPeerFinished = true;
        link.Answer(FrameType.FinResponse, header, default);
        switch (_stage)
        {
            case Stage.Online:
                SendFin();
                _stage = Stage.LastAck;
                return;

            case Stage.FinWait1:
                _stage = Stage.Closing;
                return;

            default:
                End();
                return;
        }
    }

    private void SendFin() => link.Ask(this, new FrameHeader { Type = FrameType.FinRequest, Destination = session.ClientId });

    private async Task WatchAsync()
    {
        for (var hasAsked = false; ;)
        {
            _isAlive = false;
            await Task.Delay(server.Silence, server.Time);
            await server.Context.SwitchTo();
            if (_stage == Stage.Closed)
            {
                return;
            }

            if (!_isAlive && hasAsked)
            {
                server.Demand(!server.History.IsCalm, $"gets no sign of life from session {session.Id}, which is {_stage}");
                link.Abort(LinkError.KeepAliveExpired, "nothing came");
                return;
            }

            hasAsked = !_isAlive;
            if (hasAsked && _stage == Stage.Online)
            {
                link.Ask(this, new FrameHeader { Type = FrameType.KeepAliveRequest, Destination = session.ClientId });
            }
        }
    }
}
