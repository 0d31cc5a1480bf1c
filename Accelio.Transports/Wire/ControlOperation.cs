namespace Accelio.Transports.Wire;

/// <summary>
/// The first payload byte of the extension's control frames, <see cref="FrameType.ExtensionRequest"/> and <see
/// cref="FrameType.ExtensionResponse"/>.
/// </summary>
internal enum ControlOperation : byte
{
    /// <summary>More credits, see <see cref="GrantPayload"/>.</summary>
    Grant = 1,

    /// <summary>Messages given up by their sender, see <see cref="AbortPayload"/>.</summary>
    Abort = 2,

    /// <summary>The sender begins no new work and asks the receiver for the same; no further payload.</summary>
    Drain = 3,

    /// <summary>The answer to <see cref="Drain"/>, see <see cref="DrainedPayload"/>.</summary>
    Drained = 4,

    /// <summary>What has been delivered, see <see cref="AckPayload"/>.</summary>
    Ack = 5,

    /// <summary>The receiver's device may get at memory that the sender shares, see <see cref="ExposePayload"/>.</summary>
    Expose = 0x10,

    /// <summary>It may no more: the receiver ends what is under way, and begins nothing new, see <see cref="WithdrawPayload"/>.</summary>
    Withdraw = 0x11,

    /// <summary>The answer to <see cref="Withdraw"/>: nothing is under way, see <see cref="WithdrawPayload"/>.</summary>
    Withdrawn = 0x12,

    /// <summary>The server wants to move the connection: the receiver sends no new message; no further payload.</summary>
    MovePrepare = 0x20,

    /// <summary>The answer to <see cref="MovePrepare"/>, see <see cref="MoveReadyPayload"/>.</summary>
    MoveReady = 0x21,

    /// <summary>The connection goes on elsewhere, see <see cref="MoveGoPayload"/>.</summary>
    MoveGo = 0x22,

    /// <summary>The connection goes on here after all; no further payload.</summary>
    MoveBack = 0x23,

    /// <summary>The client takes its <see cref="MoveReady"/> back, because it closes the connection, and wants to hear <see cref="MoveBack"/>; no further payload.</summary>
    MoveStay = 0x24,

    /// <summary>A client keeps the link though it has no connection on it, see <see cref="StandbyPayload"/>.</summary>
    StandBy = 0x28,

    /// <summary>The answer to <see cref="StandBy"/>, see <see cref="StandbyPayload"/>.</summary>
    StandingBy = 0x29,
}
