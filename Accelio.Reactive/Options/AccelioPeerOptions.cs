namespace Accelio.Reactive;

/// <summary>What the two ends of a session have in common; copied and checked when a session or server is made.</summary>
public abstract class AccelioPeerOptions
{
    private protected AccelioPeerOptions()
    {
    }

    /// <summary>Time for an answer to a request, unless the message says otherwise. A peer of ours learns it and holds its handlers to it.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Time for the close handshake of a session; when it is over the link is cut.</summary>
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a canceled or timed-out call waits for the library to let go of the caller's memory before the link is cut, and an <see cref="AbortReport"/> for the peer to say
    /// what became of the messages.</summary>
    public TimeSpan AbortTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a message waits for its first consumer.</summary>
    public TimeSpan UnclaimedTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a request of the peer may be answered at most, from its arrival, whatever time its requester gives it; then the requester is told that there will be no answer, and <see cref="InboundRequest.Canceled"/> fires.</summary>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the receipt of a request waits for the response so that both travel as one.</summary>
    public TimeSpan ReceiptDelay { get; set; } = TimeSpan.FromMilliseconds(10);

    /// <summary>A link on which nothing arrives for this long is lost; signs of life are asked for at a third of it. No limit switches both off.</summary>
    public TimeSpan DetectWithin { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The same for peers that are C programs: libxio looks only at its own probes and may be busy for long.</summary>
    public TimeSpan DetectCPeerWithin { get; set; } = TimeSpan.FromSeconds(120);

    /// <summary>Time for the connect message, the pairing of two sockets, the set-up of the link and the first session on it.</summary>
    public TimeSpan SetupTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>A message that a peer has begun to send, its body included, must bring 4 KiB, or what is left of it, at least this often; else the link is cut.</summary>
    public TimeSpan BodyProgressTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>A peer must take bytes at least this often while some wait for it.</summary>
    public TimeSpan SendProgressTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest message body accepted from the peer, bytes.</summary>
    public long MaxMessageLength { get; set; } = 64L << 20;

    /// <summary>Chooses registered memory for the bodies of long messages of the peer, before they arrive: see <see cref="BufferSelector"/>. It is asked for bodies above 512 KiB, and
    /// for shorter ones that are not complete when their header is read; what lies in the receive buffer already is read there. Null leaves all of them to the library.</summary>
    public BufferSelector? BufferSelector { get; set; }

    /// <summary>Longest response accepted without a response buffer, bytes; announced to the peer.</summary>
    public long MaxResponseLength { get; set; } = 64L << 20;

    /// <summary>Longest user header, bytes; announced to the peer.</summary>
    public int MaxHeaderLength { get; set; } = 256;

    /// <summary>How many parts of a body, and how many response buffers, a message may name; announced to the peer.</summary>
    public int MaxParts { get; set; } = 4;

    /// <summary>The most messages of one session that may wait for their leases to end.</summary>
    public int WindowMessages { get; set; } = 4096;

    /// <summary>The most bytes of one session that may wait for their leases to end. A longer message is still received, alone.</summary>
    public long WindowBytes { get; set; } = (64L << 20) + (64L << 10);

    /// <summary>Messages that a session may have sent to a C peer without an answer, since that peer grants no window.</summary>
    public int MaxUnansweredMessages { get; set; } = 1024;

    /// <summary>Bytes that a session may have sent to a C peer without an answer.</summary>
    public long MaxUnansweredBytes { get; set; } = 64L << 20;

    /// <summary>
    /// Bytes of one session that the library may have copied for calls without a task to wait for: cold requests, and <see cref="AccelioSession.TrySend"/> from other threads. Beyond it a cold request fails and
    /// TrySend says no. A longer message is taken when there is no other.
    /// </summary>
    public long SendBudget { get; set; } = 16L << 20;

    /// <summary>
    /// Request handlers of one connection that run at a time; 1 runs them one after another. The default leaves it to the window to bound them. Handlers that themselves wait for requests of the peer need
    /// room for as many as may be nested in each other: with 1, a handler whose request makes the peer ask back waits until <see cref="RequestTimeout"/>.
    /// </summary>
    public int MaxConcurrentHandlers { get; set; } = 65536;

    /// <summary>
    /// Whether sessions survive the loss of their links: the client dials again, and both sides go on where they were, without losing or repeating anything. On where both sides have it on. It is off by default because it is not
    /// free: small messages are copied once more and kept until the peer has acknowledged them, calls with larger bodies wait for that, and a lost peer is noticed by the application only after <see cref="ResumeWindow"/>.
    /// </summary>
    public bool Resume { get; set; }

    /// <summary>With <see cref="Resume"/>: how long a connection whose link is lost is kept. The peer's may be another; the shorter one counts.</summary>
    public TimeSpan ResumeWindow { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How a session with several connections chooses one for a message that has no <see cref="OutboundMessage.Key"/>.</summary>
    public ConnectionSelection Selection { get; set; } = ConnectionSelection.Nearest;

    /// <summary>How flow control is done with C peers. It is not negotiated: both sides must be configured alike.</summary>
    public CPeerFlowControl CPeerFlowControl { get; set; }

    /// <summary>TCP on Linux: the type of service of IPv4 and traffic class of IPv6 of what is sent, 0 to 255; its upper six bits are the DSCP. Null
    /// leaves it to the system.</summary>
    public int? TypeOfService { get; set; }

    private protected virtual void ValidateCore()
    {
        Check.PositiveTime(RequestTimeout, nameof(RequestTimeout));
        Check.PositiveTime(CloseTimeout, nameof(CloseTimeout));
        Check.PositiveTime(AbortTimeout, nameof(AbortTimeout));
        Check.PositiveTime(UnclaimedTimeout, nameof(UnclaimedTimeout));
        Check.PositiveTime(ResponseTimeout, nameof(ResponseTimeout));
        Check.TimeOrInfinite(ReceiptDelay, nameof(ReceiptDelay));
        Check.PositiveTime(DetectWithin, nameof(DetectWithin));
        Check.PositiveTime(DetectCPeerWithin, nameof(DetectCPeerWithin));
        Check.PositiveTime(SetupTimeout, nameof(SetupTimeout));
        Check.PositiveTime(BodyProgressTimeout, nameof(BodyProgressTimeout));
        Check.PositiveTime(SendProgressTimeout, nameof(SendProgressTimeout));
        Check.Range(MaxMessageLength, 1024, 1L << 31, nameof(MaxMessageLength));
        Check.Range(MaxResponseLength, 0, 1L << 31, nameof(MaxResponseLength));
        Check.Range(MaxHeaderLength, 0, 8192, nameof(MaxHeaderLength));
        Check.Range(MaxParts, 1, 256, nameof(MaxParts));
        Check.Range(WindowMessages, 1, 65535, nameof(WindowMessages));
        Check.Range(WindowBytes, 64 << 10, 1L << 40, nameof(WindowBytes));
        Check.Range(MaxUnansweredMessages, 1, 1 << 20, nameof(MaxUnansweredMessages));
        Check.Range(MaxUnansweredBytes, 64 << 10, 1L << 40, nameof(MaxUnansweredBytes));
        Check.Range(SendBudget, 1, 1L << 40, nameof(SendBudget));
        Check.Range(MaxConcurrentHandlers, 1, 1 << 20, nameof(MaxConcurrentHandlers));
        Check.Range(TypeOfService ?? 0, 0, 255, nameof(TypeOfService));
        Check.PositiveTime(ResumeWindow, nameof(ResumeWindow));
        Check.NotNull(Selection, nameof(Selection));
        Check.Defined(CPeerFlowControl, nameof(CPeerFlowControl));
    }
}
