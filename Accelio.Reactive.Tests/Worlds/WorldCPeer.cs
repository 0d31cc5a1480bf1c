using System.Buffers;
using System.Text;
using Accelio.Transports;
using Accelio.Transports.Simulated;
using Accelio.Transports.Wire;

namespace Accelio.Reactive.Tests.Worlds;

/// <summary>
/// A client on libxio, played frame by frame: no extension block, no windows; it numbers as libxio does, and holds the server to the rules of the wire. With its reconnect option it dials again when the link is
/// lost, shows the id of the link, and sends again what was not answered (docs/wire-protocol.md, section 17). What it sends and gets is in <c>.Messages</c>. On its context only.
/// </summary>
internal sealed partial class WorldCPeer(WorldHistory history, PollerContext context, TimeProvider time, string server, int number, bool reconnects) : ILinkSink, IWorldCaller, IContextResident
{
    private const int MostAttempts = 100;
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(8);

    private readonly ITransport _transport = TransportTable.Find(Address(server), context);
    private readonly SimulatedEndPoint _address = new(server, 1);
    private Link? _link;
    private bool _hasLink;
    private uint _cid;
    private uint _session;
    private int _attempts;
    private bool _hasComeBack;

    /// <summary>The number of its session in the history.</summary>
    public int Number => number;

    /// <summary>Whether it has a session.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Whether it has ended, or never began.</summary>
    public bool IsOver { get; private set; }

    /// <inheritdoc/>
    public long SteadySince { get; private set; } = long.MaxValue;

    private string Name => $"C client {number}";

    /// <summary>Begins.</summary>
    public void Begin()
    {
        if (context.TryAdd(this))
        {
            Dial();
        }
        else
        {
            End("no host");
        }
    }

    private void Dial()
    {
        _hasLink = true;
        var link = _link = _transport.Dial(context.Poller, _address, new LinkOptions(), this);
        _ = WatchAsync(link, context.Poller.ReadTime());
    }

    /// <summary>Does what a step says, as far as a C program can.</summary>
    public void Execute(WorldStep step)
    {
        switch (step.Kind)
        {
            case StepKind.Ask or StepKind.Send or StepKind.Deliver when IsOpen && !_isClosing:
                Call(step);
                break;

            case StepKind.Close:
                Close();
                break;

            case StepKind.BreakOff:
                Abort();
                break;
        }
    }

    /// <summary>The server holds a message less. One that has come back to a full window is heard only now: what it sends again waits behind what it sent before.</summary>
    public void OnRoom()
    {
        if (_hasComeBack && SteadySince != long.MaxValue)
        {
            SteadySince = history.Now;
        }
    }

    /// <summary>Closes in good order.</summary>
    public void Close()
    {
        if (IsOpen && SteadySince != long.MaxValue)
        {
            Send(new FrameHeader { Type = FrameType.FinRequest, Destination = _session, LocalTask = ++_lastTask });
            SteadySince = long.MaxValue;
            _isClosing = true;
        }
    }

    /// <summary>Breaks the link off, or is gone with its host.</summary>
    public void Abort()
    {
        End("broken off");
        _link!.Abort(LinkError.Aborted, "broken off");
    }

    /// <inheritdoc/>
    public void OnOpened(Link link)
    {
        var options = link.Options;
        var setup = new LinkSetup
        {
            Version = LinkSetup.ProtocolVersion,
            Flags = IsOpen ? LinkSetup.ReconnectFlag : (ushort)0,
            Cid = _cid,
            BufferSize = (ulong)options.BufferSize,
            MaxInParts = (uint)options.MaxInParts,
            MaxOutParts = (uint)options.MaxOutParts,
            MaxHeaderLength = (uint)options.MaxHeaderLength,
        };
        link.SendSetup(setup, default);
    }

    /// <inheritdoc/>
    public void OnSetup(Link link, in LinkSetup setup, ReadOnlySpan<byte> trailer)
    {
        if (setup.Status != 0)
        {
            Demand(IsOpen, $"is refused with {setup.Status}");
            End("not taken back");
            link.Close();
            return;
        }

        Demand((setup.Flags & LinkSetup.ExtensionFlag) == 0, "is answered with extensions");
        Demand(!IsOpen || setup.Cid == _cid, "gets another link id than it has shown");
        _cid = setup.Cid;
        link.Configure(setup, (int)Math.Min(setup.BufferSize, (ulong)link.Options.BufferSize));
        if (IsOpen)
        {
            GoOn();
        }
        else
        {
            OpenSession();
        }
    }

    /// <inheritdoc/>
    public void OnArrival(Link link, ref InboundFrame frame)
    {
    }

    /// <inheritdoc/>
    public bool OnReceiveBufferReuse(Link link) => true;

    /// <inheritdoc/>
    public void OnReleased(Link link, SendToken token)
    {
    }

    /// <inheritdoc/>
    public void OnWritable(Link link)
    {
    }

    /// <inheritdoc/>
    public void OnClosed(Link link, LinkError error, string detail)
    {
        Demand(error < LinkError.BadConnectMessage, $"ends the link for {error}: {detail}");
        _hasLink = false;
        if (IsOver)
        {
            context.Remove(this);
        }
        else
        {
            OnLost(detail);
        }
    }

    private static Uri Address(string server) => new($"sim://{server}:1");

    private void OnLost(string detail)
    {
        SteadySince = long.MaxValue;
        if (!IsOpen || !reconnects || _isClosing || ++_attempts > MostAttempts)
        {
            End($"lost: {detail}");
            return;
        }

        history.Tell($"{Name} has lost its link: {detail}");
        _ = DialAgainAsync();
    }

    private async Task DialAgainAsync()
    {
        await Task.Delay(TimeSpan.FromMilliseconds(500), time);
        await context.SwitchTo();
        if (!IsOver)
        {
            Dial();
        }
    }

    // Signs of life, and the end of a link without any.
    private async Task WatchAsync(Link link, long dialed)
    {
        while (link == _link && !IsOver)
        {
            await Task.Delay(Silence, time);
            await context.SwitchTo();
            var silence = context.Poller.ReadTime() - Math.Max(dialed, link.LastReceived);
            if (link == _link && silence >= 2 * Silence.Ticks)
            {
                link.Abort(LinkError.KeepAliveExpired, "nothing came");
            }
            else if (link == _link && SteadySince != long.MaxValue)
            {
                Send(new FrameHeader { Type = FrameType.KeepAliveRequest, Destination = _session, LocalTask = ++_lastTask });
            }
        }
    }

    private void OpenSession()
    {
        var request = new SessionSetupRequest { Uri = Encoding.ASCII.GetBytes($"{Address(server)}"), Depths = new QueueDepths(1 << 26, 1 << 26, 1024, 1024) };
        var payload = new byte[request.Length];
        request.TryWrite(payload, out _);
        Send(new FrameHeader { Type = FrameType.SessionRequest, LocalTask = ++_lastTask }, payload);
    }

    private unsafe void OnSession(in InboundFrame frame)
    {
        Demand(SessionSetupResponse.TryParse(new ReadOnlySpan<byte>(frame.UserHeader, frame.UserHeaderLength), out var response, out var fault), $"cannot read the answer to its session: {fault}");
        if (response.Action != SessionAction.Accept)
        {
            End($"answered with {response.Action}");
            _link!.Close();
            return;
        }

        _session = response.SessionId;
        IsOpen = true;
        SteadySince = history.Now;
        history.Tell($"{Name} has its session");
    }

    private void Send(FrameHeader header, ReadOnlySpan<byte> userHeader = default, byte[]? body = null, uint room = 0)
    {
        header.AckSequenceNumber = ushort.MaxValue;
        scoped var frame = new OutboundFrame { Header = header, UserHeader = userHeader, Body = new ReadOnlySequence<byte>(body ?? []), OfferedRoom = room };
        _link!.Send(ref frame);
    }

    private void End(string how)
    {
        if (!IsOver)
        {
            (IsOver, IsOpen, SteadySince) = (true, false, long.MaxValue);
            history.Tell($"{Name} is over: {how}");
            EndCalls();
            if (!_hasLink)
            {
                context.Remove(this);
            }
        }
    }

    private void Demand(bool isTrue, string otherwise)
    {
        if (!isTrue)
        {
            history.Violations.Add($"{Name} {otherwise}");
        }
    }
}
