using System.Net;
using System.Net.Sockets;
using Accelio.Reactive.Tests.Tcp;
using Accelio.Transports;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.BadInput;

/// <summary>
/// A client made of sockets and bytes: goes through the set-up as far as a test wants, by the rules, and then sends what the test wants.
/// It plays a C program, or one of ours.
/// </summary>
internal sealed class RawPeer : IDisposable
{
    private readonly ServerWorld _world;
    private readonly Socket[] _sockets;
    private readonly List<byte>[] _received;
    private bool _hasEnded;
    private uint _lastTask;
    private ulong _nextSerial;
    private ushort _nextSn;

    public RawPeer(ServerWorld world, bool isDual, bool isOurs)
    {
        (_world, IsDual, IsOurs) = (world, isDual, isOurs);
        _sockets = new Socket[isDual ? 2 : 1];
        _received = [.. _sockets.Select(_ => new List<byte>())];
        for (var i = 0; i < _sockets.Length; i++)
        {
            _sockets[i] = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            _sockets[i].Connect(IPAddress.Loopback, world.Server.EndPoint.Port);
            _sockets[i].Blocking = false;
        }
    }

    public bool IsDual { get; }

    public bool IsOurs { get; }

    /// <summary>The address by which the server's log names the peer.</summary>
    public string Address => $"{_sockets[0].LocalEndPoint}";

    /// <summary>The server's id of the session.</summary>
    public uint Session { get; private set; }

    /// <summary>Whether the server has closed the connection.</summary>
    public bool IsOver
    {
        get
        {
            Receive();
            return _hasEnded;
        }
    }

    /// <summary>Sends the connect message on every socket.</summary>
    public RawPeer Introduce()
    {
        if (IsDual)
        {
            Send(TcpListenerTests.Connect(2, PortOf(1)));
            Send(TcpListenerTests.Connect(3, PortOf(0)), socket: 1);
        }
        else
        {
            Send(TcpListenerTests.Connect(1, 0));
        }

        return this;
    }

    /// <summary>Sets the link up.</summary>
    public RawPeer OpenLink()
    {
        Introduce();
        Send(Setup());
        TakeSetup();
        return this;
    }

    /// <summary>Sets the link up and opens a session on it.</summary>
    public RawPeer OpenSession()
    {
        OpenLink();
        Send(SessionRequest());
        var answer = Take();
        Assert.Equal(FrameType.SessionResponse, answer.Header.Type);
        var payload = answer.UserHeader.AsSpan();
        if (IsOurs)
        {
            Assert.True(MessageItems.TryParse(payload, out _, out var length, out var wrong), wrong);
            payload = payload[length..];
        }

        Assert.True(SessionSetupResponse.TryParse(payload, out var response, out var fault), fault);
        Session = response.SessionId;
        return this;
    }

    /// <summary>The set-up message of the link.</summary>
    public byte[] Setup(byte[]? trailer = null)
    {
        var setup = LinkRecorder.SetupOf(new LinkOptions(), isResponse: false);
        var block = new byte[ExtensionBlock.MaxWritten];
        if (IsOurs && trailer is null)
        {
            trailer = block[..ExtensionBlock.Write(block, LinkFeatures.Flow | LinkFeatures.FailureText | LinkFeatures.ResponseRoom)];
        }

        setup.Flags |= trailer is null ? (ushort)0 : LinkSetup.ExtensionFlag;
        var bytes = new byte[TcpNexus.FrameLength(isResponse: false, trailer?.Length ?? 0)];
        TcpNexus.Write(bytes, setup, trailer);
        return bytes;
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
            var items = new MessageItems
            {
                HasWindow = true,
                WindowMessages = 100,
                WindowBytes = 1 << 20,
                HasResponseRoom = true,
                ResponseRoom = 1 << 20,
            };
            var area = new byte[items.Length];
            items.Write(area);
            payload = [.. area, .. payload];
            flags = MessageFlags.Items;
        }

        var header = new FrameHeader { Type = FrameType.SessionRequest, LocalTask = ++_lastTask, Flags = flags };
        return RawFrames.Inline(IsDual, header, payload, default);
    }

    /// <summary>The header of the next frame to the session, numbered as it should be.</summary>
    public FrameHeader Next(FrameType type, uint flags = 0) => new()
    {
        Type = type,
        Destination = Session,
        Flags = flags,
        LocalTask = ++_lastTask,
        Serial = _nextSerial++,
        SequenceNumber = _nextSn++,
        AckSequenceNumber = ushort.MaxValue,
    };

    /// <summary>A frame whose body is inline.</summary>
    public (byte[] Control, byte[] Data) Frame(FrameHeader header, byte[]? userHeader = null, byte[]? body = null) =>
        RawFrames.Inline(IsDual, header, userHeader, body);

    /// <summary>The next request, well-formed, with 20 bytes of body; for links of one socket.</summary>
    public byte[] Request() => Frame(Next(FrameType.Request), body: new byte[20]).Control;

    /// <summary>Sends a request and waits for its answer.</summary>
    public void Echo()
    {
        var header = Next(FrameType.Request);
        Send(Frame(header, body: "echo"u8.ToArray()));
        var answer = Take();
        Assert.Equal(FrameType.Response, answer.Header.Type);
        Assert.Equal((header.LocalTask, header.Serial), (answer.Header.RemoteTask, answer.Header.Serial));
        Assert.Equal("echo"u8.ToArray(), answer.Body);
    }

    public void Send((byte[] Control, byte[] Data) frame)
    {
        Send(frame.Control);
        if (frame.Data.Length != 0)
        {
            Send(frame.Data, socket: 1);
        }
    }

    public void Send(ReadOnlyMemory<byte> bytes, int socket = 0)
    {
        while (!bytes.IsEmpty)
        {
            var sent = _sockets[socket].Send(bytes.Span, SocketFlags.None, out var error);
            if (error is not (SocketError.Success or SocketError.WouldBlock))
            {
                throw new SocketException((int)error);
            }

            bytes = bytes[sent..];
            if (error == SocketError.WouldBlock)
            {
                _world.Turn();
            }
        }
    }

    /// <summary>Waits for the next frame.</summary>
    public RawFrame Take()
    {
        RawFrame? frame = null;
        _world.Until(() => IsOver || (frame = RawFrames.TryTake(IsDual, _received[0], _received[^1])) is not null);
        Assert.True(frame is not null, $"the server closed the link: {string.Join("; ", _world.Log.LinkFailures)}");
        return frame;
    }

    /// <summary>Waits for the server's set-up message.</summary>
    public LinkSetup TakeSetup()
    {
        var length = 0;
        _world.Until(() => IsOver || (_received[0].Count >= Tlv.Size
            && TcpNexus.ReadTlv(_received[0].ToArray(), isResponse: true, out length, out _) == LinkError.None
            && _received[0].Count >= length));
        var value = _received[0].GetRange(Tlv.Size, length - Tlv.Size).ToArray();
        _received[0].RemoveRange(0, length);
        Assert.Equal(LinkError.None, TcpNexus.Read(value, isResponse: true, out var setup, out _, out _));
        return setup;
    }

    public void Dispose()
    {
        foreach (var socket in _sockets)
        {
            socket.Dispose();
        }
    }

    private ushort PortOf(int socket) => (ushort)((IPEndPoint)_sockets[socket].LocalEndPoint!).Port;

    private void Receive()
    {
        for (var i = 0; i < _sockets.Length && !_hasEnded; i++)
        {
            while (true)
            {
                var count = _sockets[i].Receive(_world.Buffer, SocketFlags.None, out var error);
                if (error == SocketError.WouldBlock)
                {
                    break;
                }

                if (count == 0)
                {
                    _hasEnded = true;
                    break;
                }

                _received[i].AddRange(_world.Buffer.AsSpan(0, count));
            }
        }
    }
}
