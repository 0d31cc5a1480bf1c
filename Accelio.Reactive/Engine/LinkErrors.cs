using Accelio.Transports;

namespace Accelio.Reactive.Engine;

/// <summary>What the end of a link means for the sessions on it.</summary>
internal static class LinkErrors
{
    /// <summary>Whether the peer, or we, broke the protocol.</summary>
    public static bool IsViolation(LinkError error) => error >= LinkError.BadConnectMessage;

    /// <summary>The end of a connection that a link error causes.</summary>
    public static CloseInfo ToCloseInfo(LinkError error, string detail, bool opened)
    {
        var text = detail.Length != 0 ? $"{error}: {detail}" : error.ToString();
        return error switch
        {
            LinkError.None => new CloseInfo(CloseReason.ClosedLocally, AccelioStatus.SessionClosed, string.Empty),
            LinkError.ConnectFailed => new CloseInfo(CloseReason.ConnectFailed, AccelioStatus.ConnectError, text),
            LinkError.SetupRefused => new CloseInfo(CloseReason.ConnectFailed, AccelioStatus.ConnectError, text),
            LinkError.ConnectTimeout or LinkError.SetupTimeout => new CloseInfo(CloseReason.TimedOut, AccelioStatus.Timeout, text),
            LinkError.KeepAliveExpired or LinkError.SendStalled or LinkError.BodyStalled or LinkError.ConsumerTooSlow =>
                new CloseInfo(CloseReason.TimedOut, AccelioStatus.Timeout, text),
            LinkError.Aborted => new CloseInfo(CloseReason.ClosedLocally, AccelioStatus.SessionAborted, detail),
            _ when IsViolation(error) => new CloseInfo(CloseReason.ProtocolViolation, AccelioStatus.MessageInvalid, text),
            _ when !opened => new CloseInfo(CloseReason.ConnectFailed, AccelioStatus.ConnectError, text),
            _ => new CloseInfo(CloseReason.ConnectionLost, AccelioStatus.SessionDisconnected, text),
        };
    }
}
