using System.Net;
using Accelio.Native.Linux;
using Accelio.Native.Verbs;
using Accelio.Transports.Slots;

namespace Accelio.Transports.Rdma;

/// <summary>
/// A link over a reliable connection. Every message is one SEND into one posted slot; large bodies are announced and READ by their receiver.
/// Poller thread only.
/// </summary>
internal sealed unsafe partial class RdmaLink : SlotLink, IRdmaEventTarget, IRdmaCompletionTarget, IDirectAccess
{
    // What C peers post and name: 256 slots and 32 spare ones, all of them granted as credits (RDMA, sections 1 and 4).
    private const int NamedDepth = 256;
    private const int Spare = 32;
    private const int Depth = NamedDepth + Spare;

    private static readonly IPEndPoint Nowhere = new(IPAddress.Any, 0);

    private readonly RdmaPoller _poller;
    private readonly ConnectionId _id;
    private readonly RdmaListener? _listener;
    private IPEndPoint _local;
    private IPEndPoint _remote;
    private bool _accepted;
    private bool _connected;
    private bool _introduced;
    private bool _configured;
    private bool _deviceRemoved;

    /// <summary>Makes the accepting end, with everything that it needs of the device.</summary>
    /// <exception cref="TransportException">The device has no more of it.</exception>
    public RdmaLink(RdmaPoller poller, ConnectionId id, LinkOptions options, RdmaListener listener)
        : base(poller.Poller, options, isClient: false, Depth)
    {
        _poller = poller;
        _id = id;
        _listener = listener;
        _local = id.LocalAddress ?? Nowhere;
        _remote = id.RemoteAddress ?? Nowhere;
        Equip();
        poller.Add(id, this);
    }

    private RdmaLink(RdmaPoller poller, ConnectionId id, IPEndPoint remote, LinkOptions options)
        : base(poller.Poller, options, isClient: true, Depth)
    {
        _poller = poller;
        _id = id;
        _local = Nowhere;
        _remote = remote;
        poller.Add(id, this);
    }

    /// <inheritdoc/>
    public override EndPoint LocalEndPoint => _local;

    /// <inheritdoc/>
    public override EndPoint RemoteEndPoint => _remote;

    /// <inheritdoc/>
    protected override int SpareSlots => Spare;

    /// <inheritdoc/>
    protected override void OnConfigured()
    {
        _configured = true;
        _listener?.LinkConfigured();
    }

    /// <inheritdoc/>
    protected override void HangUp(bool abrupt)
    {
        if (_connected || _accepted)
        {
            _id.Disconnect();
        }
        else if (_listener is not null)
        {
            _id.Reject();
        }
    }

    /// <inheritdoc/>
    protected override void Detach()
    {
        if (_shared is not null && _pair is not null)
        {
            // What was received is looked at as long as it is known by whom: the slots go back.
            _completions!.Drain();
            _shared.Remove(_pair.Number);
        }

        // When the queue pair is gone, the device touches no memory of the link any more, whatever was under way.
        _pair?.Dispose();
        _completions?.Remove(_number, Requests);
        ForgetSends();
        EndReads();
    }

    /// <inheritdoc/>
    protected override void OnLinkClosed(LinkError error, string detail)
    {
        FailDirect(error, detail);
        _messages?.Close();
        LeaveShared();

        // Of an id whose device is gone nothing more is heard.
        _poller.Remove(_id, lingers: _connected && !_deviceRemoved);
        _listener?.LinkClosed(this, _configured, _introduced, error, detail);
    }

    private bool Check(int result, string call)
    {
        if (result < 0)
        {
            Fail(_connected ? LinkError.TransportFailed : LinkError.ConnectFailed, $"{call}, {_remote}: {Errno.Describe(result)}");
        }

        return result >= 0;
    }
}
