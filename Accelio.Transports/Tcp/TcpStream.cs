using Accelio.Transports.Polling;

namespace Accelio.Transports.Tcp;

/// <summary>One socket of a <see cref="TcpLink"/>: passes on what the reactor says about it.</summary>
internal sealed class TcpStream : SocketHandler
{
    private readonly TcpLink _link;
    private readonly int _index;

    /// <summary>Takes over a socket.</summary>
    public TcpStream(TcpLink link, int index, TcpSocket socket)
    {
        _link = link;
        _index = index;
        Socket = socket;
    }

    /// <summary>The socket.</summary>
    public TcpSocket Socket { get; }

    /// <summary>Whether a connect is under way whose outcome is not known.</summary>
    public bool IsConnecting { get; set; }

    /// <inheritdoc/>
    public override int OnReadable(long now) => _link.OnReadable(_index, now);

    /// <inheritdoc/>
    public override void OnWritable(long now) => _link.OnWritable(_index, now);

    /// <inheritdoc/>
    public override void OnError(long now) => _link.OnError(_index);
}
