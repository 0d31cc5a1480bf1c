using System.Net;
using Accelio.Transports.Memory;
using Accelio.Transports.Polling;

namespace Accelio.Transports;

/// <summary>
/// One framed pipe between two contexts. Belongs to its poller: every member is for the poller's thread only.
/// Life: opened, set-up messages both ways, <see cref="Configure"/>, frames, closed.
/// </summary>
internal abstract class Link
{
    /// <summary>Stream or slots.</summary>
    public abstract LinkKind Kind { get; }

    /// <summary>Whether this side dialed.</summary>
    public abstract bool IsClient { get; }

    /// <summary>The poller that owns the link.</summary>
    public abstract Poller Poller { get; }

    /// <summary>The settings the link was made with.</summary>
    public abstract LinkOptions Options { get; }

    /// <summary>Address on this side.</summary>
    public abstract EndPoint LocalEndPoint { get; }

    /// <summary>Address of the peer.</summary>
    public abstract EndPoint RemoteEndPoint { get; }

    /// <summary>Poller time at which bytes of the peer last arrived, or at which it was last seen to take some that had been waiting for it.</summary>
    public long LastReceived { get; protected set; }

    /// <summary>Bytes accepted by <see cref="Send"/> and not yet handed to the system or the peer.</summary>
    public abstract long QueuedBytes { get; }

    /// <summary>Whether more is queued than <see cref="LinkOptions.SendHighWatermark"/>; <see cref="ILinkSink.OnWritable"/> follows when half of it has gone. Sends are taken all the same.</summary>
    public abstract bool IsCongested { get; }

    /// <summary>Between our own peers: longest body of a response that this side takes without having offered room for it with the request, as agreed at session set-up; 0 where there is no
    /// such agreement. Set by the owner; longer ones end the link.</summary>
    public long AgreedRoom { get; set; }

    /// <summary>The longest body that <see cref="SendPlain"/> takes, in bytes; below 0 where, or while, it takes none.</summary>
    public int LongestPlain { get; protected set; } = -1;

    /// <summary>The slabs that the link receives into at present, for <see cref="ILinkSink.OnReceiveBufferReuse"/>.</summary>
    public abstract ReadOnlySpan<Slab> ReceiveBuffers { get; }

    /// <summary>One-sided access by the devices of both ends; null on transports that have none.</summary>
    public virtual IDirectAccess? Direct => null;

    /// <summary>Sends a set-up message with a trailer (the extension block) behind its fixed fields.</summary>
    public abstract void SendSetup(in LinkSetup setup, ReadOnlySpan<byte> trailer);

    /// <summary>Adopts the smaller receive buffer and the peer's limits; frames may be sent and are accepted from now on.</summary>
    public abstract void Configure(in LinkSetup peer, int bufferSize);

    /// <summary>Takes one frame for sending; it leaves at the end of the duty cycle at the latest. Small bodies are copied, large ones referenced (see <see cref="SendStatus"/>).
    /// What the body's memory throws when it is read comes out of here, and nothing was taken then.</summary>
    public abstract SendStatus Send(ref OutboundFrame frame);

    /// <summary>
    /// The quick way for most messages, those that have a body in one piece and nothing else, neither user header nor items nor room: sends one like <see cref="Send"/> would. The body is copied, and no longer
    /// than <see cref="LongestPlain"/>. It cannot fail.
    /// </summary>
    /// <param name="type">Request, one-way message, or response, which says that the request succeeded.</param>
    /// <param name="task">Of a response the task id of the request, else the sender's own.</param>
    /// <param name="lastInBatch">As in <see cref="FrameHeader.LastInBatch"/>.</param>
    /// <param name="session">The session header.</param>
    /// <param name="body">The body.</param>
    /// <param name="awaited">As in <see cref="OutboundFrame.Awaited"/>.</param>
    public virtual void SendPlain(FrameType type, uint task, bool lastInBatch, in SessionWords session, ReadOnlySpan<byte> body, int awaited) => throw new NotSupportedException();

    /// <summary>What is still to come of the body that is being received into this destination is thrown away, and the memory there not touched any more.</summary>
    /// <returns>False when no such body is being received, or the transport cannot help it.</returns>
    public virtual unsafe bool TryDiscard(byte* destination) => false;

    /// <summary>Stops delivering frames. May be called inside a callback; at most the frame in hand is still delivered.</summary>
    public abstract void PauseReceive();

    /// <summary>Goes on delivering.</summary>
    public abstract void ResumeReceive();

    /// <summary>Closes at once; what is queued is dropped and released. <see cref="ILinkSink.OnClosed"/> follows in the same or the next duty cycle, with this error. Idempotent: the first reason stands.</summary>
    public abstract void Abort(LinkError error, string detail);

    /// <summary>Closes once everything queued has left, bounded by <see cref="LinkOptions.SendProgressTimeout"/>; nothing may be sent any more.</summary>
    public abstract void Close();
}
