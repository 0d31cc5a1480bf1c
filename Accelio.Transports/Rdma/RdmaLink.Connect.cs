using System.Net;
using System.Numerics;
using Accelio.Native.Linux;
using Accelio.Native.Verbs;
using Accelio.Transports.Slots;

namespace Accelio.Transports.Rdma;

/// <content>From an address to a connection, and what ends one (RDMA, sections 2 and 13).</content>
internal sealed unsafe partial class RdmaLink
{
    // A C server uses 0 for its own; it is never without a slot for us, as credits are exact. For ever, since the same may be said of us.
    private const byte NotReadyRetries = 7;
    private const byte Retries = 3;
    private const int AcknowledgeNanoseconds = 4096;
    private const int DefaultPatience = 19;
    private const int LeastPatience = 14;
    private const int ReasonNobodyListens = 8;
    private const int ReasonRefused = 28;

    /// <summary>Begins to connect; the sink hears of the outcome, never from inside this call.</summary>
    /// <exception cref="TransportException">There are no more ids.</exception>
    public static RdmaLink Dial(RdmaPoller poller, IPEndPoint address, LinkOptions options, ILinkSink sink)
    {
        var result = ConnectionId.Create(poller.Channel, out var id);
        if (result < 0)
        {
            throw new TransportException($"rdma_create_id: {Errno.Describe(result)}", Errno.ToSocketError(result));
        }

        var link = new RdmaLink(poller, id!, address, options);
        link.AttachSink(sink);
        link._introduced = true;
        link.BeginOpening();
        var from = options.LocalAddress is { } local ? new IPEndPoint(local, 0) : null;
        link.Check(id!.ResolveAddress(from, address, (int)Math.Min(options.ConnectTimeout / TimeSpan.TicksPerMillisecond, int.MaxValue)), "resolve address");
        return link;
    }

    /// <summary>Accepts what a peer asked for.</summary>
    public void Accept(in ConnectionEvent asked)
    {
        BeginOpening();
        try
        {
            PostFirstSlot();
        }
        catch (TransportException failure)
        {
            Fail(LinkError.ConnectFailed, failure.Message);
            return;
        }

        SetPatience();
        var limits = _device!.Verbs.Attributes;
        if (PostReceives())
        {
            _accepted = Check(
                _id.Accept(new RdmaConnParam
                {
                    ReadsServed = (byte)Math.Min(asked.ReadsServed, limits.MaxReadsServed),
                    ReadsBegun = (byte)Math.Min(asked.ReadsBegun, limits.MaxReadsBegun),
                    NotReadyRetries = NotReadyRetries,
                }),
                "accept");
        }
    }

    /// <inheritdoc/>
    public void OnEvent(in ConnectionEvent taken)
    {
        if (State == SlotLinkState.Closed)
        {
            return;
        }

        switch (taken.Kind)
        {
            case ConnectionEventKind.AddressResolved:
                OnAddress();
                break;
            case ConnectionEventKind.RouteResolved:
                OnRoute();
                break;
            case ConnectionEventKind.Established:
                OnEstablished();
                break;
            case ConnectionEventKind.Disconnected:
                OnDisconnected();
                break;
            case ConnectionEventKind.DeviceRemoval:
                _deviceRemoved = true;
                Fail(LinkError.TransportFailed, $"the RDMA device {_device?.Verbs} was removed");
                break;
            case ConnectionEventKind.AddressChange:
                Fail(LinkError.TransportFailed, $"the address {_local} moved to another device");
                break;
            case ConnectionEventKind.Unreachable when _connected:
                Fail(LinkError.TransportFailed, $"the address {_remote} is that of another machine now");
                break;
            case ConnectionEventKind.TimeWaitExit:
                break;
            default:
                Fail(LinkError.ConnectFailed, $"connect to {_remote}: {Explain(taken)}");
                break;
        }
    }

    private static string Explain(in ConnectionEvent taken) => (taken.Kind, taken.Status) switch
    {
        (ConnectionEventKind.Rejected, ReasonNobodyListens) => "nobody listens there",
        (ConnectionEventKind.Rejected, ReasonRefused) => "refused by the peer",
        (ConnectionEventKind.Rejected, var reason) => $"rejected, reason {reason}",
        (ConnectionEventKind.AddressError, var status) => $"no RDMA device leads to that address: {Errno.Describe(status)}",
        (ConnectionEventKind.RouteError, var status) => $"no route: {Errno.Describe(status)}",
        (ConnectionEventKind.Unreachable, var status) => $"no answer: {Errno.Describe(status)}",
        (var kind, var status) => $"{kind}: {Errno.Describe(status)}",
    };

    private void OnAddress()
    {
        if (Options.TypeOfService is { } service && !Check(_id.SetTypeOfService((byte)service), "type of service"))
        {
            return;
        }

        SetPatience();
        Check(_id.ResolveRoute((int)Math.Min(Options.ConnectTimeout / TimeSpan.TicksPerMillisecond, int.MaxValue)), "resolve route");
    }

    // Devices double their patience by each step. Left to itself RoCE takes 2 s for each attempt. A system that does not know the option (Linux before 5.2) does without.
    private void SetPatience()
    {
        var step = BitOperations.Log2((ulong)Math.Max(1, Options.DetectWithin / (Retries + 1) / AcknowledgeNanoseconds * 100));
        if (step < DefaultPatience)
        {
            _ = _id.SetAcknowledgeTimeout((byte)Math.Max(step, LeastPatience));
        }
    }

    private void OnRoute()
    {
        try
        {
            Equip();
            PostFirstSlot();
        }
        catch (TransportException failure)
        {
            Fail(LinkError.ConnectFailed, $"connect to {_remote}: {failure.Message}");
            return;
        }

        var limits = _device!.Verbs.Attributes;
        if (PostReceives())
        {
            Check(
                _id.Connect(new RdmaConnParam
                {
                    ReadsServed = (byte)Math.Min(limits.MaxReadsServed, byte.MaxValue),
                    ReadsBegun = (byte)Math.Min(limits.MaxReadsBegun, byte.MaxValue),
                    Retries = Retries,
                    NotReadyRetries = NotReadyRetries,
                }),
                "connect");
        }
    }

    private void OnEstablished()
    {
        _connected = true;
        _local = _id.LocalAddress ?? _local;
        if (_listener is not null)
        {
            if (_listener.Introduce(this) is not { } sink)
            {
                Fail(LinkError.Aborted, "the owner of the listener failed to take the link");
                return;
            }

            AttachSink(sink);
            _introduced = true;
        }

        Opened();
    }

    private void OnDisconnected()
    {
        if (State == SlotLinkState.Opening)
        {
            Fail(LinkError.ConnectFailed, $"connect to {_remote}: the peer left at once");
            return;
        }

        // What the peer sent before is here already: the device has acknowledged it.
        _completions!.Drain();
        _id.Disconnect();
        _peerLeft = true;
        PeerEnded();
    }
}
