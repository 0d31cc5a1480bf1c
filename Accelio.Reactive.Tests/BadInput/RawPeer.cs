using System.Net;
using System.Net.Sockets;
using Accelio.Reactive.Tests.Tcp;
using Accelio.Transports;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.BadInput;

/// <summary>A raw client: goes through the set-up as far as a test wants, by the rules, and then sends what the test wants.</summary>
internal sealed class RawPeer : RawEnd
{
    private readonly Socket[] _sockets;
    private uint _lastSetupTask = 0x1000;

    public RawPeer(ServerWorld world, bool isDual, bool isOurs)
        : this(world, isOurs, [.. Enumerable.Range(0, isDual ? 2 : 1).Select(_ => Connect(world.Server.EndPoint.Port))])
    {
    }

    private RawPeer(ServerWorld world, bool isOurs, Socket[] sockets)
        : base(world, isOurs, sockets) => _sockets = sockets;

    /// <summary>The address by which the server's log names the peer.</summary>
    public string Address => $"{_sockets[0].LocalEndPoint}";

    /// <summary>Goes on by the rules until it has come so far.</summary>
    public RawPeer Reach(Stage stage)
    {
        if (Stage == Stage.Connected && stage > Stage)
        {
            Introduce();
        }

        if (Stage == Stage.Introduced && stage > Stage)
        {
            Send(Setup());
            TakeSetup();
        }

        if (Stage == Stage.Linked && stage > Stage)
        {
            Send(SessionRequest());
            TakeSession();
        }

        return this;
    }

    /// <summary>Sends the connect message on every socket, or another one.</summary>
    public void Introduce(byte[]? message = null)
    {
        if (IsDual)
        {
            Send(TcpListenerTests.Connect(2, PortOf(1)));
            Send(TcpListenerTests.Connect(3, PortOf(0)), socket: 1);
        }
        else
        {
            Send(message ?? TcpListenerTests.Connect(1, 0));
        }

        Stage = Stage.Introduced;
    }

    /// <summary>The set-up message of the link.</summary>
    public byte[] Setup(byte[]? block = null) => Setup(isResponse: false, block);

    /// <summary>Waits for the server's set-up message.</summary>
    public LinkSetup TakeSetup()
    {
        var setup = TakeSetup(isResponse: true);
        Stage = Stage.Linked;
        return setup;
    }

    /// <summary>The request for a session.</summary>
    public (byte[] Control, byte[] Data) SessionRequest(byte[]? payload = null, uint flags = 0)
    {
        if (payload is null)
        {
            var request = new SessionSetupRequest { Uri = "tcp://h/x"u8, Depths = new QueueDepths(1 << 20, 1 << 20, 1024, 1024) };
            payload = new byte[request.Length];
            request.TryWrite(payload, out _);
        }

        if (IsOurs && flags == 0)
        {
            payload = [.. SessionItems(), .. payload];
            flags = MessageFlags.Items;
        }

        return Frame(new FrameHeader { Type = FrameType.SessionRequest, LocalTask = ++_lastSetupTask, Flags = flags }, payload);
    }

    /// <summary>Waits for the answer to the request for a session.</summary>
    public void TakeSession()
    {
        var answer = Take();
        Assert.Equal(FrameType.SessionResponse, answer.Header.Type);
        var payload = answer.UserHeader.AsSpan();
        if (IsOurs)
        {
            Assert.True(MessageItems.TryParse(payload, out _, out var length, out var wrong), wrong);
            payload = payload[length..];
        }

        Assert.True(SessionSetupResponse.TryParse(payload, out var response, out var fault), fault);
        Assert.Equal(SessionAction.Accept, response.Action);
        Session = response.SessionId;
        Stage = Stage.InSession;
    }

    /// <summary>The next request, well-formed, with 20 bytes of body; for links of one socket.</summary>
    public byte[] Request() => Frame(Next(FrameType.Request), body: new byte[20]).Control;

    /// <summary>Sends a request and waits for its answer.</summary>
    public void Echo()
    {
        var header = Next(FrameType.Request);
        Send(Frame(header, body: "echo"u8.ToArray()));
        TakeEcho(header);
    }

    /// <summary>Waits for the answer to a request with this header and the body "echo".</summary>
    public void TakeEcho(FrameHeader header)
    {
        var answer = Take();
        Assert.Equal(FrameType.Response, answer.Header.Type);
        Assert.Equal((header.LocalTask, header.Serial), (answer.Header.RemoteTask, answer.Header.Serial));
        Assert.Equal("echo"u8.ToArray(), answer.Body);
    }

    private static Socket Connect(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Loopback, port);
        socket.Blocking = false;
        return socket;
    }

    private ushort PortOf(int socket) => (ushort)((IPEndPoint)_sockets[socket].LocalEndPoint!).Port;
}
