namespace Accelio.Reactive.Engine;

/// <summary>What a link machine mentions by the way.</summary>
internal enum LinkNote
{
    /// <summary>A request named a session that is not here; it was dropped, as the protocol says.</summary>
    UnknownSession = 0,

    /// <summary>A message of a C peer carried a serial number not above the last; it was dropped as a duplicate.</summary>
    DuplicateSerial = 1,

    /// <summary>A message of a C peer carried an unexpected sequence number; it was delivered, its credits were not taken.</summary>
    UnexpectedSequence = 2,

    /// <summary>A request of a kind that is not known here was ignored.</summary>
    UnknownRequest = 3,

    /// <summary>The device takes no more memory: what is shared goes by messages.</summary>
    NotExposed = 4,

    /// <summary>The link of a C client was lost; its connections wait for it.</summary>
    Waiting = 5,

    /// <summary>A C client came back, and its connections go on.</summary>
    CameBack = 6,

    /// <summary>A C client that came back answered what had ended with its lost link; it was dropped.</summary>
    LateAnswer = 7,
}
