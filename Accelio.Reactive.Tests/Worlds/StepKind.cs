namespace Accelio.Reactive.Tests.Worlds;

/// <summary>What a step of a random world does. The first ones are what programs do, the others what happens to them.</summary>
internal enum StepKind
{
    /// <summary>Opens the session of a slot, if it is not open.</summary>
    Connect,

    /// <summary>Makes a request.</summary>
    Ask,

    /// <summary>Sends a one-way message.</summary>
    Send,

    /// <summary>Sends a one-way message with a receipt.</summary>
    Deliver,

    /// <summary>Gives up the messages with a tag.</summary>
    AbortTag,

    /// <summary>Drains the session.</summary>
    Drain,

    /// <summary>Closes the session in good order.</summary>
    Close,

    /// <summary>Breaks the session off.</summary>
    BreakOff,

    /// <summary>Drains the server and binds another at its address.</summary>
    DrainServer,

    /// <summary>Moves sessions of a server to another one.</summary>
    Migrate,

    /// <summary>Breaks the links between client and server.</summary>
    Cut,

    /// <summary>Breaks the links at the client's end, or at the server's.</summary>
    CutOneEnd,

    /// <summary>Makes the links half-open.</summary>
    Silence,

    /// <summary>Holds the links for a time.</summary>
    Stall,

    /// <summary>Parts client and server for a time.</summary>
    Partition,

    /// <summary>Parts them one way for a time.</summary>
    PartitionOneWay,

    /// <summary>Stops a host for a time.</summary>
    Freeze,

    /// <summary>Crashes a host, and restarts it after a time.</summary>
    Crash,

    /// <summary>Takes the power of a host, and gives it back after a time.</summary>
    PowerOff,
}
