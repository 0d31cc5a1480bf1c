using Accelio.Transports;
using Accelio.Transports.Wire;

namespace Accelio.Reactive.Engine;

/// <content>What the peer has not got, once more, over the link on which the connection goes on.</content>
internal sealed partial class ConnectionMachine
{
    private void ReturnTasks()
    {
        var tasks = new List<OutgoingTask>();
        _ownTasks!.CopyTo(null, tasks);
        _ownTasks = null;
        _earlierTasks = tasks.Count == 0 ? null : new Dictionary<ulong, uint>(tasks.Count);
        foreach (var task in tasks)
        {
            Machine.Tasks.Add(task);
            _earlierTasks![SerialOf(task)] = task.TaskId;
        }
    }

    private static ulong SerialOf(OutgoingTask task) => task switch
    {
        OutgoingMessage message => message.Serial,
        ReceiptTask receipt => receipt.Serial,
        _ => ((Tombstone)task).Serial,
    };

    /// <summary>Sends the messages again that the peer has not got, but for those that nobody wants any more.</summary>
    private void SendMessagesAgain(List<Tombstone> lost)
    {
        foreach (var kept in _sentMessages.TakeAll())
        {
            if (kept.Task is Tombstone tombstone)
            {
                Tasks.Remove(tombstone);
                lost.Add(tombstone);
            }
            else if (kept.Header.Type != FrameType.None && TrySendAgain(kept))
            {
                _sentMessages.Add() = kept;
                continue;
            }

            EndRetention(kept);
        }
    }

    private bool TrySendAgain(in RetainedFrame kept)
    {
        scoped var frame = NewFrame(kept.Header.Type);
        frame.Header.Flags = kept.Header.Flags & ~MessageFlags.Items;
        frame.Header.LastInBatch = kept.Header.LastInBatch;
        frame.Header.Serial = kept.Header.Serial;
        frame.UserHeader = kept.UserHeader.Span;
        frame.Body = kept.Body;
        if (kept.Task is { } task)
        {
            frame.Header.LocalTask = task.TaskId;
            frame.Awaited = Tasks.Count;
        }

        var message = kept.Task as OutgoingMessage;
        if (message is not null && HasItems(message))
        {
            TryAddItems(message, ref frame);
        }

        NumberRequest(ref frame.Header);

        // Without a token: the old link may still refer to the body, and only one can do that at a time.
        if (Hand(ref frame) == SendStatus.Unreadable)
        {
            UndoNumbering(frame.Header);
            if (message is not null)
            {
                Tasks.Remove(message);
                message.Fail(MemoryGone());
            }

            return false;
        }

        _send.Charge(expectsAnswer: true, kept.Charge);
        return true;
    }

    private void SendAnswersAgain()
    {
        for (var number = _sentAnswers.First; number < _sentAnswers.End; number++)
        {
            ref var kept = ref _sentAnswers[number];
            scoped var frame = NewFrame(kept.Header.Type);
            frame.Header.Flags = kept.Header.Flags;
            frame.Header.Serial = kept.Header.Serial;
            frame.Header.Status = kept.Header.Status;
            frame.Header.ReceiptResult = kept.Header.ReceiptResult;
            frame.Items = kept.UserHeader.Span[..kept.ItemsLength];
            frame.UserHeader = kept.UserHeader.Span[kept.ItemsLength..];
            frame.Body = kept.Body;
            frame.AgreedRoom = _agreedRoom;
            NumberResponse(ref frame.Header);
            if (Hand(ref frame) == SendStatus.Unreadable)
            {
                // The peer learns that the answer is lost; nobody else waits for it any more.
                _memoryFault = null;
                frame.Body = default;
                frame.Header.Status = (uint)AccelioStatus.Unsuccessful;
                Link.Send(ref frame);
            }
        }
    }

    /// <summary>Asks the peer again to stop what was given up and has reached it; what was asked before may be lost.</summary>
    private void AskAgainToStop()
    {
        HoldGivenUp();
        var tasks = new List<OutgoingTask>();
        Tasks.CopyTo(this, tasks);
        foreach (var task in tasks)
        {
            if (task is Tombstone { AsksToStop: true } tombstone)
            {
                _givenUp!.Add(new SerialRun(tombstone.Serial, tombstone.Serial));
            }
        }

        TellGivenUp();
    }
}
