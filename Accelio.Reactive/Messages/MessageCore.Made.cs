using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Accelio.Reactive;

/// <content>Messages that never travelled: those of users' tests. Their poller has stopped before it began, so that no thread is at home with them and nothing of them goes back to a pool.</content>
internal sealed unsafe partial class MessageCore
{
    /// <summary>Who made the message; null for one that arrived.</summary>
    internal IMadeMessage? Maker { get; private set; }

    /// <summary>Whether any lease holds the message. Any thread.</summary>
    internal bool HasLease => (int)Volatile.Read(ref _state) != 0;

    /// <summary>Begins a message over a pinned array, header first, that its maker keeps.</summary>
    internal void BeginMade(IMadeMessage maker, byte[] pinned, int headerLength, MessageOptions options)
    {
        Maker = maker;
        LastInBatch = (options & MessageOptions.LastInBatch) != 0;
        WantsReceipt = (options & MessageOptions.RequestReceipt) != 0;
        var bytes = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned));
        Begin(bytes, headerLength, bytes + headerLength, pinned.Length - headerLength, payloadSlab: null);
    }

    /// <summary>Opens the answer of a made request for so long; null is for ever.</summary>
    internal void OpenMadeAnswer(TimeSpan? time) => OpenAnswer(time is { } limit && limit != Timeout.InfiniteTimeSpan ? _poller.ReadTime() + limit.Ticks : long.MaxValue, isSenders: false);

    /// <summary>Answers a made request whose right to answer the caller has claimed.</summary>
    internal void AnswerMade(in OutboundMessage response, AccelioStatus status, string? text)
    {
        Volatile.Write(ref _answer, AnswerIn(AnswerNone, Version));
        Maker!.OnAnswered(response, status, text);
    }

    /// <summary>Takes the right to answer a made request away, if it is still there.</summary>
    /// <returns>Whether it was.</returns>
    internal bool TryExpireMade(int version)
    {
        if (!TryClaimAnswer(version))
        {
            return false;
        }

        Interlocked.Exchange(ref _answer, AnswerIn(AnswerExpired, version));
        Interlocked.Exchange(ref _cancellation, null)?.Execute();
        return true;
    }
}
