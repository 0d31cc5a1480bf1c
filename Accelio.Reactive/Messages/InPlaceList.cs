using Accelio.Transports;

namespace Accelio.Reactive;

/// <summary>The leased messages that lie in the receive buffers of one link. Poller only.</summary>
internal sealed class InPlaceList
{
    private MessageCore? _first;

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => _first is null;

    /// <summary>Adds a message.</summary>
    public void Add(MessageCore core)
    {
        core.List = this;
        core.PreviousInPlace = null;
        core.NextInPlace = _first;
        if (_first is not null)
        {
            _first.PreviousInPlace = core;
        }

        _first = core;
    }

    /// <summary>Removes a message.</summary>
    public void Remove(MessageCore core)
    {
        if (core.PreviousInPlace is null)
        {
            _first = core.NextInPlace;
        }
        else
        {
            core.PreviousInPlace.NextInPlace = core.NextInPlace;
        }

        if (core.NextInPlace is not null)
        {
            core.NextInPlace.PreviousInPlace = core.PreviousInPlace;
        }

        core.PreviousInPlace = core.NextInPlace = null;
        core.List = null;
    }

    /// <summary>Moves every message out of the receive buffers; those that somebody refers to hold the buffers instead.</summary>
    /// <returns>Whether all could be moved.</returns>
    public bool Evacuate(Link link)
    {
        var all = true;
        while (_first is { } core)
        {
            Remove(core);
            if (!core.TryMoveOut())
            {
                core.HoldBuffers(link.ReceiveBuffers);
                all = false;
            }
        }

        return all;
    }
}
