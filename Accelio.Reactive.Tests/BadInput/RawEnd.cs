using System.Net.Sockets;
using Accelio.Reactive.Tests.Tcp;
using Accelio.Transports;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.BadInput;

/// <summary>An end of a link made of sockets and bytes: what client and server have in common.</summary>
internal abstract class RawEnd(BadWorld world, bool isOurs, params Socket[] sockets) : IDisposable
{
    private readonly List<byte>[] _received = [.. sockets.Select(_ => new List<byte>())];
    private bool _hasEnded;
    private uint _lastTask;
    private ulong _nextSerial;
    private ushort _nextRequestSn;
    private ushort _nextResponseSn;

    /// <summary>Whether it uses two sockets.</summary>
    public bool IsDual => sockets.Length == 2;

    /// <summary>Whether it offers our extensions, instead of being a C program.</summary>
    public bool IsOurs => isOurs;

    /// <summary>The other side's id of the session.</summary>
    public uint Session { get; protected set; }

    /// <summary>How far it has come.</summary>
    public Stage Stage { get; protected set; }

    /// <summary>Whether it takes what the other side sends.</summary>
    public bool IsListening { get; set; } = true;

    /// <summary>Whether the other side has closed the connection.</summary>
    public bool IsOver
    {
        get
        {
            Receive();
            return _hasEnded;
        }
    }

    /// <summary>The header of the next request-class frame to the session, numbered as it should be.</summary>
    public FrameHeader Next(FrameType type, uint flags = 0) => new()
    {
        Type = type,
        Destination = Session,
        Flags = flags,
        LocalTask = ++_lastTask,
        Serial = _nextSerial++,
        SequenceNumber = _nextRequestSn++,
        AckSequenceNumber = ushort.MaxValue,
    };

    /// <summary>The number of the next request-class frame; for one that is sent again.</summary>
    public ushort NextSequence() => _nextRequestSn++;

    /// <summary>The header of the next response, numbered as it should be.</summary>
    public FrameHeader Answer(FrameHeader request, FrameType type = FrameType.Response, uint flags = MessageFlags.ReceiptLast) => new()
    {
        Type = type,
        Destination = Session,
        Flags = flags,
        RemoteTask = request.LocalTask,
        Serial = request.Serial,
        SequenceNumber = _nextResponseSn++,
        AckSequenceNumber = ushort.MaxValue,
    };

    /// <summary>A frame whose body is inline.</summary>
    public (byte[] Control, byte[] Data) Frame(FrameHeader header, byte[]? userHeader = null, byte[]? body = null) =>
        RawFrames.Inline(IsDual, header, userHeader, body);

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
            var sent = sockets[socket].Send(bytes.Span, SocketFlags.None, out var error);
            if (error is not (SocketError.Success or SocketError.WouldBlock))
            {
                throw new SocketException((int)error);
            }

            bytes = bytes[sent..];
            if (error == SocketError.WouldBlock)
            {
                world.Turn();
            }
        }
    }

    /// <summary>Lets the other side see every byte alone.</summary>
    public void SendByteByByte(byte[] bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            Send(bytes.AsMemory(i, 1));
            world.Turn();
        }
    }

    /// <summary>Sends as long as the other side takes it in.</summary>
    /// <returns>False when it did not for a while; part of the bytes may have gone.</returns>
    public bool TrySend(ReadOnlyMemory<byte> bytes)
    {
        const int Attempts = 50;
        for (var i = 0; i < Attempts; i++)
        {
            bytes = bytes[Math.Max(0, sockets[0].Send(bytes.Span, SocketFlags.None, out _))..];
            if (bytes.IsEmpty)
            {
                return true;
            }

            world.Turn();
        }

        return false;
    }

    /// <summary>Waits for the next frame.</summary>
    public RawFrame Take()
    {
        RawFrame? frame = null;
        world.Until(() => IsOver || (frame = RawFrames.TryTake(IsDual, _received[0], _received[^1])) is not null);
        Assert.True(frame is not null, $"the link was closed: {string.Join("; ", world.Log.LinkFailures)}");
        return frame;
    }

    /// <summary>Waits for so many bytes that are no frame.</summary>
    public byte[] TakeBytes(int count)
    {
        world.Until(() => IsOver || _received[0].Count >= count);
        Assert.True(_received[0].Count >= count, $"the link was closed: {string.Join("; ", world.Log.LinkFailures)}");
        var bytes = _received[0].GetRange(0, count).ToArray();
        _received[0].RemoveRange(0, count);
        return bytes;
    }

    /// <summary>Waits for the set-up message of the other side.</summary>
    public LinkSetup TakeSetup(bool isResponse)
    {
        var head = TakeBytes(Tlv.Size);
        Assert.Equal(LinkError.None, TcpNexus.ReadTlv(head, isResponse, out var length, out var fault));
        Assert.Null(fault);
        Assert.Equal(LinkError.None, TcpNexus.Read(TakeBytes(length - Tlv.Size), isResponse, out var setup, out _, out _));
        return setup;
    }

    public void Dispose()
    {
        foreach (var socket in sockets)
        {
            socket.Dispose();
        }
    }

    /// <summary>A set-up message of the link, with a block of extensions or whatever stands in its place.</summary>
    protected byte[] Setup(bool isResponse, byte[]? block)
    {
        var setup = LinkRecorder.SetupOf(new LinkOptions(), isResponse);
        if (IsOurs && block is null)
        {
            block = new byte[ExtensionBlock.MaxWritten];
            block = block[..ExtensionBlock.Write(block, LinkFeatures.Flow | LinkFeatures.FailureText | LinkFeatures.ResponseRoom | LinkFeatures.Abort | LinkFeatures.Drain)];
        }

        setup.Flags |= block is null ? (ushort)0 : LinkSetup.ExtensionFlag;
        var bytes = new byte[TcpNexus.FrameLength(isResponse, block?.Length ?? 0)];
        TcpNexus.Write(bytes, setup, block);
        return bytes;
    }

    /// <summary>The items with which one of ours opens a session.</summary>
    protected static byte[] SessionItems()
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
        return area;
    }

    private void Receive()
    {
        for (var i = 0; i < sockets.Length && !_hasEnded; i++)
        {
            while (IsListening)
            {
                var count = sockets[i].Receive(world.Buffer, SocketFlags.None, out var error);
                if (error == SocketError.WouldBlock)
                {
                    break;
                }

                if (count == 0 || error != SocketError.Success)
                {
                    _hasEnded = true;
                    break;
                }

                _received[i].AddRange(world.Buffer.AsSpan(0, count));
            }
        }
    }
}
