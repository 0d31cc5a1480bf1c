using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Accelio.Reactive;

/// <summary>
/// A handle of a message that arrived, 16 bytes. The message belongs to the library and is leased: inside OnNext until the last observer
/// returned; from <c>RequestAsync</c> and <see cref="Retain"/> until <see cref="Dispose"/>. Every member checks the version of the handle,
/// always: after the end of its lease it throws <see cref="ObjectDisposedException"/>; a second Dispose does nothing. A handle may be used
/// on any thread. A lease of yours that you drop without Dispose is found by the garbage collector, and reported in the log.
/// </summary>
public readonly struct InboundMessage : IDisposable, IEquatable<InboundMessage>
{
    private readonly MessageLease? _lease;
    private readonly int _version;

    internal InboundMessage(MessageLease lease)
        : this(lease, lease.Version)
    {
    }

    internal InboundMessage(MessageLease lease, int version)
    {
        _lease = lease;
        _version = version;
    }

    /// <summary>The header; memory that throws when it is used after the end of the lease.</summary>
    public ReadOnlyMemory<byte> Header => Lease.Header(_version);

    /// <summary>The body; memory that throws when it is used after the end of the lease. It may be read on any thread. Pinned, or given to
    /// a call that sends it, it stays as long as that lasts.</summary>
    public ReadOnlySequence<byte> Payload => new(Lease.Payload(_version));

    /// <summary>Length of the body in bytes.</summary>
    public int PayloadLength => Core.PayloadLength;

    /// <summary>Whether the sender marked the message as the last of a batch.</summary>
    public bool LastInBatch => Core.LastInBatch;

    /// <summary>Whether the sender asked for a receipt; it gets one when the last lease ends.</summary>
    public bool ReceiptRequested => Core.WantsReceipt;

    /// <summary>The session the message came on.</summary>
    public AccelioSession? Session => Core.Session;

    /// <summary>The message, while the lease holds.</summary>
    internal MessageCore Core
    {
        get
        {
            var lease = Lease;
            lease.Demand(_version);
            return lease.Core;
        }
    }

    /// <summary>The connection the message came on; null for the answer of a request.</summary>
    public AccelioConnection? Connection => Core.Origin;

    private MessageLease Lease => _lease ?? throw new InvalidOperationException(
        "This InboundMessage is default(InboundMessage): it stands for no message. "
        + "Messages come from the streams of a session or server, and from RequestAsync.");

    /// <summary>The body as one span, if it lies in one piece. A span is for use at once: nothing can check it, so it must not be read
    /// after the handle's Dispose, nor after the last use of a handle that is yours.</summary>
    /// <returns>False when the body has several pieces: use <see cref="Payload"/>.</returns>
    public bool TryGetSpan(out ReadOnlySpan<byte> span)
    {
        span = Lease.PayloadSpan(_version);
        return true;
    }

    /// <summary>The body as one piece of memory, if it lies in one: the cheapest form to answer or send on with.</summary>
    /// <returns>False when the body has several pieces: use <see cref="Payload"/>.</returns>
    public bool TryGetMemory(out ReadOnlyMemory<byte> memory)
    {
        memory = Lease.Payload(_version);
        return true;
    }

    /// <summary>The registered memory that the body was received into, if a <see cref="BufferSelector"/> chose it. The lease holds the memory; who
    /// wants to keep the bytes beyond it uses that memory no more, or disposes of it later.</summary>
    /// <param name="memory">The memory.</param>
    /// <param name="start">Where in it the body begins; it has <see cref="PayloadLength"/> bytes.</param>
    /// <returns>False when the body lies in memory of the library.</returns>
    public bool TryGetRegistered([NotNullWhen(true)] out RegisteredMemory? memory, out int start)
    {
        var lease = Lease;
        lease.Demand(_version);
        (memory, start) = (lease.Core.Registered, lease.Core.RegisteredStart);
        Volatile.ReadBarrier();
        lease.Demand(_version);
        return memory is not null;
    }

    /// <summary>Copies the body.</summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is shorter than <see cref="PayloadLength"/>.</exception>
    public void CopyTo(Span<byte> destination)
    {
        var lease = Lease;
        lease.PayloadSpan(_version).CopyTo(destination);
        lease.Demand(_version);
    }

    /// <summary>Adds a lease and returns its handle, which is yours: until its <see cref="Dispose"/> the message stays and the sender is
    /// not given the room back.</summary>
    public InboundMessage Retain() => new(Lease.Retain(_version));

    /// <summary>An ordinary copy that lives for ever.</summary>
    public DetachedMessage Detach()
    {
        var lease = Lease;
        var copy = new DetachedMessage(lease.HeaderSpan(_version).ToArray(), lease.PayloadSpan(_version).ToArray(), lease.Core.LastInBatch);
        lease.Demand(_version);
        return copy;
    }

    /// <summary>As <see cref="Dispose"/>, and tells a sender who asked for a receipt that the message was rejected.</summary>
    public void Reject() => Lease.Reject(_version);

    /// <summary>The same unless the lease has ended already.</summary>
    internal void RejectIfHeld()
    {
        if (_lease is { } lease && lease.IsLeased(_version))
        {
            lease.Reject(_version);
        }
    }

    /// <summary>Ends the lease, if it is yours. Inside OnNext of a stream of messages the lease is shared by all observers: it ends when
    /// the last has returned, and Dispose does nothing.</summary>
    public void Dispose() => _lease?.Dispose(_version);

    /// <inheritdoc/>
    public bool Equals(InboundMessage other) => ReferenceEquals(_lease, other._lease) && _version == other._version;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is InboundMessage other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _version;

    /// <summary>Whether both handles are of the same lease.</summary>
    public static bool operator ==(InboundMessage left, InboundMessage right) => left.Equals(right);

    /// <summary>Whether the handles are of different leases.</summary>
    public static bool operator !=(InboundMessage left, InboundMessage right) => !left.Equals(right);
}
