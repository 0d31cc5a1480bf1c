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
}
