namespace Accelio.Reactive;

/// <summary>How a <see cref="TestRequest"/> was answered; a copy.</summary>
public sealed class TestAnswer
{
    internal TestAnswer(AccelioStatus status, byte[] header, byte[] payload, string? failureText)
    {
        Status = status;
        Header = header;
        Payload = payload;
        FailureText = failureText;
    }

    /// <summary><see cref="AccelioStatus.Success"/> for a response; else what the requester's <see cref="RequestFailedException"/> would say.</summary>
    public AccelioStatus Status { get; }

    /// <summary>The response's header.</summary>
    public ReadOnlyMemory<byte> Header { get; }

    /// <summary>The response's body.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>The text of a failure, if there is one.</summary>
    public string? FailureText { get; }
}
