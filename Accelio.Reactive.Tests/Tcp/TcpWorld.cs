using System.Net;
using System.Net.Sockets;
using Accelio.Transports;
using Accelio.Transports.Polling;
using Accelio.Transports.Tcp;
using Xunit;
using TcpListener = Accelio.Transports.Tcp.TcpListener;

namespace Accelio.Reactive.Tests.Tcp;

/// <summary>A listener and dialed links on one poller, which the test turns; and raw sockets that talk to the listener.</summary>
internal sealed class TcpWorld : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly List<Socket> _sockets = [];
    private readonly List<Link> _links = [];
    private readonly TimeProvider _time;

    public TcpWorld(
        LinkOptions? options = null,
        IPAddress? address = null,
        SteppedTime? time = null,
        Func<Link, ILinkSink>? accept = null,
        ReactorKind engine = ReactorKind.Epoll)
    {
        Options = options ?? new LinkOptions();
        _time = time ?? TimeProvider.System;
        Poller = new ManualPoller(new PollerOptions
        {
            TimeProvider = _time,
            PoisonMemory = true,
            QuarantineOfMemory = 32,
            SpinTime = TimeSpan.Zero,
            Engine = engine,
        });
        TcpListener listener = null!;
        var any = new IPEndPoint(address ?? IPAddress.Loopback, 0);
        Do(() => listener = (TcpListener)Transport.Listen(Poller, any, Options, accept ?? Accept));
        Listener = listener;
        Listener.OnRejected = (_, error, detail) => Rejected.Add((error, detail));
    }

    public TcpTransport Transport { get; } = new();

    public LinkOptions Options { get; }

    public ManualPoller Poller { get; }

    public TcpListener Listener { get; }

    public IPEndPoint Address => (IPEndPoint)Listener.LocalEndPoint;

    /// <summary>The accepted links and their sinks, in the order of accepting.</summary>
    public List<(Link Link, LinkRecorder Sink)> Accepted { get; } = [];

    public List<(LinkError Error, string Detail)> Rejected { get; } = [];

    public Action<LinkRecorder>? Prepare { get; set; }

    /// <summary>The flags of the set-up messages of both ends.</summary>
    public ushort Flags { get; init; }

    /// <summary>Number of descriptors that the process has open.</summary>
    public static int OpenDescriptors => Directory.GetFiles("/proc/self/fd").Length;

    public void Do(Action action)
    {
        Exception? failure = null;
        var done = false;
        Poller.Post(new ActionItem(() =>
        {
            failure = Record.Exception(action);
            done = true;
        }));
        while (!done)
        {
            Poller.Poll(TimeSpan.Zero);
        }

        if (failure is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>Turns the poller until the condition holds.</summary>
    public void Until(Func<bool> condition, Func<string>? otherwise = null)
    {
        var end = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (!condition())
        {
            Poller.Poll(TimeSpan.FromMilliseconds(1));
            Assert.True(Environment.TickCount64 < end, otherwise?.Invoke() ?? "it did not happen");
        }
    }

    /// <summary>Turns the poller for a while, to see that something does not happen.</summary>
    public void For(TimeSpan span)
    {
        var end = Environment.TickCount64 + (long)span.TotalMilliseconds;
        while (Environment.TickCount64 < end)
        {
            Poller.Poll(TimeSpan.FromMilliseconds(1));
        }
    }

    public (Link Link, LinkRecorder Sink) Dial(bool dual = false, EndPoint? address = null)
    {
        var sink = new LinkRecorder { Flags = Flags };
        Link link = null!;
        var called = -1;
        Do(() =>
        {
            link = Transport.Dial(Poller, address ?? Address, WithDual(dual), sink);
            called = sink.Opened + sink.Closed.Count;
        });
        Assert.Equal(0, called);
        _links.Add(link);
        return (link, sink);
    }

    /// <summary>Dials and waits until both ends are set up.</summary>
    public (Link Client, LinkRecorder ClientSink, Link Server, LinkRecorder ServerSink) Connect(bool dual = false)
    {
        var before = Accepted.Count;
        var (client, sink) = Dial(dual);
        Until(() => sink.IsReady && Accepted.Count > before && Accepted[before].Sink.IsReady, () => sink.Detail);
        return (client, sink, Accepted[before].Link, Accepted[before].Sink);
    }

    public Socket Raw(ReadOnlySpan<byte> first = default, int? receiveBuffer = null)
    {
        var socket = new Socket(Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (receiveBuffer is { } size)
        {
            socket.ReceiveBufferSize = size;
        }

        _sockets.Add(socket);
        socket.Connect(Address);
        if (first.Length > 0)
        {
            socket.Send(first);
        }

        return socket;
    }

    /// <summary>Whether the other side has closed the socket, read or not.</summary>
    public bool IsOver(Socket socket)
    {
        try
        {
            return socket.Poll(0, SelectMode.SelectRead) && (socket.Available == 0 || socket.Receive(new byte[65536]) < 0);
        }
        catch (SocketException)
        {
            return true;
        }
    }

    public SendStatus Send(Link link, FrameHeader header, byte[] body, SendToken? token = null, uint room = 0)
    {
        var status = default(SendStatus);
        Do(() =>
        {
            var frame = new OutboundFrame { Header = header, Body = Bytes.Whole(body), Token = token, OfferedRoom = room };
            status = link.Send(ref frame);
        });
        return status;
    }

    public void Dispose()
    {
        Do(() =>
        {
            foreach (var link in _links.Concat(Accepted.Select(accepted => accepted.Link)))
            {
                link.Abort(LinkError.Aborted, "the test is over");
            }

            Listener.Stop();
        });
        Poller.Poll(TimeSpan.Zero);
        Poller.Dispose();
        foreach (var socket in _sockets)
        {
            socket.Dispose();
        }
    }

    private LinkOptions WithDual(bool dual) => dual == Options.DualSocket ? Options : new LinkOptions
    {
        DualSocket = dual,
        SetupTimeout = Options.SetupTimeout,
        BodyProgressTimeout = Options.BodyProgressTimeout,
        SendProgressTimeout = Options.SendProgressTimeout,
        MaxBodyLength = Options.MaxBodyLength,
    };

    private LinkRecorder Accept(Link link)
    {
        var sink = new LinkRecorder { Flags = Flags };
        Prepare?.Invoke(sink);
        Accepted.Add((link, sink));
        return sink;
    }

    private sealed class ActionItem(Action action) : WorkItem
    {
        public override void Execute() => action();
    }
}
