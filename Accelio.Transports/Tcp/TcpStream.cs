using Accelio.Native.Linux;
using Accelio.Transports.Polling;

namespace Accelio.Transports.Tcp;

/// <summary>One socket of a <see cref="TcpLink"/>: owns the descriptor and passes on what the reactor says about it.</summary>
internal sealed class TcpStream : SocketHandler
{
    private readonly TcpLink _link;
    private readonly int _index;
    private readonly DescriptorHandle _handle;

    /// <summary>Takes over a descriptor.</summary>
    public TcpStream(TcpLink link, int index, DescriptorHandle handle)
    {
        _link = link;
        _index = index;
        _handle = handle;
        Socket = handle.Descriptor;
    }

    /// <summary>The descriptor.</summary>
    public int Socket { get; }

    /// <summary>Whether a connect is under way whose outcome is not known.</summary>
    public bool IsConnecting { get; set; }

    /// <inheritdoc/>
    public override int OnReadable(long now) => _link.OnReadable(_index, now);

    /// <inheritdoc/>
    public override void OnWritable(long now) => _link.OnWritable(_index, now);

    /// <inheritdoc/>
    public override void OnError(long now) => _link.OnError(_index);

    /// <summary>Closes the socket; the reactor must not know it any more.</summary>
    public void Close() => _handle.Dispose();
}
