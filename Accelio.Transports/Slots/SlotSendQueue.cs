namespace Accelio.Transports.Slots;

/// <summary>Messages that wait for transport credits, in order; urgent ones go before the first that announces bulk.</summary>
internal sealed class SlotSendQueue
{
    private SlotMessage? _first;
    private SlotMessage? _last;
    private int _bulk;

    /// <summary>The next message, or null.</summary>
    public SlotMessage? First => _first;

    /// <summary>Adds a message behind all others.</summary>
    public void Add(SlotMessage message)
    {
        InsertAfter(_last, message);
        _bulk += message.AnnouncesBulk ? 1 : 0;
    }

    /// <summary>Adds a message before all that announce bulk.</summary>
    public void AddUrgent(SlotMessage message)
    {
        if (_bulk == 0)
        {
            InsertAfter(_last, message);
            return;
        }

        SlotMessage? before = null;
        for (var next = _first!; !next.AnnouncesBulk; next = next.NextInList!)
        {
            before = next;
        }

        InsertAfter(before, message);
    }

    /// <summary>Takes the next message; the queue must not be empty.</summary>
    public SlotMessage Take()
    {
        var message = _first!;
        _first = message.NextInList;
        message.NextInList = null;
        if (_first is null)
        {
            _last = null;
        }

        _bulk -= message.AnnouncesBulk ? 1 : 0;
        return message;
    }

    private void InsertAfter(SlotMessage? before, SlotMessage message)
    {
        if (before is null)
        {
            message.NextInList = _first;
            _first = message;
        }
        else
        {
            message.NextInList = before.NextInList;
            before.NextInList = message;
        }

        if (message.NextInList is null)
        {
            _last = message;
        }
    }
}
