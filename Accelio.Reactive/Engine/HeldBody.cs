using Accelio.Transports;

namespace Accelio.Reactive.Engine;

/// <summary>
/// A body in memory that the library holds itself - registered memory, or what a writer has written - so that nobody need wait until it has
/// left. Belongs to a message, and from the moment in which a link refers to it to the link.
/// </summary>
internal abstract class HeldBody : OutgoingTask
{
    private bool _isLent;

    /// <summary>The body.</summary>
    public ReadOnlyMemory<byte> Payload { get; protected set; }

    /// <summary>The body is needed no more. Any thread, by whoever it belongs to.</summary>
    public abstract void Release();

    /// <summary>The body is kept to be sent again, whatever the link does; poller only, as all that follows.</summary>
    /// <param name="isLent">Whether a link refers to it at present.</param>
    internal void Keep(bool isLent) => (IsKept, _isLent) = (true, isLent);

    /// <summary>Whether the body is kept to be sent again.</summary>
    internal bool IsKept { get; private set; }

    /// <summary>Nobody needs the body any more but perhaps a link. A body that was never kept is released at once, on any thread.</summary>
    internal void EndKeeping()
    {
        IsKept = false;
        if (!_isLent)
        {
            Release();
        }
    }

    /// <inheritdoc/>
    public override void OnReleased()
    {
        _isLent = false;
        if (IsKept)
        {
            Unpin();
        }
        else
        {
            Release();
        }
    }

    /// <inheritdoc/>
    public override void OnResponse(LinkMachine link, ref InboundFrame frame)
    {
    }

    /// <inheritdoc/>
    public override void OnConnectionClosed(in Failure failure)
    {
    }
}
