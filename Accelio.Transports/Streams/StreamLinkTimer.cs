using Accelio.Transports.Polling;

namespace Accelio.Transports.Streams;

/// <summary>The one timer of a link. It is set when something begins to be limited in time and looks, when it fires, at what is still so:
/// the data path only notes times.</summary>
internal sealed class StreamLinkTimer(StreamLink link) : WheelTimer
{
    /// <summary>A time from now, without overflow.</summary>
    public static long Deadline(long now, long span) => span < long.MaxValue - now ? now + span : long.MaxValue;

    /// <inheritdoc/>
    public override void OnTimer(long now) => link.OnTimer(now);
}
