using System.Buffers;
using Accelio.Reactive.Engine;

namespace Accelio.Reactive;

/// <content>The session's verbs, on this connection alone.</content>
internal sealed partial class ConnectionCore
{
    /// <summary>Sends a request and reads its answer inside the call.</summary>
    internal ValueTask<T> RequestNow<T>(in OutboundMessage message, Func<InboundMessage, T> read, CancellationToken cancellationToken) =>
        _session.RequestAsync(Machine, message, read, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<InboundMessage> RequestAsync(in OutboundMessage message, out MessageId id, CancellationToken cancellationToken = default) =>
        _session.RequestAsync(Machine, message, out id, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<MessageId> SendAsync(in OutboundMessage message, CancellationToken cancellationToken = default) =>
        _session.SendAsync(Machine, message, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<MessageId> SendAsync<TState>(
        TState state, Action<TState, IBufferWriter<byte>> write, CancellationToken cancellationToken = default) =>
        _session.SendAsync(Machine, state, write, cancellationToken);

    /// <inheritdoc/>
    public override bool TrySend(in OutboundMessage message, out MessageId id)
    {
        if (!_hasEnded)
        {
            return _session.TrySend(Machine, message, out id);
        }

        id = default;
        return false;
    }

    /// <inheritdoc/>
    public override ValueTask<DeliveryReceipt> DeliverAsync(in OutboundMessage message, CancellationToken cancellationToken = default) =>
        _session.DeliverAsync(Machine, message, cancellationToken);
}
