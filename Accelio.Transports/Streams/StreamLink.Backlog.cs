namespace Accelio.Transports.Streams;

/// <content>A peer that asks and asks and does not take the answers is not listened to until it does: what waits for it is memory of its
/// making.</content>
internal abstract unsafe partial class StreamLink
{
    private bool _backlogged;

    // Copies only: bodies that are referenced are memory of the sink, which knows how much it has under way.
    private long Backlog
    {
        get
        {
            long bytes = 0;
            foreach (var queue in _queues)
            {
                bytes += queue.Bytes - queue.ReferencedBytes;
            }

            return bytes;
        }
    }

    private void CheckBacklog()
    {
        if (_congested && !_backlogged && Backlog > Options.MaxBacklog)
        {
            _backlogged = true;
            UpdateReadInterest();
        }
    }

    private void EndBacklog(long now)
    {
        if (_backlogged && Backlog <= Options.MaxBacklog / 2)
        {
            _backlogged = false;
            NoteProgress(now);
            if (_state <= StreamLinkState.Ready)
            {
                UpdateReadInterest();
                MarkReady(ControlStream);
            }
        }
    }
}
