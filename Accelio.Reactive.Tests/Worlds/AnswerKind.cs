namespace Accelio.Reactive.Tests.Worlds;

/// <summary>How the handler of a request ends.</summary>
internal enum AnswerKind
{
    /// <summary>With the payload of the request.</summary>
    Echo,

    /// <summary>With a failure.</summary>
    Fail,

    /// <summary>By an exception.</summary>
    Throw,

    /// <summary>Without an answer.</summary>
    Forget,

    /// <summary>When the requester waits no longer.</summary>
    WaitForCancel,
}
