namespace Accelio.Transports.Simulated;

/// <summary>Messages that wait for transport credits, in order; urgent ones go before the first that announces bulk.</summary>
internal sealed class SlotSendQueue
{
    private SimulatedPacket? _first;
    private SimulatedPacket? _last;
    private int _bulk;

    /// <summary>The next message, or null.</summary>
    public SimulatedPacket? First => _first;

    /// <summary>Adds a message behind all others.</summary>
    public void Add(SimulatedPacket packet)
    {
        InsertAfter(_last, packet);
        _bulk += packet.AnnouncesBulk ? 1 : 0;
    }

    /// <summary>Adds a message before all that announce bulk.</summary>
    public void AddUrgent(SimulatedPacket packet)
    {
        if (_bulk == 0)
        {
            InsertAfter(_last, packet);
            return;
        }

        SimulatedPacket? before = null;
        for (var next = _first!; !next.AnnouncesBulk; next = next.NextInList!)
        {
            before = next;
        }

        InsertAfter(before, packet);
    }

    /// <summary>Takes the next message; the queue must not be empty.</summary>
    public SimulatedPacket Take()
    {
        var packet = _first!;
        _first = packet.NextInList;
        packet.NextInList = null;
        if (_first is null)
        {
            _last = null;
        }

        _bulk -= packet.AnnouncesBulk ? 1 : 0;
        return packet;
    }

    private void InsertAfter(SimulatedPacket? before, SimulatedPacket packet)
    {
        if (before is null)
        {
            packet.NextInList = _first;
            _first = packet;
        }
        else
        {
            packet.NextInList = before.NextInList;
            before.NextInList = packet;
        }

        if (packet.NextInList is null)
        {
            _last = packet;
        }
    }
}
