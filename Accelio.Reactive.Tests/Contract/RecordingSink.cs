using System.Buffers;
using System.Runtime.CompilerServices;
using Accelio.Transports;
using Accelio.Transports.Memory;
using Accelio.Transports.Polling;
using Accelio.Transports.Wire;
using Xunit;

namespace Accelio.Reactive.Tests.Contract;

/// <summary>
/// One end of a <see cref="LinkPair"/>: calls the link, records what the link says, and checks in every callback what holds always: the poller's thread,
/// no re-entrance, nothing after the end, arrival before delivery, bytes of the pattern, memory in place untouched.
/// </summary>
internal sealed unsafe partial class RecordingSink(string name) : ILinkSink, IDisposable
{
    private readonly List<InPlace> _inPlace = [];
    private readonly List<Slab> _heldBuffers = [];
    private readonly HashSet<ulong> _arrived = [];
    private bool _inCallback;
    private bool _inCall;
    private Link? _link;

    /// <summary>The link, once there is one.</summary>
    public Link Link => _link ?? throw new InvalidOperationException($"{name} has no link");

    public bool HasLink => _link is not null;

    /// <summary>Whether the set-up is answered as a session would.</summary>
    public bool AutomaticSetup { get; set; } = true;

    public byte[] Trailer { get; set; } = [];

    public List<string> Violations { get; } = [];

    public List<RecordedSetup> Setups { get; } = [];

    public List<ulong> Arrivals { get; } = [];

    public List<ReceivedFrame> Frames { get; } = [];

    public List<TestToken> Tokens { get; } = [];

    public int Opened { get; private set; }

    public int Reuses { get; private set; }

    public int Writables { get; private set; }

    public int Released { get; private set; }

    public bool Configured { get; private set; }

    public bool IsClosed { get; private set; }

    public LinkError ClosedError { get; private set; }

    public string ClosedDetail { get; private set; } = "";

    /// <summary>The answer to a request to move what is in place: false holds the buffers instead.</summary>
    public bool MovesInPlace { get; set; } = true;

    /// <summary>Set to measure: nothing is recorded nor checked.</summary>
    public LeanHandlers? Lean { get; set; }

    public ArrivalPolicy? OnArrivalDo { get; set; }

    public Action<ReceivedFrame>? OnFrameDo { get; set; }

    public Action? OnReleasedDo { get; set; }

    public Action? OnWritableDo { get; set; }

    public Action? OnOpenedDo { get; set; }

    public Action? OnSetupDo { get; set; }

    public LinkSetup OwnSetup(bool isResponse, in LinkSetup peer = default) => new()
    {
        IsResponse = isResponse,
        Version = LinkSetup.ProtocolVersion,
        Flags = Trailer.Length > 0 ? LinkSetup.ExtensionFlag : (ushort)0,
        Cid = isResponse ? 77u : 0u,
        BufferSize = isResponse ? Math.Min((ulong)Link.Options.BufferSize, peer.BufferSize) : (ulong)Link.Options.BufferSize,
        MaxInParts = (uint)Link.Options.MaxInParts,
        MaxOutParts = (uint)Link.Options.MaxOutParts,
        MaxHeaderLength = (uint)Link.Options.MaxHeaderLength,
    };

    public void OnOpened(Link link)
    {
        using var callback = Enter(link);
        Opened++;
        if (AutomaticSetup && link.IsClient)
        {
            Call(l => l.SendSetup(OwnSetup(isResponse: false), Trailer));
        }

        OnOpenedDo?.Invoke();
    }

    public void OnSetup(Link link, in LinkSetup setup, ReadOnlySpan<byte> trailer)
    {
        using var callback = Enter(link);
        Setups.Add(new RecordedSetup(setup, trailer.ToArray()));
        if (AutomaticSetup)
        {
            var peer = setup;
            Call(l => l.Configure(peer, (int)Math.Min((ulong)l.Options.BufferSize, peer.BufferSize)));
            Configured = true;
            if (!link.IsClient)
            {
                Call(l => l.SendSetup(OwnSetup(isResponse: true, peer), Trailer));
            }
        }

        OnSetupDo?.Invoke();
    }

    public void OnArrival(Link link, ref InboundFrame frame)
    {
        if (Lean is not null)
        {
            return;
        }

        using var callback = Enter(link);
        Arrivals.Add(frame.Header.Serial);
        _arrived.Add(frame.Header.Serial);
        Check(frame.Placement == PlacementKind.Pool && frame.Destination == null, "the default placement is the pool");
        OnArrivalDo?.Invoke(ref frame);
    }

    public void OnFrame(Link link, ref InboundFrame frame)
    {
        if (Lean is { } lean)
        {
            lean.OnFrame(ref frame);
            return;
        }

        using var callback = Enter(link);
        Check(_arrived.Remove(frame.Header.Serial), $"frame {frame.Header.Serial} was delivered without an arrival");
        var received = Record(frame);
        Frames.Add(received);
        Keep(ref frame);
        OnFrameDo?.Invoke(received);
    }

    public bool OnReceiveBufferReuse(Link link)
    {
        if (Lean is not null)
        {
            return true;
        }

        using var callback = Enter(link);
        Reuses++;
        CheckInPlace();
        if (MovesInPlace)
        {
            _inPlace.RemoveAll(place => place.Slab is null);
            return true;
        }

        foreach (var slab in link.ReceiveBuffers)
        {
            slab.Hold();
            _heldBuffers.Add(slab);
        }

        return false;
    }

    public void OnReleased(Link link, SendToken token)
    {
        if (Lean is { } lean)
        {
            token.Unpin();
            lean.OnReleased(token);
            return;
        }

        using var callback = Enter(link, alsoAfterTheEnd: true);
        Released++;
        var test = Assert.IsType<TestToken>(token);
        Check(Tokens.Contains(test), "a token was released that the link was never given");
        test.OnReleased();
        Check(test.Releases == 1, $"the body of {test.Key} was released {test.Releases} times");
        OnReleasedDo?.Invoke();
    }

    public void OnWritable(Link link)
    {
        using var callback = Enter(link);
        Check(!link.IsCongested, "writable and congested");
        Check(link.QueuedBytes <= link.Options.SendHighWatermark / 2, $"writable with {link.QueuedBytes} bytes queued");
        Writables++;
        OnWritableDo?.Invoke();
    }

    public void OnClosed(Link link, LinkError error, string detail)
    {
        using var callback = Enter(link);
        CheckInPlace();
        if (MovesInPlace)
        {
            Check(_inPlace.TrueForAll(place => place.Slab is not null), "closed without a last question about what is in place");
        }

        IsClosed = true;
        ClosedError = error;
        ClosedDetail = detail;
    }

    /// <summary>Attaches the sink to a link that it did not dial.</summary>
    public void Attach(Link link) => _link = link;

    /// <summary>Calls the link, so that callbacks from inside the call are found out.</summary>
    public void Call(Action<Link> action)
    {
        Check(Poller.Current == Link.Poller, "the test calls the link on its poller");
        _inCall = true;
        try
        {
            action(Link);
        }
        finally
        {
            _inCall = false;
        }
    }

    /// <summary>Whether all that is still in place is as it was delivered.</summary>
    public void CheckInPlace()
    {
        foreach (var place in _inPlace)
        {
            Check(place.IsIntact, "bytes in place were overwritten before the link asked, or under a hold");
        }
    }

    /// <summary>Gives back every slab that is held; what was in place is checked first.</summary>
    public void Dispose()
    {
        CheckInPlace();
        foreach (var place in _inPlace)
        {
            place.Slab?.Release();
        }

        foreach (var slab in _heldBuffers)
        {
            slab.Release();
        }

        _inPlace.Clear();
        _heldBuffers.Clear();
    }

    private ReceivedFrame Record(in InboundFrame frame)
    {
        if (frame.Body != null)
        {
            var mismatch = Pattern.FindMismatch(frame.Header.Serial, new ReadOnlySpan<byte>(frame.Body, (int)frame.BodyLength));
            Check(mismatch < 0, $"byte {mismatch} of the {frame.BodyLength} of body {frame.Header.Serial} is wrong");
        }
        else
        {
            Check(frame.BodyLength == 0 || frame.Discarded, $"body {frame.Header.Serial} is missing");
        }

        var room = new RoomEntry[frame.RoomCount];
        Sge.Read(frame.Room, frame.RoomCount, room);
        return new ReceivedFrame
        {
            Header = frame.Header,
            UserHeader = new ReadOnlySpan<byte>(frame.UserHeader, frame.UserHeaderLength).ToArray(),
            Room = room,
            BodyLength = frame.BodyLength,
            Discarded = frame.Discarded,
            AtDestination = frame.Destination != null && frame.Body == frame.Destination,
            InSlab = frame.Slab is not null,
            Tag = frame.Tag,
            ArrivalsBefore = Arrivals.Count,
        };
    }

    // Long bodies are checked on arrival only: keeping a copy of each would make the suite slow.
    private void Keep(ref InboundFrame frame)
    {
        const int LongestKept = 256 << 10;
        if (frame.UserHeaderLength > 0)
        {
            _inPlace.Add(new InPlace(frame.UserHeader, new ReadOnlySpan<byte>(frame.UserHeader, frame.UserHeaderLength).ToArray(), null));
        }

        if (frame.Body == null || frame.Body == frame.Destination || frame.BodyLength > LongestKept)
        {
            return;
        }

        _inPlace.Add(new InPlace(frame.Body, new ReadOnlySpan<byte>(frame.Body, (int)frame.BodyLength).ToArray(), frame.Slab));
        frame.Slab = null;
    }

    private void Check(bool holds, string rule, [CallerMemberName] string where = "")
    {
        if (!holds)
        {
            Violations.Add($"{name}.{where}: {rule}");
        }
    }

    private CallbackScope Enter(Link link, bool alsoAfterTheEnd = false, [CallerMemberName] string where = "")
    {
        _link ??= link;
        Check(ReferenceEquals(_link, link), "another link speaks", where);
        Check(Poller.Current == link.Poller, "called on another thread than the poller's", where);
        Check(!_inCall, "called from inside a call to the link", where);
        Check(!_inCallback, "called from inside another callback", where);
        Check(!IsClosed || alsoAfterTheEnd, "called after OnClosed", where);
        _inCallback = true;
        return new CallbackScope(this);
    }

    private readonly ref struct CallbackScope(RecordingSink sink)
    {
        public void Dispose() => sink._inCallback = false;
    }
}
