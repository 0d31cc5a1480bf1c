using Accelio.Native.Verbs;
using Accelio.Transports.Slots;

namespace Accelio.Transports.Rdma;

/// <content>The queue pair: what is posted, and what has completed (RDMA, sections 1, 8 and 9).</content>
internal sealed unsafe partial class RdmaLink
{
    private const int MaxSends = 257;
    private const int AskedInline = 200;

    // Every so many sends one says that it and all before it are done.
    private const int SignalEvery = 16;

    // Kept free for READs and credits.
    private const int ReservedSends = 16;
    private const uint ReceiveMark = 1u << 31;
    private const uint NumberMask = ReceiveMark - 1;

    private readonly RdmaSend[] _sends = new RdmaSend[512];
    private readonly Queue<ReceiveSlot> _toPost = new();
    private RdmaDevice? _device;
    private RdmaCompletions? _completions;
    private RdmaMessageStore? _messages;
    private QueuePair? _pair;
    private ulong _number;
    private uint _sent;
    private uint _done;
    private int _unsignaled;
    private uint _inline;
    private bool _peerLeft;
    private bool _fenced;

    /// <inheritdoc/>
    protected override bool CanTransmit(SlotMessage? message) =>
        _sent - _done + (message is RdmaMessage { Targets.Length: > 0 } placed ? CountWrites(placed) : 0) < MaxSends - ReservedSends;

    /// <inheritdoc/>
    protected override bool HasLeft => (_sent == _done && _direct.Count == 0) || _peerLeft;

    /// <summary>Something of this link has completed.</summary>
    public void OnCompletion(in IbvWc completion)
    {
        if (State == SlotLinkState.Closed)
        {
            return;
        }

        try
        {
            var id = (uint)completion.Id;
            if (completion.Status != CompletionStatus.Success)
            {
                OnError(completion, isReceive: (id & ReceiveMark) != 0);
            }
            else if ((id & ReceiveMark) == 0)
            {
                OnSent(id);
            }
            else if (TryTakePosted(out var slot))
            {
                OnMessage(slot, (int)completion.Length);
            }
        }
        catch (TransportException failure)
        {
            Fail(LinkError.TransportFailed, failure.Message);
        }
    }

    /// <inheritdoc/>
    protected override SlotMessage RentMessage() => _messages!.Rent();

    /// <inheritdoc/>
    protected override void Post(ReceiveSlot slot)
    {
        if (_shared is not null)
        {
            // It was posted when it was promised.
            return;
        }

        slot.Block!.Key ??= _device!.KeyOf(slot.Block.Slab.Pointer, slot.Block.Slab.Length);
        _toPost.Enqueue(slot);
    }

    /// <inheritdoc/>
    protected override bool Transmit(SlotMessage message)
    {
        var sent = (RdmaMessage)message;
        if (!PostWrites(sent))
        {
            return false;
        }

        var isInline = (uint)message.Length < _inline;
        _fenced = false;
        _unsignaled++;
        var isSignaled = _unsignaled >= SignalEvery || !sent.Targets.IsEmpty;
        var request = Chain.AddSend(NextId(), WorkOpcode.Send, message.Pointer, message.Length, sent.Key);
        request->Flags = (isInline ? WorkFlags.Inline : 0) | (isSignaled ? WorkFlags.Signaled : 0);
        if (isSignaled)
        {
            _unsignaled = 0;
        }

        _sends[_sent++ % (uint)_sends.Length] = new RdmaSend(sent, 0);
        return Chain.Sends < RdmaChain.Capacity || PostSends();
    }

    /// <inheritdoc/>
    protected override void EndTransmit()
    {
        PostDirect();
        if (State == SlotLinkState.Flushing && !_fenced && _sent != _done && HasNothingToSend)
        {
            // A WRITE of nothing: when it completes, everything before it is at the peer.
            _fenced = true;
            Chain.AddSend(NextId(), WorkOpcode.Write, null, 0, 0)->Flags = WorkFlags.Signaled;
            _sends[_sent++ % (uint)_sends.Length] = default;
        }

        PostSends();
    }

    private RdmaChain Chain => _poller.Chain;

    private int Requests => _shared is null ? MaxSends + Depth : MaxSends;

    // Everything of the device that the link needs.
    private void Equip()
    {
        var completions = _poller.CompletionsOf(_id);
        var device = completions.Device;
        JoinShared(completions);
        try
        {
            _number = completions.Add(this, Requests);
            MakePair(device, completions);
        }
        catch
        {
            LeaveShared();
            throw;
        }

        _device = device;
        _completions = completions;
        _inline = _pair!.Granted.MaxInlineData;
        _messages = new RdmaMessageStore(Poller, device, SlotLength);
        _shared?.Add(_pair.Number, this);
    }

    private void MakePair(RdmaDevice device, RdmaCompletions completions)
    {
        var asked = new IbvQpCap
        {
            MaxSendRequests = MaxSends,
            MaxReceiveRequests = _shared is null ? Depth : 0u,
            MaxSendPieces = 1,
            MaxReceivePieces = 1,
            MaxInlineData = AskedInline,
        };
        var result = QueuePair.Create(_id, device.Domain, completions.Queue, _shared?.Queue, asked, out _pair);
        if (result < 0)
        {
            completions.Remove(_number, Requests);
            throw RdmaMemoryLimit.Explain(result, Requests * (long)SlotLength, device.Verbs.Name);
        }
    }

    private ulong NextId() => _number | (_sent & NumberMask);

    // Receives go first: the sends behind them tell the peer of them.
    private bool PostSends() => PostReceives() && Posted(Chain.PostSends(_pair!), "post send");

    private bool PostReceives()
    {
        while (_toPost.TryDequeue(out var slot))
        {
            Chain.AddReceive(_number | ReceiveMark, slot.Pointer, SlotLength, slot.Block!.Key!.Value);
            if (Chain.Receives == RdmaChain.Capacity && !Posted(Chain.PostReceives(_pair!), "post receive"))
            {
                return false;
            }
        }

        return Posted(Chain.PostReceives(_pair!), "post receive");
    }

    private bool Posted(int result, string call)
    {
        if (result == 0 || _peerLeft)
        {
            return true;
        }

        Chain.Clear();
        return Check(result, call);
    }

    private void OnSent(uint number)
    {
        while ((_done & NumberMask) != number)
        {
            EndSend(_done++);
        }

        EndSend(_done++);
        NoteSendProgress();
        MarkDirty();
    }

    private void EndSend(uint number)
    {
        ref var send = ref _sends[number % (uint)_sends.Length];
        var (message, read, direct) = send;
        send = default;
        if (message is { Targets.IsEmpty: false })
        {
            // The peer has it all.
            EndExposure(message.Exposed);
        }

        message?.Store();
        if (read > 0)
        {
            LastReceived = Poller.Now;
            OnReadDone(read);
        }

        if (direct is not null)
        {
            EndDirect(direct);
        }
    }

    private void ForgetSends()
    {
        while (_done != _sent)
        {
            var (message, _, direct) = _sends[_done++ % (uint)_sends.Length];
            message?.Store();
            if (direct is not null)
            {
                _direct.Enqueue(direct);
            }
        }
    }

    private void OnError(in IbvWc completion, bool isReceive)
    {
        if (completion.Status == CompletionStatus.Flushed || _peerLeft)
        {
            // The reason has come, or comes, by another way.
            return;
        }

        var (error, text) = completion.Status switch
        {
            // Devices differ in what they call it.
            CompletionStatus.LocalLength or CompletionStatus.LocalOperation or CompletionStatus.RemoteInvalidRequest when isReceive =>
                (LinkError.BadFrameLength, $"a message longer than the slot of {SlotLength} bytes ({completion.Status})"),
            CompletionStatus.RemoteAccess => (LinkError.BadOperation, "addr, rkey: the peer's memory is not registered as its message says"),
            CompletionStatus.NotReadyRetriesExceeded => (LinkError.CreditOverrun, "the peer had no slot posted for a message that its credits allowed"),
            CompletionStatus.RemoteInvalidRequest => (LinkError.TransportFailed, "the peer refused a request: a message longer than its slot"),
            CompletionStatus.RetriesExceeded => (LinkError.TransportFailed, "the peer does not answer"),
            var status => (LinkError.TransportFailed, $"a work request ended with {status}, vendor code 0x{completion.VendorError:x}"),
        };
        Fail(error, text);
    }
}
