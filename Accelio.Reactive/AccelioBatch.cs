namespace Accelio.Reactive;

/// <summary>
/// Messages of one session that can be given up together. Made by <see cref="AccelioSession.BeginBatch"/>; the verbs are the session's. A batch remembers its messages, as runs of ids: begin a new one for each
/// piece of work. Every member may be called from any thread.
/// </summary>
public abstract class AccelioBatch
{
    /// <summary>For derived classes: fakes in tests.</summary>
    protected AccelioBatch()
    {
    }

    /// <summary>The session that the messages are sent on.</summary>
    public abstract AccelioSession Session { get; }

    /// <summary>Whether the batch was aborted: further calls fail and send nothing.</summary>
    public abstract bool IsAborted { get; }

    /// <summary>Sends a request of the batch and reads its answer inside the call; see <see cref="AccelioSession.RequestAsync{T}"/>.</summary>
    /// <typeparam name="T">What <paramref name="read"/> makes of the answer.</typeparam>
    /// <exception cref="AccelioCanceledException">The batch was aborted, or the token fired.</exception>
    public ValueTask<T> RequestAsync<T>(in OutboundMessage message, Func<InboundMessage, T> read, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(read);
        return this is BatchCore core ? core.ReadAsync(message, read, cancellationToken) : Answers.ReadAsync(RequestAsync(message, out _, cancellationToken), read);
    }

    /// <summary>Sends a request of the batch; the caller owns the answer's lease and must dispose it.</summary>
    /// <exception cref="AccelioCanceledException">The batch was aborted, or the token fired.</exception>
    public ValueTask<InboundMessage> RequestAsync(in OutboundMessage message, CancellationToken cancellationToken = default) => RequestAsync(message, out _, cancellationToken);

    /// <summary>Sends a request of the batch and tells its id; the caller owns the answer's lease and must dispose it.</summary>
    /// <exception cref="AccelioCanceledException">The batch was aborted, or the token fired.</exception>
    public abstract ValueTask<InboundMessage> RequestAsync(in OutboundMessage message, out MessageId id, CancellationToken cancellationToken = default);

    /// <summary>Sends a one-way message of the batch; see <see cref="AccelioSession.SendAsync"/>.</summary>
    /// <exception cref="AccelioCanceledException">The batch was aborted, or the token fired.</exception>
    public abstract ValueTask<MessageId> SendAsync(in OutboundMessage message, CancellationToken cancellationToken = default);

    /// <summary>Sends a one-way message of the batch and waits for its receipt; see <see cref="AccelioSession.DeliverAsync"/>.</summary>
    /// <exception cref="AccelioCanceledException">The batch was aborted, or the token fired.</exception>
    public abstract ValueTask<DeliveryReceipt> DeliverAsync(in OutboundMessage message, CancellationToken cancellationToken = default);

    /// <summary>
    /// Gives up what of the batch has not ended: the calls fail with <see cref="AccelioCanceledException"/>, what has not left is not sent, what has is given up at the
    /// peer, and answers that come late are dropped. A second call gives the same report. Waits until the peer has said what became of each, at most <see cref="AccelioPeerOptions.AbortTimeout"/>.
    /// </summary>
    /// <returns>What became of each message of the batch.</returns>
    /// <exception cref="OperationCanceledException">The token had fired: nothing was aborted.</exception>
    public abstract ValueTask<AbortReport> AbortAsync(CancellationToken cancellationToken = default);
}
