using Accelio.Native.Verbs;
using Accelio.Transports.Memory;
using Accelio.Transports.Wire;

namespace Accelio.Transports.Rdma;

/// <content>One-sided access: READs and WRITEs of memory that an end has exposed for it.</content>
internal sealed unsafe partial class RdmaLink
{
    // More would keep messages behind them waiting, and no device has more READs under way.
    private const int DirectAtOnce = 16;

    private readonly Queue<DirectOperation> _direct = new();
    private int _directPosted;

    /// <inheritdoc/>
    public override IDirectAccess Direct => this;

    /// <inheritdoc/>
    public DirectWindow Expose(byte* address, long length, bool canRead, bool canWrite)
    {
        var registration = _device!.Expose(address, length, canRead, canWrite);
        return new DirectWindow((ulong)address, registration.RemoteKey, registration);
    }

    /// <inheritdoc/>
    public bool TryOffer(RegionEntry region, byte* address, int length, out RoomEntry offer)
    {
        offer = default;
        if (!AcknowledgesRequests || length + RdmaFrame.ResponseSize + Sge.Size + (long)Options.MaxHeaderLength < SlotLength)
        {
            return false;
        }

        try
        {
            offer = new RoomEntry((ulong)address, (uint)length, _device!.KeyForWriting(region));
            return true;
        }
        catch (TransportException)
        {
            // The answer is read then, into memory that is registered already, or the link ends with that reason.
            return false;
        }
    }

    /// <inheritdoc/>
    public void Begin(DirectOperation operation)
    {
        _direct.Enqueue(operation);
        MarkDirty();
    }

    private void PostDirect()
    {
        while (_directPosted < DirectAtOnce && CanTransmit(null) && _direct.TryPeek(out var operation))
        {
            var opcode = operation.IsWrite ? WorkOpcode.Write : WorkOpcode.Read;
            var key = _device!.KeyOf(operation.Local, operation.Length, operation.Region);
            _direct.Dequeue();
            _directPosted++;
            var request = Chain.AddSend(NextId(), opcode, operation.Local, operation.Length, key);
            request->Flags = WorkFlags.Signaled;
            request->RemoteAddress = operation.RemoteAddress;
            request->RemoteKey = operation.RemoteKey;
            _sends[_sent++ % (uint)_sends.Length] = new RdmaSend(null, 0, operation);
            _unsignaled = 0;
            if (Chain.Sends == RdmaChain.Capacity && !PostSends())
            {
                return;
            }
        }
    }

    private void EndDirect(DirectOperation operation)
    {
        _directPosted--;
        LastReceived = Poller.Now;
        operation.OnDone(LinkError.None, detail: null);
    }

    // The queue pair is gone: nothing is done any more, whether it was posted or not.
    private void FailDirect(LinkError error, string detail)
    {
        while (_direct.TryDequeue(out var operation))
        {
            operation.OnDone(error, detail);
        }
    }
}
