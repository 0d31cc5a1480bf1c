using Accelio.Transports;
using Accelio.Transports.Memory;
using Accelio.Transports.Wire;

namespace Accelio.Reactive.Tests.Tcp;

/// <summary>A sink that sets links up by itself, writes everything down, and complains about calls that the contract forbids.</summary>
internal sealed unsafe class LinkRecorder : ILinkSink
{
    public delegate void FrameAction(Link link, ref InboundFrame frame);

    public List<ReceivedFrame> Frames { get; } = [];

    public List<SendToken> Released { get; } = [];

    public List<(LinkError Error, string Detail)> Closed { get; } = [];

    public List<(LinkSetup Setup, byte[] Trailer)> Setups { get; } = [];

    public List<string> Calls { get; } = [];

    public int Arrivals { get; private set; }

    public int Opened { get; private set; }

    public int Writable { get; private set; }

    public int ReuseAsked { get; private set; }

    public long Count { get; private set; }

    /// <summary>Whether set-up messages are exchanged without the test's help.</summary>
    public bool SetsUp { get; init; } = true;

    /// <summary>Off: frames are counted only, and nothing is written down, so that nothing is allocated.</summary>
    public bool KeepsFrames { get; set; } = true;

    public FrameAction? Arrival { get; set; }

    public FrameAction? Frame { get; set; }

    public Func<Link, bool>? Reuse { get; set; }

    public Action<Link>? WhenReleased { get; set; }

    public byte[] Trailer { get; init; } = [];

    /// <summary>The flags of the set-up messages that it sends.</summary>
    public ushort Flags { get; init; }

    public bool IsReady { get; private set; }

    public LinkError? Error => Closed.Count == 0 ? null : Closed[0].Error;

    public string Detail => Closed.Count == 0 ? "not closed" : Closed[0].Detail;

    public static LinkSetup SetupOf(LinkOptions options, bool isResponse) => new()
    {
        IsResponse = isResponse,
        Version = LinkSetup.ProtocolVersion,
        BufferSize = (ulong)options.BufferSize,
        MaxInParts = (uint)options.MaxInParts,
        MaxOutParts = (uint)options.MaxOutParts,
        MaxHeaderLength = (uint)options.MaxHeaderLength,
    };

    public void OnOpened(Link link)
    {
        Note("opened");
        Opened++;
        if (SetsUp && link.IsClient)
        {
            link.SendSetup(SetupOf(link.Options, isResponse: false) with { Flags = Flags }, Trailer);
        }
    }

    public void OnSetup(Link link, in LinkSetup setup, ReadOnlySpan<byte> trailer)
    {
        Note("setup");
        Setups.Add((setup, trailer.ToArray()));
        if (!SetsUp)
        {
            return;
        }

        var size = (int)Math.Min(setup.BufferSize, (ulong)link.Options.BufferSize);
        link.Configure(setup, size);
        IsReady = true;
        if (!link.IsClient)
        {
            var answer = SetupOf(link.Options, isResponse: true);
            answer.BufferSize = (ulong)size;
            answer.Flags = Flags;
            link.SendSetup(answer, Trailer);
        }
    }

    public void OnArrival(Link link, ref InboundFrame frame)
    {
        Arrivals++;
        Arrival?.Invoke(link, ref frame);
    }

    public void OnFrame(Link link, ref InboundFrame frame)
    {
        Count++;
        if (KeepsFrames)
        {
            Note("frame");
            var room = new RoomEntry[frame.RoomCount];
            Sge.Read(frame.Room, frame.RoomCount, room);
            Frames.Add(new ReceivedFrame(
                frame.Header,
                new Span<byte>(frame.UserHeader, frame.UserHeaderLength).ToArray(),
                frame.Body == null ? [] : new Span<byte>(frame.Body, (int)frame.BodyLength).ToArray(),
                frame.BodyLength,
                room,
                IsIn(link.ReceiveBuffers, frame.Body),
                frame.Slab is not null,
                frame.Discarded,
                frame.Tag));
        }

        Frame?.Invoke(link, ref frame);
    }

    public bool OnReceiveBufferReuse(Link link)
    {
        ReuseAsked++;
        return Reuse?.Invoke(link) ?? true;
    }

    public void OnReleased(Link link, SendToken token)
    {
        token.Unpin();
        if (KeepsFrames)
        {
            Released.Add(token);
        }

        WhenReleased?.Invoke(link);
    }

    public void OnWritable(Link link)
    {
        Note("writable");
        Writable++;
    }

    public void OnClosed(Link link, LinkError error, string detail)
    {
        Note("closed");
        Closed.Add((error, detail));
    }

    private static bool IsIn(ReadOnlySpan<Slab> slabs, byte* p)
    {
        foreach (var slab in slabs)
        {
            if (p >= slab.Pointer && p < slab.Pointer + slab.Length)
            {
                return true;
            }
        }

        return false;
    }

    private void Note(string call)
    {
        if (KeepsFrames)
        {
            Calls.Add(Closed.Count > 0 ? call + " after closed" : call);
        }
    }
}
