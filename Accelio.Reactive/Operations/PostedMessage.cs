using System.Buffers;
using Accelio.Reactive.Engine;
using Accelio.Transports.Polling;

namespace Accelio.Reactive;

/// <summary>A one-way message for which nobody waits, on its way from another thread to the context; its payload is a copy, or held.</summary>
internal sealed class PostedMessage : OutgoingMessage, IMovableMessage
{
    private readonly SessionCore _session;
    private readonly ConnectionMachine? _via;
    private readonly long _length;

    public PostedMessage(SessionCore session, ConnectionMachine? via, in OutboundMessage message, MessageId id)
    {
        _session = session;
        _via = via;
        _length = SendBudget.LengthOf(message);
        Header = message.Header.ToArray();
        Body = message.IsRegistered ? message.Hold() : null;
        Payload = new ReadOnlySequence<byte>(Body?.Payload ?? message.Payload.ToArray());
        Kind = OutgoingKind.OneWay;
        WantsReceipt = (message.Options & MessageOptions.RequestReceipt) != 0;
        LastInBatch = (message.Options & MessageOptions.LastInBatch) != 0;
        Flags = SessionCore.WireFlags(message.Options, OutgoingKind.OneWay);
        Id = id;
        Tag = message.Tag;
        TimeLimit = long.MaxValue;
    }

    /// <inheritdoc/>
    internal override bool IsBound => _via is not null;

    /// <summary>Sends it on its way.</summary>
    public bool TryPost()
    {
        _session.Poller.DemandCaller();
        if (_session.Poller.Post(new SubmitItem(this)))
        {
            return true;
        }

        ReleaseBody();
        return false;
    }

    /// <inheritdoc/>
    public void MoveTo(SessionCore other)
    {
        if (other.Copies.TryTake(_length))
        {
            if (new PostedMessage(other, via: null, MovedMessage.Of(this), Id).TryPost())
            {
                Succeed(null);
                return;
            }

            other.Copies.Return(_length);
        }

        Fail(ConnectionMachine.Draining);
    }

    /// <inheritdoc/>
    protected override void Completed(MessageCore? answer) => _session.Copies.Return(_length);

    /// <inheritdoc/>
    protected override void Failed(in Failure failure)
    {
        _session.Copies.Return(_length);
        _session.ReportError(failure.Status, $"A message accepted by TrySend was not sent: {failure.Detail}");
    }

    private sealed class SubmitItem(PostedMessage message) : WorkItem
    {
        /// <inheritdoc/>
        public override void Execute() => message._session.Submit(message, message._via);
    }
}
