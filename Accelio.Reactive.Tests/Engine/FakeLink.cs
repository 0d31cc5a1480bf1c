using System.Buffers;
using System.Net;
using Accelio.Transports;
using Accelio.Transports.Memory;
using Accelio.Transports.Polling;

namespace Accelio.Reactive.Tests.Engine;

/// <summary>A link without a transport: keeps what the engine sends, and plays the peer by hand.</summary>
internal sealed unsafe class FakeLink(Poller poller, bool isClient, LinkOptions options) : Link
{
    private readonly Dictionary<ulong, InboundFrame> _begun = [];
    private bool _closed;

    public List<SentFrame> Sent { get; } = [];

    public List<(LinkSetup Setup, byte[] Trailer)> Setups { get; } = [];

    public (LinkError Error, string Detail)? Aborted { get; private set; }

    public bool ClosedInOrder { get; private set; }

    public bool Paused { get; private set; }

    public bool Congested { get; set; }

    /// <summary>Whether bodies are referenced instead of copied.</summary>
    public bool References { get; set; }

    /// <summary>What the sink said at the last arrival.</summary>
    public PlacementKind Placement { get; private set; }

    /// <summary>What devices do, where the link has any.</summary>
    public FakeDirect? Devices { get; init; }

    public override IDirectAccess? Direct => Devices;

    public override LinkKind Kind => LinkKind.Stream;

    public override bool IsClient => isClient;

    public override Poller Poller => poller;

    public override LinkOptions Options => options;

    public override EndPoint LocalEndPoint { get; } = new IPEndPoint(IPAddress.Loopback, 1);

    public override EndPoint RemoteEndPoint { get; } = new IPEndPoint(IPAddress.Loopback, 2);

    public override long QueuedBytes => 0;

    public override bool IsCongested => Congested;

    public override ReadOnlySpan<Slab> ReceiveBuffers => default;

    public void Touch() => LastReceived = poller.Now;

    public override void SendSetup(in LinkSetup setup, ReadOnlySpan<byte> trailer) => Setups.Add((setup, trailer.ToArray()));

    public override void Configure(in LinkSetup peer, int bufferSize) => LongestPlain = options.CopyThreshold;

    public override void SendPlain(FrameType type, uint task, bool lastInBatch, in SessionWords session, ReadOnlySpan<byte> body, int awaited)
    {
        if (_closed)
        {
            throw new InvalidOperationException("a plain message was sent on a closed link");
        }

        Sent.Add(new SentFrame(SentFrame.HeaderOf(type, task, lastInBatch, session), [], [], body.ToArray(), OfferedRoom: 0, Token: null));
    }

    public override SendStatus Send(ref OutboundFrame frame)
    {
        if (_closed)
        {
            return SendStatus.Closed;
        }

        var referenced = References && frame.Token is not null && !frame.Body.IsEmpty;
        if (referenced)
        {
            frame.Token!.Pin(frame.Body);
        }

        Sent.Add(new SentFrame(
            frame.Header,
            frame.Items.ToArray(),
            frame.UserHeader.ToArray(),
            frame.Body.ToArray(),
            frame.OfferedRoom,
            referenced ? frame.Token : null));
        return referenced ? SendStatus.Referenced : SendStatus.Copied;
    }

    public override void PauseReceive() => Paused = true;

    public override void ResumeReceive() => Paused = false;

    public override void Abort(LinkError error, string detail)
    {
        Aborted ??= (error, detail);
        End();
    }

    public override void Close()
    {
        ClosedInOrder = true;
        End();
    }

    private void End()
    {
        _closed = true;
        LongestPlain = -1;
    }

    /// <summary>The head of the peer's frame arrives.</summary>
    public void Begin(ILinkSink sink, FrameHeader header, int bodyLength)
    {
        var frame = new InboundFrame { Header = header, BodyLength = bodyLength };
        sink.OnArrival(this, ref frame);
        _begun[header.Serial] = frame;
    }

    /// <summary>The body has come.</summary>
    public void End(ILinkSink sink, FrameHeader header, byte[] body)
    {
        fixed (byte* b = body)
        {
            _begun.Remove(header.Serial, out var frame);
            frame.Header = header;
            frame.Body = frame.Placement == PlacementKind.Destination ? frame.Destination : b;
            frame.BodyLength = body.Length;
            body.CopyTo(new Span<byte>(frame.Body, body.Length));
            sink.OnFrame(this, ref frame);
        }
    }

    /// <summary>The peer's frame arrives and is complete.</summary>
    public void Deliver(ILinkSink sink, FrameHeader header, byte[]? userHeader = null, byte[]? body = null, bool isWritten = false)
    {
        userHeader ??= [];
        body ??= [];
        fixed (byte* h = userHeader, b = body)
        {
            var frame = new InboundFrame
            {
                Header = header,
                UserHeader = h,
                UserHeaderLength = userHeader.Length,
                Body = body.Length == 0 || isWritten ? null : b,
                IsWritten = isWritten,
                BodyLength = body.Length,
            };
            sink.OnArrival(this, ref frame);
            Placement = frame.Placement;
            if (isWritten && frame.Placement == PlacementKind.Destination)
            {
                // The device has done that before.
                body.CopyTo(new Span<byte>(frame.Destination, body.Length));
                frame.Body = frame.Destination;
            }

            if (Aborted is null && !(isWritten && frame.Placement == PlacementKind.Pool))
            {
                sink.OnFrame(this, ref frame);
            }
        }
    }
}
