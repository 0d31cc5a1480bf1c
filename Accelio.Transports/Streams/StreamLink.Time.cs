namespace Accelio.Transports.Streams;

/// <content>Limits in time: set-up, bodies, the peer's reading, closing; and the end of idle buffers.</content>
internal abstract unsafe partial class StreamLink
{
    // What a frame that has begun must bring within the time for progress, unless it needs less: a byte now and then is not progress.
    private const int LeastProgress = 4 * 1024;

    private long _setupDeadline;

    // Poller time from which on the lack of progress counts, and the bytes that have come since.
    private long _receiveProgress;
    private long _progressed;

    private long BodyDeadline => StreamLinkTimer.Deadline(_receiveProgress, Options.BodyProgressTimeout);

    /// <summary>Looks at everything that is limited in time, and sets the timer for what comes next.</summary>
    internal void OnTimer(long now)
    {
        if (_state == StreamLinkState.Closed)
        {
            return;
        }

        var next = long.MaxValue;
        if (_state == StreamLinkState.SettingUp && Expired(_setupDeadline, now, ref next))
        {
            Fail(LinkError.SetupTimeout, _setupReceived ? "the set-up was not completed in time" : "no set-up message in time");
        }
        else if (_state == StreamLinkState.Lingering && Expired(_lingerDeadline, now, ref next))
        {
            Fail(LinkError.None, "closed here; the peer did not close its end in time");
        }
        else if (IsFrameIncomplete && Expired(BodyDeadline, now, ref next))
        {
            Fail(LinkError.BodyStalled, DescribeIncomplete());
        }
        else if (QueuedBytes > 0 && Expired(SendDeadline, now, ref next))
        {
            Fail(LinkError.SendStalled, $"the peer took none of {QueuedBytes} bytes for {TimeSpan.FromTicks(Options.SendProgressTimeout)}");
        }
        else if (_hasBuffers && Expired(LastReceived + IdleAfter, now, ref next) && !GiveBuffersBack())
        {
            next = Math.Min(next, now + IdleAfter);
        }

        if (_state != StreamLinkState.Closed && next != long.MaxValue)
        {
            Arm(next);
        }
    }

    // The frame in hand goes on, or it is another one and has all the time.
    private void CheckProgress(long now, int received, bool goesOn)
    {
        _progressed += received;
        if (!goesOn || _progressed >= LeastProgress)
        {
            NoteProgress(now);
        }

        if (IsFrameIncomplete)
        {
            Arm(BodyDeadline);
        }
    }

    private void NoteProgress(long now)
    {
        _receiveProgress = now;
        _progressed = 0;
    }

    private static bool Expired(long deadline, long now, ref long next)
    {
        if (now >= deadline)
        {
            return true;
        }

        next = Math.Min(next, deadline);
        return false;
    }

    private void Arm(long deadline)
    {
        if (deadline != long.MaxValue && (!_timer.IsScheduled || _timer.DueTime > deadline))
        {
            Poller.Timers.Schedule(_timer, deadline);
        }
    }
}
