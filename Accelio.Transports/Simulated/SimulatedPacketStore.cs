using Accelio.Transports.Polling;

namespace Accelio.Transports.Simulated;

/// <summary>The idle packets of one end of a link, all of one length. Poller thread only.</summary>
/// <param name="poller">The poller whose memory the packets use.</param>
/// <param name="packetLength">Bytes that a packet holds.</param>
internal sealed class SimulatedPacketStore(Poller poller, int packetLength)
{
    private SimulatedPacket? _idle;
    private bool _closed;

    /// <summary>Bytes that a packet holds.</summary>
    public int PacketLength => packetLength;

    /// <summary>Takes an idle packet, or makes one.</summary>
    public SimulatedPacket Rent()
    {
        var packet = _idle;
        if (packet is null)
        {
            return new SimulatedPacket(this, poller.Memory.Rent(packetLength));
        }

        _idle = packet.NextInList;
        packet.NextInList = null;
        return packet;
    }

    /// <summary>Takes a packet back.</summary>
    public void Put(SimulatedPacket packet)
    {
        if (_closed)
        {
            packet.Drop();
            return;
        }

        packet.NextInList = _idle;
        _idle = packet;
    }

    /// <summary>Gives all memory back; packets still under way follow when they return.</summary>
    public void Close()
    {
        _closed = true;
        while (_idle is { } packet)
        {
            _idle = packet.NextInList;
            packet.Drop();
        }
    }
}
