using System.Net;
using Accelio.Native.Linux;
using SocketAddress = Accelio.Native.Linux.SocketAddress;

namespace Accelio.Native.Verbs;

/// <summary>rdma_cm_id: a listener, or one end of a connection. Methods return 0 or a negated error number; what they begin ends with an
/// event of the channel.</summary>
internal sealed unsafe class ConnectionId : VerbsHandle
{
    private const int PortSpaceTcp = 0x106;
    private const int LevelId = 0;
    private const int OptionTypeOfService = 0;
    private const int OptionAcknowledgeTimeout = 3;

    private ConnectionId(RdmaCmId* id, EventChannel channel)
        : base((nint)id, channel)
    {
    }

    /// <summary>What events name it by.</summary>
    public nint Key => handle;

    /// <summary>The device, once the address is resolved; null before, and for listeners on all addresses.</summary>
    public IbvContext* Device => Pointer->Verbs;

    /// <summary>Address of this end.</summary>
    public IPEndPoint? LocalAddress => (*(SocketAddress*)Pointer->LocalAddress).ToEndPoint();

    /// <summary>Address of the peer.</summary>
    public IPEndPoint? RemoteAddress => (*(SocketAddress*)Pointer->RemoteAddress).ToEndPoint();

    internal RdmaCmId* Pointer => (RdmaCmId*)handle;

    /// <summary>Makes an id.</summary>
    public static int Create(EventChannel channel, out ConnectionId? id)
    {
        RdmaCmId* native;
        var result = Errno.Result(ConnectionCalls.CreateId(channel.Pointer, &native, null, PortSpaceTcp));
        id = result < 0 ? null : new ConnectionId(native, channel);
        return result;
    }

    /// <summary>Takes over the id of a request to connect.</summary>
    public static ConnectionId Adopt(EventChannel channel, nint id) => new((RdmaCmId*)id, channel);

    /// <summary>Gives the id an address of this machine, and with it a device unless the address stands for all.</summary>
    public int Bind(IPEndPoint address)
    {
        var native = SocketAddress.From(address);
        return Errno.Result(ConnectionCalls.Bind(Pointer, &native));
    }

    /// <summary>Sets the type of service; before the route is resolved.</summary>
    public int SetTypeOfService(byte value) => Errno.Result(ConnectionCalls.SetOption(Pointer, LevelId, OptionTypeOfService, &value, 1));

    /// <summary>Has the device wait 4.096 us times this power of two for an acknowledgement before it sends again; before the route is resolved, or the request accepted.</summary>
    public int SetAcknowledgeTimeout(byte exponent) => Errno.Result(ConnectionCalls.SetOption(Pointer, LevelId, OptionAcknowledgeTimeout, &exponent, 1));

    /// <summary>Begins to look for the device by which an address is reached.</summary>
    public int ResolveAddress(IPEndPoint? local, IPEndPoint remote, int milliseconds)
    {
        var to = SocketAddress.From(remote);
        var from = local is null ? default : SocketAddress.From(local);
        return Errno.Result(ConnectionCalls.ResolveAddress(Pointer, local is null ? null : &from, &to, milliseconds));
    }

    /// <summary>Begins to look for the way there.</summary>
    public int ResolveRoute(int milliseconds) => Errno.Result(ConnectionCalls.ResolveRoute(Pointer, milliseconds));

    /// <summary>Accepts connections from now on.</summary>
    public int Listen(int backlog) => Errno.Result(ConnectionCalls.Listen(Pointer, backlog));

    /// <summary>Begins to connect. No private data is sent.</summary>
    public int Connect(RdmaConnParam parameters) => Errno.Result(ConnectionCalls.Connect(Pointer, &parameters));

    /// <summary>Accepts a request to connect; the queue pair and its first receives must be there.</summary>
    public int Accept(RdmaConnParam parameters) => Errno.Result(ConnectionCalls.Accept(Pointer, &parameters));

    /// <summary>Refuses a request to connect.</summary>
    public int Reject() => Errno.Result(ConnectionCalls.Reject(Pointer, null, 0));

    /// <summary>Ends the connection: the queue pair is in error from now on, and what was posted is flushed.</summary>
    public int Disconnect() => Errno.Result(ConnectionCalls.Disconnect(Pointer));

    /// <inheritdoc/>
    protected override int Destroy() => ConnectionCalls.DestroyId(Pointer);
}
