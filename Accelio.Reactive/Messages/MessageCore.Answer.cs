using Accelio.Reactive.Engine;

namespace Accelio.Reactive;

/// <content>Answering, from any thread.</content>
internal sealed unsafe partial class MessageCore
{
    /// <summary>Answers with a message.</summary>
    internal ValueTask RespondAsync(int version, in OutboundMessage response)
    {
        Claim(version);
        if (_poller.IsCurrent && Connection!.IsCopied(response.Payload.Length))
        {
            var failure = Connection.Respond(this, response, null, out _);
            return failure.Kind == FailureKind.None ? default : ValueTask.FromException(FailureExceptions.Create(failure));
        }

        return ResponseOperation.Start(_poller, this, response, AccelioStatus.Success, null);
    }

    /// <summary>Answers with a status.</summary>
    internal ValueTask FailAsync(int version, AccelioStatus status, string? text)
    {
        if (status == AccelioStatus.Success)
        {
            throw new ArgumentOutOfRangeException(nameof(status), status, "A failure needs a status other than Success; RespondAsync() answers with success.");
        }

        Claim(version);
        return ResponseOperation.Start(_poller, this, default, status, text);
    }

    private void Claim(int version)
    {
        if (!TryClaimAnswer(version))
        {
            throw new InvalidOperationException(
                "This request may not be answered: it was answered already, its handler ended without an answer, its time was over, or its session has ended. A request is answered exactly once.");
        }
    }
}
