using System.Net;
using Accelio.Native.Linux;
using Accelio.Transports;
using Accelio.Transports.Polling;
using Accelio.Transports.Streams;

namespace Accelio.Reactive.Tests.Tcp;

/// <summary>A link whose streams are lists of bytes: the test says what arrives in which pieces, and how much is taken at once.</summary>
internal sealed unsafe class ScriptedLink : StreamLink
{
    private readonly ScriptedStream[] _streams;

    public ScriptedLink(Poller poller, LinkOptions options, ILinkSink sink, bool isClient, bool isDual = false)
        : base(poller, options, isClient, isDual)
    {
        _streams = isDual ? [new(), new()] : [new()];
        Attach(sink);
    }

    public override EndPoint LocalEndPoint => new IPEndPoint(IPAddress.Loopback, 1);

    public override EndPoint RemoteEndPoint => new IPEndPoint(IPAddress.Loopback, 2);

    public ScriptedStream Control => _streams[ControlStream];

    public ScriptedStream Data => _streams[DataStream];

    public int TimesClosed { get; private set; }

    public bool HasShutDown { get; private set; }

    public void Open() => Opened();

    /// <summary>Lets bytes arrive and takes them in, all of them, in pieces of at most so many bytes per call of the link.</summary>
    public void Feed(ReadOnlySpan<byte> bytes, int piece = int.MaxValue, int stream = ControlStream)
    {
        _streams[stream].Piece = piece;
        _streams[stream].Incoming.Append(bytes);
        Take();
    }

    /// <summary>One turn of the reactor.</summary>
    /// <returns>Whether anything was done.</returns>
    public bool Turn()
    {
        var work = 0;
        for (var i = 0; i < _streams.Length && !IsClosed; i++)
        {
            var stream = _streams[i];
            var ready = stream.IsMarked || (stream.WantsRead && stream.HasSomethingToSay);
            stream.IsMarked = false;
            work += ready ? Receive(i, Poller.Now) : 0;
            if (!IsClosed && stream.WantsWrite && stream.Room > 0)
            {
                OnStreamWritable(i, Poller.Now);
                work++;
            }
        }

        return work > 0;
    }

    /// <summary>Turns until nothing happens any more.</summary>
    public void Take()
    {
        while (Turn())
        {
        }
    }

    public void Break(LinkError error, string detail) => Fail(error, detail);

    protected override int TryReceive(int stream, IoVector* vectors, int count) => _streams[stream].Receive(vectors, count, WouldBlock);

    protected override int TrySend(int stream, IoVector* vectors, int count) => _streams[stream].Send(vectors, count, WouldBlock);

    protected override void UpdateInterest(int stream, bool wantRead, bool wantWrite)
    {
        _streams[stream].WantsRead = wantRead;
        _streams[stream].WantsWrite = wantWrite;
    }

    protected override void MarkReady(int stream) => _streams[stream].IsMarked = true;

    protected override void ShutdownSend() => HasShutDown = true;

    protected override void CloseStreams() => TimesClosed++;
}
