namespace Accelio.Samples.Soak;

/// <summary>What the server says about itself, after a full collection.</summary>
internal sealed record ServerState
{
    /// <summary>Memory of the process that it shares with nobody, bytes.</summary>
    public long PrivateBytes { get; init; }

    /// <summary>The part of it that the garbage collector manages, bytes.</summary>
    public long ManagedBytes { get; init; }

    /// <summary>Descriptors that the process has open, of sockets, pipes and the like; files are not counted.</summary>
    public int Descriptors { get; init; }

    /// <summary>Sessions that are open, that of the asker included.</summary>
    public int Sessions { get; init; }

    /// <summary>Requests and one-way messages received so far.</summary>
    public long Messages { get; init; }

    /// <summary>Things that should not have happened: exceptions in callbacks, sessions ended by a time limit or a violation.</summary>
    public long Errors { get; init; }
}
