using Accelio.Transports;

namespace Accelio.Reactive.Engine;

/// <summary>Something this side sent that waits for an answer of the peer, or for its memory to be released. Poller only.</summary>
internal abstract class OutgoingTask : SendToken
{
    /// <summary>The id that the answer names; 0 when nothing is outstanding.</summary>
    public uint TaskId { get; set; }

    /// <summary>The connection it was sent on; null for tasks of the link itself.</summary>
    public ConnectionMachine? Connection { get; set; }

    /// <summary>Whether the answer is still to be dealt with when the connection is over and the link is not: the task stays where it is.</summary>
    public virtual bool OutlivesConnection => false;

    /// <summary>Whether <see cref="OnArrival"/> has nothing to say about an answer that has come whole.</summary>
    public bool TakesWhole { get; protected init; }

    /// <summary>The answer begins to arrive: says where a body goes that is not here yet.</summary>
    public virtual void OnArrival(ref InboundFrame frame) => frame.Placement = PlacementKind.Discard;

    /// <summary>The answer is complete. The task is still in the table and removes itself when this was the last it waits for.</summary>
    public abstract void OnResponse(LinkMachine link, ref InboundFrame frame);

    /// <summary>The link refers to the body no more.</summary>
    public virtual void OnReleased() => Unpin();

    /// <summary>The connection, or the link with it, is over; the task has been taken out of the table.</summary>
    public abstract void OnConnectionClosed(in Failure failure);
}
