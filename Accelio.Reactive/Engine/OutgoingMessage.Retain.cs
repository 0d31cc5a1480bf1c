using System.Buffers;
using Accelio.Transports;
using Accelio.Transports.Memory;

namespace Accelio.Reactive.Engine;

/// <content>What is needed of a message to send it again over another link, or to another server.</content>
internal abstract partial class OutgoingMessage
{
    private Slab? _copy;
    private bool _isRetained;

    /// <summary>Requests: whether they may be executed again by another server.</summary>
    public bool Idempotent { get; set; }

    /// <summary>Whether a server that is gone had got it: whatever becomes of it now, that one may have executed it.</summary>
    internal bool WasSentBefore { get; set; }

    /// <summary>Whether another server may get it when this one is lost: until it has ended it needs its header and body, wherever it is.</summary>
    internal bool MayBeSentAgain => Idempotent && State is OutgoingState.Queued or OutgoingState.Sent;

    /// <summary>Whether header and body lie in memory of the message's own, which ends with it.</summary>
    internal bool HasCopy => _copy is not null;

    /// <summary>Copies what may have to be sent again and is the caller's for now only: the header, and a body that is copied anyway.</summary>
    internal void Keep(SlabPool pool, scoped in OutboundFrame frame, bool copiesBody)
    {
        if (_copy is not null)
        {
            return;
        }

        var header = frame.UserHeader.Length;
        var body = copiesBody ? (int)frame.BodyLength : 0;
        if (header + body == 0)
        {
            return;
        }

        var copy = pool.Rent(header + body);
        var memory = copy.Memory;
        try
        {
            frame.UserHeader.CopyTo(memory.Span);
            if (copiesBody)
            {
                frame.CopyBodyTo(memory.Span[header..]);
                Payload = new ReadOnlySequence<byte>(memory.Slice(header, body));
            }
        }
        catch
        {
            copy.Release();
            throw;
        }

        Header = memory[..header];
        _copy = copy;
    }

    /// <summary>One-way messages: what may have to be sent again is the frame's from now on. A body in the caller's memory keeps the call waiting.</summary>
    internal void HandOver(ref RetainedFrame kept)
    {
        kept.Copy = _copy;
        _copy = null;
        kept.Held = Body;
        if (Body is null && !OwnsMemory && !Connection!.IsCopied(Payload.Length))
        {
            kept.Owner = this;
            _isRetained = true;
        }

        Body = null;
        Header = default;
        Payload = default;
    }

    /// <inheritdoc/>
    void IRetentionListener.OnRetentionEnded()
    {
        _isRetained = false;
        if (State == OutgoingState.Ended)
        {
            Report();
        }
    }

    /// <summary>The server that got it is gone, and it may be executed by another one: it waits again.</summary>
    internal void Requeue() => (State, WasSentBefore) = (OutgoingState.Queued, true);

    /// <summary>The message has left, and the connection ends before the peer has said that it has it.</summary>
    internal void LoseRetained(in Failure failure)
    {
        if (_failure.Kind == FailureKind.None)
        {
            _failure = failure.For(sent: true);
        }
    }

    /// <summary>The message is not sent again: whoever waits for its memory waits no longer on that account.</summary>
    internal void EndRetention()
    {
        if (_isRetained)
        {
            ((IRetentionListener)this).OnRetentionEnded();
        }
    }

    private void ReleaseCopy()
    {
        if (_copy is { } copy)
        {
            _copy = null;
            Header = default;
            Payload = default;
            copy.Release();
        }
    }
}
