using System.Buffers;
using System.Text;
using Accelio.Reactive.Engine;

namespace Accelio.Reactive.Tests.Engine;

/// <summary>A message of the test, which writes down how it ended.</summary>
internal sealed class RecordedMessage : OutgoingMessage
{
    public RecordedMessage(string text, OutgoingKind kind = OutgoingKind.Request, long timeLimit = long.MaxValue)
        : this(Encoding.ASCII.GetBytes(text), kind, timeLimit)
    {
    }

    public RecordedMessage(byte[] payload, OutgoingKind kind, long timeLimit = long.MaxValue)
    {
        Payload = new ReadOnlySequence<byte>(payload);
        Kind = kind;
        TimeLimit = timeLimit;
        Flags = SessionCore.WireFlags(MessageOptions.None, kind);
    }

    /// <summary>"pending", "answered ...", "done" or "failed ...".</summary>
    public string Outcome { get; private set; } = "pending";

    public Failure Failure { get; private set; }

    /// <summary>The answer, when it is kept.</summary>
    public MessageCore? Answer { get; private set; }

    public bool KeepAnswer { get; set; }

    protected override void Completed(MessageCore? answer)
    {
        Outcome = answer is null ? Kind == OutgoingKind.Deliver ? Accepted ? "accepted" : "rejected" : "done"
            : "answered " + Encoding.ASCII.GetString(answer.PayloadSpan(answer.Version));
        if (KeepAnswer)
        {
            Answer = answer;
        }
        else
        {
            answer?.Release(answer.Version);
        }
    }

    protected override void Failed(in Failure failure)
    {
        Failure = failure;
        Outcome = $"failed {failure.Kind}{(failure.MayHaveExecuted ? " may have executed" : string.Empty)}";
    }
}
