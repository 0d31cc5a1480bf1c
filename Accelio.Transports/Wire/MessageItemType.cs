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
}
