using Accelio.Reactive.Engine;

namespace Accelio.Reactive;

/// <summary>The ids of a server, over all its contexts: sessions by the ids that their clients know, and connections that have ids of their own. No id stands for two things at a time. Any thread;
/// only set-ups, greetings and ends come here.</summary>
internal sealed class SessionDirectory
{
    private readonly Lock _gate = new();
    private readonly Dictionary<uint, IServedSession?> _entries = [];

    /// <summary>Ids in use.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>Enters a session under a new id, which is free on the link, too.</summary>
    public uint Enter(IServedSession session, LinkMachine link, IEntropy entropy) => Add(session, link, entropy);

    /// <summary>A new id for a connection, which is free on the link, too.</summary>
    public uint Reserve(LinkMachine link, IEntropy entropy) => Add(session: null, link, entropy);

    /// <summary>Enters something under an id that it has had elsewhere.</summary>
    /// <returns>False when the id is taken.</returns>
    public bool TryEnter(uint id, IServedSession? session)
    {
        lock (_gate)
        {
            return id != 0 && _entries.TryAdd(id, session);
        }
    }

    /// <summary>Something else stands for the id from now on.</summary>
    public void Replace(uint id, IServedSession session)
    {
        lock (_gate)
        {
            _entries[id] = session;
        }
    }

    /// <summary>The session with the id; null when there is none.</summary>
    public IServedSession? Find(uint id)
    {
        lock (_gate)
        {
            return _entries.GetValueOrDefault(id);
        }
    }

    /// <summary>An id is free again.</summary>
    public void Remove(uint id)
    {
        lock (_gate)
        {
            _entries.Remove(id);
        }
    }

    /// <summary>The id of a session is free again, unless it stands for another one by now.</summary>
    public void Remove(uint id, IServedSession session)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(id, out var entry) && ReferenceEquals(entry, session))
            {
                _entries.Remove(id);
            }
        }
    }

    private uint Add(IServedSession? session, LinkMachine link, IEntropy entropy)
    {
        lock (_gate)
        {
            uint id;
            do
            {
                id = entropy.NextUInt32();
            }
            while (id == 0 || link.HasConnection(id) || !_entries.TryAdd(id, session));

            return id;
        }
    }
}
