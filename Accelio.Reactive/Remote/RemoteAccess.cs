namespace Accelio.Reactive;

/// <summary>What a peer may do with memory that is shared with it.</summary>
[Flags]
public enum RemoteAccess
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Read it.</summary>
    Read = 1,

    /// <summary>Write to it.</summary>
    Write = 2,

    /// <summary>Both.</summary>
    ReadWrite = 3,
}
