namespace Accelio.Native.Verbs;

/// <summary>What a <see cref="EventChannel"/> said, copied out of the library's memory.</summary>
internal readonly unsafe struct ConnectionEvent
{
    internal ConnectionEvent(RdmaCmEvent* native)
    {
        Kind = native->Kind;
        Status = native->Status;
        Id = (nint)native->Id;
        Listener = (nint)native->ListenId;
        ReadsServed = native->Connection.ReadsServed;
        ReadsBegun = native->Connection.ReadsBegun;
    }

    /// <summary>An event that carries nothing but what happened.</summary>
    internal ConnectionEvent(ConnectionEventKind kind) => Kind = kind;

    /// <summary>What happened.</summary>
    public ConnectionEventKind Kind { get; }

    /// <summary>0, a negated error number, or for rejections the reason of the protocol.</summary>
    public int Status { get; }

    /// <summary>Whom it concerns (<see cref="ConnectionId.Key"/>); for a request to connect a new id, the receiver's to adopt.</summary>
    public nint Id { get; }

    /// <summary>Requests to connect: the listener.</summary>
    public nint Listener { get; }

    /// <summary>Requests to connect: READs that this end is asked to serve at once.</summary>
    public byte ReadsServed { get; }

    /// <summary>Requests to connect: READs that this end may have under way at once, as far as the peer goes.</summary>
    public byte ReadsBegun { get; }
}
