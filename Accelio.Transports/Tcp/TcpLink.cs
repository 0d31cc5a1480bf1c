using System.Net;
using Accelio.Native.Linux;
using Accelio.Transports.Polling;
using Accelio.Transports.Streams;

namespace Accelio.Transports.Tcp;

/// <summary>A link over one TCP socket, or over two: control and data (wire protocol, section 3).</summary>
internal sealed unsafe partial class TcpLink : StreamLink
{
    private readonly TcpStream[] _streams;
    private readonly TcpListener? _listener;
    private IPEndPoint _local;
    private bool _configured;

    // Links to C peers only.
    private TcpAcknowledger? _acknowledger;

    private TcpLink(
        Poller poller,
        LinkOptions options,
        bool isClient,
        bool isDual,
        IPEndPoint local,
        IPEndPoint remote,
        TcpListener? listener)
        : base(poller, options, isClient, isDual)
    {
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
            _acknowledger = (peer.Flags & LinkSetup.ExtensionFlag) == 0 ? new TcpAcknowledger(this) : null;
            _listener?.LinkConfigured();
        }
    }

    /// <summary>Makes the link of sockets that were accepted and have said what they are for.</summary>
    /// <param name="listener">Who counts the link.</param>
    /// <param name="poller">Where it lives, and the sockets are watched.</param>
    /// <param name="control">The only socket, or the one of the frames.</param>
    /// <param name="data">The socket of the bulk bytes, or null.</param>
    /// <param name="remote">Address of the peer's control socket.</param>
    internal static TcpLink Accept(TcpListener listener, Poller poller, TcpSocket control, TcpSocket? data, IPEndPoint remote)
    {
        var local = control.LocalEndPoint ?? remote;
        var link = new TcpLink(poller, listener.Options, isClient: false, data is not null, local, remote, listener);
        control.Watch(link._streams[ControlStream] = new TcpStream(link, ControlStream, control), wantRead: true);
        data?.Watch(link._streams[DataStream] = new TcpStream(link, DataStream, data), wantRead: true);

        return link;
    }

    /// <summary>Gives an accepted link its sink and opens it.</summary>
    internal void Start(ILinkSink sink)
    {
        Attach(sink);
        Opened();
    }

    /// <summary>The reactor says that a socket may have bytes.</summary>
    internal int OnReadable(int stream, long now)
    {
        if (_connecting > 0)
        {
            return 0;
        }

        var work = Receive(stream, now);
        _acknowledger?.Mark();
        return work;
    }

    /// <summary>Has the kernel acknowledge without delay what has arrived on a stream, unless output is about to do that.</summary>
    internal void AcknowledgeNow(int stream)
    {
        if (!IsClosed && !WillSend(stream))
        {
            TcpSocketOptions.AcknowledgeNow(_streams[stream].Socket);
        }
    }

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
        else if (!_streams[stream].Socket.IsWatched)
        {
            Fail(LinkError.Aborted, "a callback of the link's owner failed");
        }
        else
        {
            OnStreamFailed(stream, _streams[stream].Socket.TakeError());
        }
    }

    /// <inheritdoc/>
    protected override int TryReceive(int stream, IoVector* vectors, int count)
    {
        var received = _streams[stream].Socket.Receive(vectors, count);
        if (received > 0)
        {
            _acknowledger?.OnReceived(stream);
        }

        return received;
    }

    /// <inheritdoc/>
    protected override int TrySend(int stream, IoVector* vectors, int count)
    {
        var sent = _streams[stream].Socket.Send(vectors, count);
        if (sent > 0)
        {
            _acknowledger?.OnSent(stream);
        }

        return sent;
    }

    /// <inheritdoc/>
    protected override void UpdateInterest(int stream, bool wantRead, bool wantWrite)
    {
        var socket = _streams[stream].Socket;
        if (wantWrite)
        {
            KeepFirst(stream, socket.BytesUnderWay);
        }

        socket.Update(wantRead, wantWrite);
    }

    /// <inheritdoc/>
    protected override void MarkReady(int stream) => _streams[stream].Socket.MarkReady();

    /// <inheritdoc/>
    protected override void ShutdownSend()
    {
        foreach (var stream in _streams)
        {
            // A peer that has gone already is found out by reading.
            stream.Socket.ShutdownSend();
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
            stream?.Socket.Dispose();
        }

        _listener?.LinkClosed(_configured);
    }
}
