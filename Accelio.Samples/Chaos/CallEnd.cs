namespace Accelio.Samples.Chaos;

/// <summary>What a client was told of a request; one byte in its book.</summary>
internal enum CallEnd : byte
{
    /// <summary>Not made.</summary>
    None = 0,

    /// <summary>Under way.</summary>
    Open = 1,

    /// <summary>Answered, with the right bytes.</summary>
    Answered = 2,

    /// <summary>Failed; it may have been executed.</summary>
    FailedMaybe = 3,

    /// <summary>Failed; it was not executed.</summary>
    FailedBefore = 4,

    /// <summary>Answered with other bytes, or by a handler that failed.</summary>
    Wrong = 5,

    /// <summary>It ended again.</summary>
    Twice = 6,
}
