using System.Buffers;

namespace Accelio.Reactive;

/// <summary>
/// A handle of a message that arrived, 16 bytes. The message belongs to the library and is leased: inside OnNext until the last observer returned, from <c>RequestAsync</c> until
/// <see cref="Dispose"/>. Every member checks the version of the handle, always: after the end of the lease it throws <see cref="ObjectDisposedException"/>; a second Dispose does nothing.
/// </summary>
public readonly struct InboundMessage : IDisposable, IEquatable<InboundMessage>
{
    private readonly MessageCore? _core;
    private readonly int _version;

    internal InboundMessage(MessageCore core)
    {
        _core = core;
        _version = core.Version;
    }

    /// <summary>The header; memory that throws when it is used after the end of the lease.</summary>
    public ReadOnlyMemory<byte> Header => Core.Header(_version);

    /// <summary>The body; memory that throws when it is used after the end of the lease. It may be read on any thread.</summary>
    public ReadOnlySequence<byte> Payload => new(Core.Payload(_version));

    /// <summary>Length of the body in bytes.</summary>
    public int PayloadLength
    {
        get
        {
            Core.Demand(_version);
            return Core.PayloadLength;
        }
    }

    /// <summary>Whether the sender marked the message as the last of a batch.</summary>
    public bool LastInBatch
    {
        get
        {
            Core.Demand(_version);
            return Core.LastInBatch;
        }
    }

    /// <summary>Whether the sender asked for a receipt; it gets one when the lease ends.</summary>
    public bool ReceiptRequested
    {
        get
        {
            Core.Demand(_version);
            return Core.WantsReceipt;
        }
    }

    /// <summary>The session the message came on.</summary>
    public AccelioSession? Session
    {
        get
        {
            Core.Demand(_version);
            return Core.Session;
        }
    }

    /// <summary>The connection the message came on; null for the answer of a request.</summary>
    public AccelioConnection? Connection
    {
        get
        {
            Core.Demand(_version);
            return Core.Connection?.Events as AccelioConnection;
        }
    }

    internal MessageCore Core => _core ?? throw new InvalidOperationException("This InboundMessage is default(InboundMessage): it stands for no message.");

    internal int Version => _version;

    /// <summary>The body as one span, if it lies in one piece; spans are for use at once, inside the callback.</summary>
    /// <returns>False when the body has several pieces: use <see cref="Payload"/>.</returns>
    public bool TryGetSpan(out ReadOnlySpan<byte> span)
    {
        span = Core.PayloadSpan(_version);
        return true;
    }

    /// <summary>The body as one piece of memory, if it lies in one: the cheapest form to answer or send on with.</summary>
    /// <returns>False when the body has several pieces: use <see cref="Payload"/>.</returns>
    public bool TryGetMemory(out ReadOnlyMemory<byte> memory)
    {
        memory = Core.Payload(_version);
        return true;
    }

    /// <summary>Copies the body.</summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is shorter than <see cref="PayloadLength"/>.</exception>
    public void CopyTo(Span<byte> destination) => Core.PayloadSpan(_version).CopyTo(destination);

    /// <summary>Adds a lease, to be ended by a <see cref="Dispose"/> of its own; until then the sender is not given the room back.</summary>
    public InboundMessage Retain()
    {
        Core.Retain(_version);
        return this;
    }

    /// <summary>An ordinary copy that lives for ever.</summary>
    public DetachedMessage Detach() => new(Core.HeaderSpan(_version).ToArray(), Core.PayloadSpan(_version).ToArray(), Core.LastInBatch);

    /// <summary>Ends the lease and tells a sender who asked for a receipt that the message was rejected.</summary>
    public void Reject() => Core.Reject(_version);

    /// <summary>Ends the lease.</summary>
    public void Dispose() => _core?.Release(_version);

    /// <inheritdoc/>
    public bool Equals(InboundMessage other) => ReferenceEquals(_core, other._core) && _version == other._version;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is InboundMessage other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _version;

    /// <summary>Whether both handles name the same message.</summary>
    public static bool operator ==(InboundMessage left, InboundMessage right) => left.Equals(right);

    /// <summary>Whether the handles name different messages.</summary>
    public static bool operator !=(InboundMessage left, InboundMessage right) => !left.Equals(right);
}
