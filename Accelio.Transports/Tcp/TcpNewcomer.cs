using System.Net;
using Accelio.Native.Linux;
using Accelio.Transports.Polling;
using Accelio.Transports.Wire;

namespace Accelio.Transports.Tcp;

/// <summary>A socket that was accepted and has not said yet what it is for, or waits for its twin. Limited in time and number by the
/// listener.</summary>
internal sealed unsafe class TcpNewcomer : SocketHandler
{
    private readonly TcpListener _listener;
    private readonly byte[] _bytes = new byte[ConnectMessage.Size];
    private int _received;

    /// <summary>Takes over an accepted socket.</summary>
    public TcpNewcomer(TcpListener listener, TcpSocket socket, IPEndPoint remote)
    {
        _listener = listener;
        Socket = socket;
        Remote = remote;
        Timer = new TcpNewcomerTimer(this);
    }

    /// <summary>The socket.</summary>
    public TcpSocket Socket { get; }

    /// <summary>Where it comes from.</summary>
    public IPEndPoint Remote { get; }

    /// <summary>Ends the wait.</summary>
    public TcpNewcomerTimer Timer { get; }

    /// <summary>What it is for; meaningful once the listener was told.</summary>
    public ConnectMessage Message { get; private set; }

    /// <summary>Whether the connect message is complete.</summary>
    public bool IsIntroduced { get; private set; }

    /// <inheritdoc/>
    public override bool AllowsDirectPolling => false;

    /// <summary>What identifies it among the halves of pairs.</summary>
    public TcpPairKey Key => new(Remote.Address, (ushort)Remote.Port, Message.SecondPort);

    /// <inheritdoc/>
    public override int OnReadable(long now)
    {
        if (IsIntroduced)
        {
            return 0;
        }

        int result;
        fixed (byte* p = _bytes)
        {
            var rest = new IoVector { Base = p + _received, Length = (nuint)(ConnectMessage.Size - _received) };
            result = Socket.Receive(&rest, 1);
        }

        if (result == -Errno.Again)
        {
            return 0;
        }

        if (result <= 0)
        {
            var reason = result < 0 ? Errno.Describe(result) : "closed by the peer";
            var detail = $"{reason}, after {_received} of {ConnectMessage.Size} bytes of the connect message";
            _listener.Reject(this, LinkError.PeerClosed, detail);
            return 1;
        }

        _received += result;
        if (_received == ConnectMessage.Size)
        {
            var error = ConnectMessage.Read(_bytes, out var message, out var fault);
            if (error != LinkError.None)
            {
                _listener.Reject(this, error, fault ?? string.Empty);
            }
            else
            {
                Message = message;
                IsIntroduced = true;
                _listener.Introduced(this);
            }
        }

        return 1;
    }

    /// <inheritdoc/>
    public override void OnWritable(long now)
    {
        // Nothing is ever sent before the socket belongs to a link.
    }

    /// <inheritdoc/>
    public override void OnError(long now) =>
        _listener.Reject(this, LinkError.TransportFailed, "the connection failed before it was set up");

    /// <summary>The time is over.</summary>
    public void OnTimeout() => _listener.Reject(
        this,
        LinkError.SetupTimeout,
        IsIntroduced ? $"the other socket of the pair, from port {Message.SecondPort}, did not come in time"
            : $"{_received} of {ConnectMessage.Size} bytes of the connect message in time");
}
