using System.Diagnostics;

namespace Accelio.Reactive.Tests.Support;

/// <summary>The loop of a host that turns its context itself.</summary>
internal static class HostLoop
{
    private static readonly TimeSpan Limit = Patience.Seconds(60);

    /// <summary>Turns the context until the task is over; fails when that takes longer than a generous time.</summary>
    public static void TurnUntil(this AccelioContext context, Task task)
    {
        for (var start = Stopwatch.GetTimestamp(); !task.IsCompleted;)
        {
            context.Poll(TimeSpan.FromMilliseconds(10));
            if (Stopwatch.GetElapsedTime(start) > Limit)
            {
                throw new TimeoutException($"{context.Name} was turned for {Limit}, in vain");
            }
        }
    }
}
