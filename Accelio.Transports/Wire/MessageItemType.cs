namespace Accelio.Transports.Wire;

/// <summary>The items that may stand in front of a user header, see <see cref="MessageItems"/>.</summary>
internal enum MessageItemType : byte
{
    /// <summary>The first window of a session, messages 4 and bytes 8; on SETUP_REQ and SETUP_RSP.</summary>
    Window = 1,

    /// <summary>The longest response taken without being offered per request, 8 bytes; on SETUP_REQ and SETUP_RSP.</summary>
    ResponseRoom = 2,

    /// <summary>The text of a failure, UTF-8; on RSP.</summary>
    FailureText = 3,

    /// <summary>Time for an answer, 8 bytes of nanoseconds; on SETUP_REQ, SETUP_RSP, HELLO_REQ, HELLO_RSP and REQ.</summary>
    Deadline = 4,

    /// <summary>The requester's time was over, 1 byte: 0 if no handler saw the request, else 1; on RSP.</summary>
    Expired = 5,

    /// <summary>What a session is known by to its two sides only, 16 bytes: on SETUP_RSP the server gives it out, HELLO_REQ shows it.</summary>
    SessionKey = 6,

    /// <summary>The id by which the sender wants the connection to be addressed, 4 bytes; on HELLO_REQ and HELLO_RSP.</summary>
    ConnectionId = 7,

    /// <summary>The request is for shared memory, <see cref="RemoteItem.Size"/> bytes; on REQ.</summary>
    Remote = 8,

    /// <summary>What a client needs to take the connection up again, <see cref="Wire.ResumeToken.Size"/> bytes; on SETUP_RSP and HELLO_RSP the server gives it out, HELLO_REQ shows it.</summary>
    ResumeToken = 9,

    /// <summary>The greeting is for a connection that was there before, <see cref="ResumeItem.Size"/> bytes; on HELLO_REQ and HELLO_RSP.</summary>
    Resume = 10,

    /// <summary>When to try again, 8 bytes of nanoseconds; on HELLO_RSP that refuses.</summary>
    RetryAfter = 11,

    /// <summary>The connection was moved, and this is where to: a URI, UTF-8; on HELLO_RSP that refuses, with the <see cref="ResumeToken"/> to be shown there.</summary>
    Moved = 16,
}
