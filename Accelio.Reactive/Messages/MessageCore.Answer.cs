using System.Buffers;
using Accelio.Reactive.Engine;

namespace Accelio.Reactive;

/// <content>Answering, from any thread.</content>
internal sealed unsafe partial class MessageCore
{
    /// <summary>Answers with a message.</summary>
    internal ValueTask RespondAsync(int version, in OutboundMessage response)
    {
        _poller.DemandCaller();
        if (response.IsRegistered)
        {
            return RespondHeldAsync(version, response);
        }

        if (_poller.IsCurrent && Connection is { } connection && connection.IsCopied(response.PayloadLength))
        {
            if (!TryClaimAtHome(version))
            {
                return Refuse(version);
            }

            return connection.TryRespondPlain(this, response) ? default : RespondNow(connection, response);
        }

        return TryClaimAnswer(version) ? ResponseOperation.Start(_poller, this, version, response, AccelioStatus.Success, null) : Refuse(version);
    }

    private ValueTask RespondNow(ConnectionMachine connection, in OutboundMessage response)
    {
        var failure = connection.Respond(this, response, null, out _);
        return failure.Kind == FailureKind.None ? default : ValueTask.FromException(FailureExceptions.Create(failure, connection));
    }

    private ValueTask RespondHeldAsync(int version, in OutboundMessage response)
    {
        var body = response.Hold();
        if (TryClaimAnswer(version))
        {
            var held = response with { Payload = new ReadOnlySequence<byte>(body.Payload) };
            return ResponseOperation.Start(_poller, this, version, held, AccelioStatus.Success, null, body);
        }

        body.Release();
        return Refuse(version);
    }

    /// <summary>Answers with a status.</summary>
    internal ValueTask FailAsync(int version, AccelioStatus status, string? text)
    {
        if (status == AccelioStatus.Success)
        {
            throw new ArgumentOutOfRangeException(nameof(status), status, "A failure needs a status other than Success; RespondAsync() answers with success.");
        }

        _poller.DemandCaller();
        return !TryClaimAnswer(version) ? Refuse(version) : ResponseOperation.Start(_poller, this, version, default, status, text);
    }

    /// <summary>What a second answer gets.</summary>
    internal static InvalidOperationException AnsweredAlready() => new("This request was answered already. A request is answered exactly once.");

    /// <summary>What an answer gets that comes too late, which nobody can help, or a second time, which is a mistake.</summary>
    private ValueTask Refuse(int version)
    {
        var answer = Volatile.Read(ref _answer);
        if (answer == AnswerIn(AnswerNone, version) || answer == AnswerIn(AnswerClaimed, version))
        {
            throw AnsweredAlready();
        }

        var why = answer == AnswerIn(AnswerExpired, version) ? "its time was over, that of its requester or ResponseTimeout"
            : answer == AnswerIn(AnswerLost, version) ? "its session has ended"
            : "it was answered, its time was over, or its session has ended";
        return ValueTask.FromException(new AccelioException($"The request cannot be answered any more: {why}. The requester does not wait for the answer.", AccelioStatus.MessageDiscarded));
    }
}
