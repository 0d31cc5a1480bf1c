using Accelio.Transports.Polling;

namespace Accelio.Transports.Tcp;

/// <summary>
/// Has the kernel acknowledge at once what a C peer sends. libxio leaves Nagle's algorithm on: a short segment of its waits until the
/// one before it is acknowledged, and the kernel here waits up to 40 ms for output that could carry the acknowledgement. One-way messages
/// come to a standstill that way, and bodies on a socket of their own, on which the answers do not travel (wire protocol, section 3).
/// Output of the same duty cycle does carry it; only where there is none the kernel is told to make haste.
/// </summary>
/// <remarks>Poller thread only. Our own peers have no use for it: they send everything at once.</remarks>
/// <param name="link">The link to the C peer.</param>
internal sealed class TcpAcknowledger(TcpLink link) : IFlushable
{
    // One bit per stream that was received from and not sent on since.
    private int _owed;
    private bool _isMarked;

    /// <summary>Bytes came in on a stream.</summary>
    public void OnReceived(int stream) => _owed |= 1 << stream;

    /// <summary>Bytes went out on a stream, and with them the acknowledgement.</summary>
    public void OnSent(int stream) => _owed &= ~(1 << stream);

    /// <summary>Looks again at the end of the duty cycle, if anything is owed.</summary>
    public void Mark()
    {
        if (_owed != 0 && !_isMarked)
        {
            _isMarked = true;
            link.Poller.MarkDirty(this);
        }
    }

    /// <inheritdoc/>
    public void Flush(long now)
    {
        _isMarked = false;
        for (var stream = 0; _owed >> stream != 0; stream++)
        {
            if ((_owed >> stream & 1) != 0)
            {
                link.AcknowledgeNow(stream);
            }
        }

        _owed = 0;
    }
}
