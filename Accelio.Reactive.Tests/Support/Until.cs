using System.Diagnostics;

namespace Accelio.Reactive.Tests.Support;

/// <summary>Waiting for what another thread brings about.</summary>
internal static class Until
{
    private static readonly TimeSpan Limit = Patience.Seconds(60);

    /// <summary>Gives the processor away until the condition holds; fails when it does not within a generous time.</summary>
    public static async Task TrueAsync(Func<bool> condition, Func<string> describe)
    {
        for (var start = Stopwatch.GetTimestamp(); !condition(); await Task.Yield())
        {
            if (Stopwatch.GetElapsedTime(start) > Limit)
            {
                throw new TimeoutException(describe());
            }
        }
    }

    /// <summary>Until the leases of a context are as they should be.</summary>
    public static Task LeasesAsync(AccelioContext context, Func<LeaseReport, bool> condition) =>
        TrueAsync(() => condition(context.GetLeaseReport()), () => context.GetLeaseReport().ToString());

    /// <summary>Until no message of a context is held any more.</summary>
    public static Task NothingIsHeldAsync(AccelioContext context) =>
        LeasesAsync(context, report => report is { Messages: 0, Leases.Count: 0 });

    /// <summary>Collects garbage until the leases of a context are as they should be.</summary>
    public static Task CollectedAsync(AccelioContext context, Func<LeaseReport, bool> condition) =>
        CollectedAsync(() => condition(context.GetLeaseReport()), () => context.GetLeaseReport().ToString());

    /// <summary>Collects garbage until the condition holds.</summary>
    public static Task CollectedAsync(Func<bool> condition, Func<string> describe) => TrueAsync(
        () =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return condition();
        },
        describe);
}
