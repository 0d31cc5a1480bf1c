using System.Runtime.InteropServices;
using Accelio.Transports;
using Accelio.Transports.Wire;

namespace Accelio.Reactive.Engine;

/// <content>Messages given up, on this side and by the peer (wire protocol, section 19.5).</content>
internal sealed partial class ConnectionMachine
{
    // Far more than bodies can be on their way at a time; a peer that asks for more plays with us.
    private const int MaxEarlyAborts = 1024;

    // Serials given up here that the peer is to be told of together; null when each is told at once.
    private List<SerialRun>? _givenUp;

    // What the peer has given up of messages whose headers are here and whose bodies are still being fetched: it overtook them.
    private List<SerialRun>? _earlyAborts;
    private ulong _arrivedSerial;
    private bool _hasArrived;

    /// <summary>Ends a message here: its time is over, or nobody wants it any more. What was sent leaves a tombstone, and the peer is asked to stop it.</summary>
    /// <returns>What is certain now; with <see cref="AbortOutcome.Requested"/> the listener, if there is one, will hear more.</returns>
    internal AbortOutcome EndLocally(OutgoingMessage message, in Failure failure, IAbortListener? listener = null)
    {
        switch (message.State)
        {
            case OutgoingState.Idle:
                return AbortOutcome.NotSent;

            case OutgoingState.Queued:
                Dequeue(message);
                var local = message.WasSentBefore ? AbortOutcome.NotSupported : AbortOutcome.NotSent;
                message.Fail(failure.For(sent: false) with { Outcome = local });
                return local;

            case OutgoingState.Sent when message.TaskId != 0:
                var outcome = TryAskToStop(message) ? AbortOutcome.Requested : AbortOutcome.NotSupported;
                var tombstone = new Tombstone
                {
                    Connection = this,
                    Charge = message.Charge,
                    Id = message.Id,
                    Serial = message.Serial,
                    AsksToStop = outcome == AbortOutcome.Requested,
                    WasSentBefore = message.WasSentBefore,
                    Listener = outcome == AbortOutcome.Requested ? listener : null,
                };
                Tasks.Replace(message, tombstone);
                Forgo(message, tombstone);
                message.Fail(failure.For(sent: true) with { Outcome = outcome });
                if (message.State == OutgoingState.Ended)
                {
                    tombstone.Ended = message;
                }

                return outcome;

            case OutgoingState.Ended when message.Kind == OutgoingKind.OneWay:
                message.EndWaiting(failure.For(sent: true) with { Outcome = AbortOutcome.NotSupported });
                Forgo(message, null);
                message.EndRetention();
                return AbortOutcome.NotSupported;

            default:
                return AbortOutcome.AlreadyAnswered;
        }
    }

    /// <summary>Until <see cref="TellGivenUp"/>, what is given up is noted and not told.</summary>
    internal void HoldGivenUp() => _givenUp ??= [];

    /// <summary>Tells the peer what was given up since <see cref="HoldGivenUp"/>, in as few frames as it takes.</summary>
    internal void TellGivenUp()
    {
        if (_givenUp is not { } given)
        {
            return;
        }

        _givenUp = null;
        given.Sort(static (one, other) => one.First.CompareTo(other.First));
        var count = 0;
        var runs = CollectionsMarshal.AsSpan(given);
        foreach (var run in runs)
        {
            if (count != 0 && runs[count - 1] is var last && last.Last + 1 == run.First)
            {
                runs[count - 1] = new SerialRun(last.First, run.Last);
            }
            else
            {
                runs[count++] = run;
            }
        }

        for (var left = runs[..count]; !left.IsEmpty; left = left[Math.Min(AbortPayload.MaxRuns, left.Length)..])
        {
            SendAbort(left[..Math.Min(AbortPayload.MaxRuns, left.Length)]);
        }
    }

    /// <summary>What became of a message that the peer was asked to stop, by its answer.</summary>
    internal unsafe AbortOutcome OutcomeOf(ref InboundFrame answer)
    {
        var header = new ReadOnlySpan<byte>(answer.UserHeader, answer.UserHeaderLength);
        if (!Machine.TrySplitItems(answer.Header, ref header, out var items))
        {
            return AbortOutcome.Requested;
        }

        return (AccelioStatus)answer.Header.Status switch
        {
            // Its time was over at the peer before the abort was there, which comes to the same.
            _ when items.HasExpired => items.MayHaveExecuted ? AbortOutcome.CanceledWhileRunning : AbortOutcome.DroppedByPeer,
            AccelioStatus.MessageFlushed => AbortOutcome.DroppedByPeer,
            AccelioStatus.MessageCanceled => AbortOutcome.CanceledWhileRunning,
            _ => AbortOutcome.NotAborted,
        };
    }

    /// <summary>Requests that waited for a consumer may not be answered any more.</summary>
    internal void TellDropped() => _events.OnDropped(this);

    private bool TryAskToStop(OutgoingMessage message)
    {
        // One-way messages have no handler that could be kept from running; after the FIN the peer answers nothing any more.
        if (message.Kind != OutgoingKind.Request || !Machine.HasAbort || State is not (ConnectionState.Online or ConnectionState.FinQueued or ConnectionState.Suspended))
        {
            return false;
        }

        if (State == ConnectionState.Suspended)
        {
            // It is told when there is a link, if it has got the request at all.
            return true;
        }

        var run = new SerialRun(message.Serial, message.Serial);
        if (_givenUp is { } given)
        {
            given.Add(run);
        }
        else
        {
            SendAbort(new ReadOnlySpan<SerialRun>(in run));
        }

        return true;
    }

    private void SendAbort(ReadOnlySpan<SerialRun> runs)
    {
        Span<byte> payload = stackalloc byte[AbortPayload.MaxSize];
        scoped var frame = NewFrame(FrameType.ExtensionRequest);

        // Not urgent: it must not overtake the messages that it names.
        frame.UserHeader = payload[..AbortPayload.Write(payload, runs)];
        Link.Send(ref frame);
    }

    /// <summary>The peer gives messages up: what waits for a handler is dropped, what runs is told, and the rest had its answer.</summary>
    private void OnAbort(ReadOnlySpan<byte> payload)
    {
        if (!AbortPayload.TryParse(payload, out var abort, out var fault))
        {
            Violation(LinkError.MalformedControl, fault ?? "abort");
            return;
        }

        var last = abort[abort.Count - 1].Last;
        if (!_hasArrived || last > _arrivedSerial)
        {
            Violation(LinkError.UnexpectedFrame, $"abort of message {last}, which was never sent");
            return;
        }

        if (!MayAnswer)
        {
            return;
        }

        if (!_hasSerial || last > _lastSerial)
        {
            NoteEarly(abort);
        }

        if (AbortOpen(abort))
        {
            TellDropped();
        }
    }

    /// <summary>One pass over the requests that are open here, which lie in the order of their serials, the newest first.</summary>
    /// <returns>Whether requests that waited were dropped.</returns>
    private bool AbortOpen(AbortPayload abort)
    {
        var dropped = false;
        var index = abort.Count - 1;
        for (var request = _openRequests; request is not null && index >= 0;)
        {
            var next = request.NextOpen;
            if (request.Serial < abort[index].First)
            {
                index--;
                continue;
            }

            if (request.Serial <= abort[index].Last)
            {
                dropped |= Abort(request);
            }

            request = next;
        }

        return dropped;
    }

    private bool Abort(MessageCore request)
    {
        if (request.IsWaiting && request.TryDrop())
        {
            return true;
        }

        request.TellAborted();
        return false;
    }

    private void NoteEarly(AbortPayload abort)
    {
        _earlyAborts ??= [];
        for (var i = 0; i < abort.Count; i++)
        {
            if (!_hasSerial || abort[i].Last > _lastSerial)
            {
                _earlyAborts.Add(abort[i]);
            }
        }

        if (_earlyAborts.Count > MaxEarlyAborts)
        {
            Violation(LinkError.LimitExceeded, $"abort of more than {MaxEarlyAborts} messages that were still to come");
        }
    }

    /// <summary>Whether the message that has come now was given up before.</summary>
    private bool TakeEarlyAbort(ulong serial)
    {
        var found = false;
        foreach (var run in _earlyAborts!)
        {
            found |= serial >= run.First && serial <= run.Last;
        }

        // All of them were about messages that had begun to arrive; what ends here is of no use any more.
        _earlyAborts.RemoveAll(run => run.Last <= serial);
        if (_earlyAborts.Count == 0)
        {
            _earlyAborts = null;
        }

        return found;
    }
}
