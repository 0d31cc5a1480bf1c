using Accelio.Native.Verbs;
using Accelio.Transports.Slots;

namespace Accelio.Transports.Rdma;

/// <content>Receiving into slots that the links of a context share.</content>
internal sealed unsafe partial class RdmaLink
{
    private RdmaSharedSlots? _shared;

    /// <summary>A receive of the slots that links share has completed, for this one. False when it brought no message that belongs to a slot of this link.</summary>
    public bool TryTake(in IbvWc completion, SlotRoom room)
    {
        if (State == SlotLinkState.Closed)
        {
            return false;
        }

        if (completion.Status != CompletionStatus.Success)
        {
            OnError(completion, isReceive: true);
            return false;
        }

        if (!TryTakeShared(room, (int)completion.Length))
        {
            Fail(LinkError.CreditOverrun, "a message beyond the credits of the peer, in a slot that was for others");
            return false;
        }

        return true;
    }

    private void JoinShared(RdmaCompletions completions)
    {
        if (_poller.Poller.Options.SharedReceiveSlots == 0)
        {
            return;
        }

        var shared = completions.SharedSlots(SlotLength);
        shared.Join();
        _shared = shared;
        Share(shared);
    }

    private void LeaveShared()
    {
        _shared?.Leave();
        _shared = null;
    }
}
