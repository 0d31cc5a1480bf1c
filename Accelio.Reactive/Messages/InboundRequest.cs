using System.Buffers;

namespace Accelio.Reactive;

/// <summary>
/// A handle of a request that arrived: a leased message, and the right to answer it once. The lease ends with OnNext or the handler; the
/// right to answer lasts until the request is answered, its time is over (<see cref="Remaining"/>) or the session
/// ends.
/// </summary>
public readonly struct InboundRequest : IDisposable, IEquatable<InboundRequest>
{
    private readonly InboundMessage _message;

    // The right to answer is the message's and outlives the leases, whosever they are.
    private readonly MessageCore? _core;
    private readonly int _version;

    internal InboundRequest(MessageCore core)
        : this(core, core.Version)
    {
    }

    /// <summary>A handle of a version that the caller knows.</summary>
    internal InboundRequest(MessageCore core, int version)
        : this(new InboundMessage(core, version), core, version)
    {
    }

    private InboundRequest(InboundMessage message, MessageCore core, int version)
    {
        _message = message;
        _core = core;
        _version = version;
    }

    /// <summary>The message itself.</summary>
    public InboundMessage Message => _message;

    /// <summary>The header; see <see cref="InboundMessage.Header"/>.</summary>
    public ReadOnlyMemory<byte> Header => _message.Header;

    /// <summary>The body; see <see cref="InboundMessage.Payload"/>.</summary>
    public ReadOnlySequence<byte> Payload => _message.Payload;

    /// <summary>Length of the body in bytes.</summary>
    public int PayloadLength => _message.PayloadLength;

    /// <summary>The session the request came on.</summary>
    public AccelioSession? Session => _message.Session;

    /// <summary>The connection the request came on.</summary>
    public AccelioConnection? Connection => _message.Connection;

    /// <summary>
    /// How long the request may still be answered, counted from its arrival: what was left of its requester's time, if that is a peer of ours, and never longer than
    /// <see cref="AccelioPeerOptions.ResponseTimeout"/>. Null without a limit, zero when it may be answered no more. Any thread.
    /// </summary>
    public TimeSpan? Remaining => Core.Remaining(_version);

    /// <summary>
    /// Fires when an answer is of no use any more: the requester gave the request up, <see cref="Remaining"/> is over, or the session ended. It does not fire once the request was answered. Made when it is first asked for, and used again for
    /// other requests: do not keep it beyond the answer. Its callbacks run on the context. Any thread.
    /// </summary>
    public CancellationToken Canceled => Core.Canceled(_version);

    /// <summary>Whether the right to answer is still there.</summary>
    internal bool MayBeAnswered => Core.MayBeAnswered(_version);

    /// <summary>Answers. The response's memory is borrowed until the task completes; small responses are copied and the task is complete at once. Any thread.</summary>
    /// <exception cref="InvalidOperationException">The request was answered already.</exception>
    /// <exception cref="AccelioException">The response does not fit the room that the requester offered; the requester is told. Or the answer comes too late
    /// (<see cref="AccelioStatus.MessageDiscarded"/>): the time was over, or the session has ended.</exception>
    public ValueTask RespondAsync(in OutboundMessage response) => Core.RespondAsync(_version, response);

    /// <summary>Answers with a status instead of a response: the requester's call fails with
    /// <see cref="RequestFailedException"/>.</summary>
    /// <param name="status">Any but <see cref="AccelioStatus.Success"/>.</param>
    /// <param name="text">For the requester's exception, up to 255 bytes of UTF-8 are sent; C peers do not get it.</param>
    /// <exception cref="InvalidOperationException">The request was answered already.</exception>
    /// <exception cref="AccelioException">The answer comes too late; see <see cref="RespondAsync"/>.</exception>
    public ValueTask FailAsync(AccelioStatus status, string? text = null) => Core.FailAsync(_version, status, text);

    private MessageCore Core => _core ?? throw new InvalidOperationException(
        "This InboundRequest is default(InboundRequest): it stands for no request. "
        + "Requests come from the streams of a session or server, and to handlers.");

    /// <summary>Adds a lease and returns a handle of the same request that owns it; see <see cref="InboundMessage.Retain"/>. The right to
    /// answer is one for all handles.</summary>
    public InboundRequest Retain() => new(_message.Retain(), Core, _version);

    /// <summary>Ends the lease, before the handler has ended if you like; the right to answer is not touched.</summary>
    public void Dispose() => _message.Dispose();

    /// <inheritdoc/>
    public bool Equals(InboundRequest other) => _message.Equals(other._message);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is InboundRequest other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _message.GetHashCode();

    /// <summary>Whether both handles name the same request.</summary>
    public static bool operator ==(InboundRequest left, InboundRequest right) => left.Equals(right);

    /// <summary>Whether the handles name different requests.</summary>
    public static bool operator !=(InboundRequest left, InboundRequest right) => !left.Equals(right);
}
