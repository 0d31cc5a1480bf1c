using Accelio.Transports.Memory;
using Accelio.Transports.Polling;

namespace Accelio.Transports.Rdma;

/// <summary>Memory for the messages of one link, carved from registered slabs, kept until the link ends. Poller thread only.</summary>
/// <param name="poller">Whose memory it is.</param>
/// <param name="device">The device that must know it.</param>
/// <param name="length">Bytes of a message.</param>
internal sealed unsafe class RdmaMessageStore(Poller poller, RdmaDevice device, int length)
{
    private const int BlockLength = 64 << 10;

    private readonly Stack<RdmaMessage> _idle = new();
    private readonly List<Slab> _blocks = [];
    private bool _closed;

    /// <summary>Takes memory for a message.</summary>
    /// <exception cref="TransportException">There is no more that the device could know.</exception>
    public RdmaMessage Rent()
    {
        if (!_idle.TryPop(out var message))
        {
            Carve();
            message = _idle.Pop();
        }

        message.SetTargets([]);
        return message;
    }

    /// <summary>Takes it back.</summary>
    public void Put(RdmaMessage message)
    {
        if (!_closed)
        {
            _idle.Push(message);
        }
    }

    /// <summary>Gives the memory back; nothing uses it any more.</summary>
    public void Close()
    {
        _closed = true;
        _idle.Clear();
        foreach (var block in _blocks)
        {
            block.Release();
        }

        _blocks.Clear();
    }

    private void Carve()
    {
        var block = poller.Memory.Rent(Math.Max(BlockLength, length));
        _blocks.Add(block);
        var key = device.KeyOf(block.Pointer, block.Length);
        for (var at = 0; at + length <= block.Length; at += length)
        {
            _idle.Push(new RdmaMessage(this, block.Pointer + at, key));
        }
    }
}
