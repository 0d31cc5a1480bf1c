namespace Accelio.Reactive.Engine;

/// <summary>The bodies of one link that are under way into memory that the user chose. Poller only.</summary>
internal sealed class LandingList
{
    private Landing? _first;
    private Landing? _idle;

    /// <summary>Enters a body, with one hold on its memory that the list takes over.</summary>
    public Landing Add(RegisteredMemory memory, int start)
    {
        var landing = _idle ?? new Landing();
        _idle = landing.Next;
        landing.Memory = memory;
        landing.Start = start;
        landing.Next = _first;
        if (_first is { } next)
        {
            next.Previous = landing;
        }

        _first = landing;
        return landing;
    }

    /// <summary>The body is complete: whoever takes it out takes over the hold.</summary>
    public RegisteredMemory Take(Landing landing)
    {
        if (landing.Previous is { } previous)
        {
            previous.Next = landing.Next;
        }
        else
        {
            _first = landing.Next;
        }

        if (landing.Next is { } next)
        {
            next.Previous = landing.Previous;
        }

        var memory = landing.Memory!;
        landing.Memory = null;
        landing.Previous = null;
        landing.Next = _idle;
        _idle = landing;
        return memory;
    }

    /// <summary>The link writes nowhere any more.</summary>
    public void ReleaseAll()
    {
        while (_first is { } landing)
        {
            Take(landing).EndHold();
        }
    }
}
