using System.Net;
using Accelio.Native.Linux;
using Accelio.Transports.Polling;
using Accelio.Transports.Streams;

namespace Accelio.Transports.Tcp;

/// <summary>A link over one TCP socket, or over two: control and data (wire protocol, section 3).</summary>
internal sealed unsafe partial class TcpLink : StreamLink
{
    private const int SendFlags = Sockets.MessageNoSignal | Sockets.MessageDontWait;

    private readonly SocketReactor _reactor;
    private readonly TcpStream[] _streams;
    private readonly TcpListener? _listener;
    private IPEndPoint _local;
    private bool _configured;

    private TcpLink(
        Poller poller,
        SocketReactor reactor,
        LinkOptions options,
        bool isClient,
        bool isDual,
        IPEndPoint local,
        IPEndPoint remote,
        TcpListener? listener)
        : base(poller, options, isClient, isDual)
    {
        _reactor = reactor;
        _streams = new TcpStream[isDual ? 2 : 1];
        _local = local;
        RemoteEndPoint = remote;
        _listener = listener;
    }

    /// <inheritdoc/>
    public override EndPoint LocalEndPoint => _local;

    /// <inheritdoc/>
    public override EndPoint RemoteEndPoint { get; }

    /// <inheritdoc/>
    public override void Configure(in LinkSetup peer, int bufferSize)
    {
        base.Configure(peer, bufferSize);
        if (!_configured && !IsClosed)
        {
            _configured = true;
            _listener?.LinkConfigured();
        }
    }

    /// <summary>Makes the link of sockets that were accepted and have said what they are for.</summary>
    /// <param name="listener">Who counts the link.</param>
    /// <param name="reactor">The reactor of the listener's poller.</param>
    /// <param name="control">The only socket, or the one of the frames.</param>
    /// <param name="data">The socket of the bulk bytes, or null.</param>
    /// <param name="remote">Address of the peer's control socket.</param>
    internal static TcpLink Accept(
        TcpListener listener, SocketReactor reactor, DescriptorHandle control, DescriptorHandle? data, IPEndPoint remote)
    {
        var local = TcpAddress.LocalOf(control.Descriptor) ?? remote;
        var link = new TcpLink(listener.Poller, reactor, listener.Options, isClient: false, data is not null, local, remote, listener);
        link.Add(ControlStream, control, wantRead: true);
        if (data is not null)
        {
            link.Add(DataStream, data, wantRead: true);
        }

        return link;
    }

    /// <summary>Gives an accepted link its sink and opens it.</summary>
    internal void Start(ILinkSink sink)
    {
        Attach(sink);
        Opened();
    }

    /// <summary>The reactor says that a socket may have bytes.</summary>
    internal int OnReadable(int stream, long now) => _connecting > 0 ? 0 : Receive(stream, now);

    /// <summary>The reactor says that a socket takes bytes, or that its connect has ended.</summary>
    internal void OnWritable(int stream, long now)
    {
        if (_connecting > 0)
        {
            OnConnected(stream);
        }
        else
        {
            OnStreamWritable(stream, now);
        }
    }

    /// <summary>The reactor says that a socket has failed.</summary>
    internal void OnError(int stream)
    {
        if (_connecting > 0)
        {
            OnConnected(stream);
        }
        else if (!_streams[stream].IsRegistered)
        {
            Fail(LinkError.Aborted, "a callback of the link's owner failed");
        }
        else
        {
            _ = Sockets.GetOption(_streams[stream].Socket, Sockets.LevelSocket, Sockets.OptionError, out var error);
            OnStreamFailed(stream, -error);
        }
    }

    /// <inheritdoc/>
    protected override int TryReceive(int stream, IoVector* vectors, int count)
    {
        int result;
        if (count == 1)
        {
            result = Sockets.Receive(_streams[stream].Socket, vectors->Base, (int)vectors->Length, Sockets.MessageDontWait);
        }
        else
        {
            MessageHeader message = default;
            message.Vectors = vectors;
            message.VectorCount = (nuint)count;
            result = Sockets.Receive(_streams[stream].Socket, &message, Sockets.MessageDontWait);
        }

        return result == -Errno.Interrupted ? WouldBlock : result;
    }

    /// <inheritdoc/>
    protected override int TrySend(int stream, IoVector* vectors, int count)
    {
        while (true)
        {
            int result;
            if (count == 1)
            {
                result = Sockets.Send(_streams[stream].Socket, vectors->Base, (int)Math.Min(vectors->Length, int.MaxValue), SendFlags);
            }
            else
            {
                MessageHeader message = default;
                message.Vectors = vectors;
                message.VectorCount = (nuint)count;
                result = Sockets.Send(_streams[stream].Socket, &message, SendFlags);
            }

            if (result != -Errno.Interrupted)
            {
                return result;
            }
        }
    }

    /// <inheritdoc/>
    protected override void UpdateInterest(int stream, bool wantRead, bool wantWrite) =>
        _reactor.Update(_streams[stream], wantRead, wantWrite);

    /// <inheritdoc/>
    protected override void MarkReady(int stream) => _reactor.MarkReady(_streams[stream]);

    /// <inheritdoc/>
    protected override void ShutdownSend()
    {
        foreach (var stream in _streams)
        {
            // A peer that has gone already is found out by reading.
            _ = Sockets.Shutdown(stream.Socket, Sockets.ShutdownWrite);
        }
    }

    /// <inheritdoc/>
    protected override void CloseStreams()
    {
        _connecting = 0;
        if (_connectTimer is not null)
        {
            Poller.Timers.Cancel(_connectTimer);
        }

        foreach (var stream in _streams)
        {
            // A dial that failed half-way has fewer sockets than streams.
            if (stream is not null)
            {
                _reactor.Remove(stream);
                stream.Close();
            }
        }

        _listener?.LinkClosed(_configured);
    }

    private void Add(int index, DescriptorHandle handle, bool wantRead)
    {
        var stream = new TcpStream(this, index, handle);
        _streams[index] = stream;
        _reactor.Add(stream, stream.Socket, wantRead, !wantRead);
    }
}
