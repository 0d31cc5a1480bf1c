namespace Accelio.Native.Verbs;

/// <summary>enum ibv_wc_status.</summary>
internal enum CompletionStatus
{
    /// <summary>Done.</summary>
    Success = 0,

    /// <summary>A message longer than the receive it met, or than a message may be.</summary>
    LocalLength = 1,

    /// <summary>The queue pair could not do it.</summary>
    LocalOperation = 2,

    /// <summary>The memory's owner context could not do it.</summary>
    LocalContext = 3,

    /// <summary>Memory here that was not registered, or not for this.</summary>
    LocalProtection = 4,

    /// <summary>Not done, because the queue pair is in error.</summary>
    Flushed = 5,

    /// <summary>A memory window could not be bound.</summary>
    WindowBinding = 6,

    /// <summary>The peer answered nonsense.</summary>
    BadResponse = 7,

    /// <summary>A message with immediate data met memory that it may not write.</summary>
    LocalAccess = 8,

    /// <summary>The peer found the request invalid: a SEND longer than its receive.</summary>
    RemoteInvalidRequest = 9,

    /// <summary>The peer's memory is not registered so, or not for this.</summary>
    RemoteAccess = 10,

    /// <summary>The peer could not do it.</summary>
    RemoteOperation = 11,

    /// <summary>The peer does not answer.</summary>
    RetriesExceeded = 12,

    /// <summary>The peer had no receive posted.</summary>
    NotReadyRetriesExceeded = 13,
}
