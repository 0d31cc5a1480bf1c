using Microsoft.Reactive.Testing;
using Xunit;

#pragma warning disable VSTHRD001 // Posting is what awaits do.

namespace Accelio.Reactive.Tests.VirtualTime;

/// <summary>Awaits in virtual time that go on because another thread says so.</summary>
public class ForeignContinuationTests
{
    [Fact]
    public void A_continuation_that_another_thread_brings_while_the_scheduler_runs_is_run_on_the_scheduler_s_thread_and_reported()
    {
        using var network = new SimulatedNetwork(new TestScheduler());
        using var context = network.CreateContext("desk");
        int? ranOn = null;
        network.Host("desk").Run(_ =>
        {
            var here = SynchronizationContext.Current!;
            var other = new Thread(() => here.Post(_ => ranOn = Environment.CurrentManagedThreadId, null));
            other.Start();
            other.Join();
            return Task.CompletedTask;
        });

        var thrown = Assert.Throws<AggregateException>(() => network.AdvanceBy(TimeSpan.FromSeconds(1)));

        var foreign = Assert.IsType<NonDeterministicCallException>(Assert.Single(thrown.InnerExceptions));
        Assert.Contains("another thread", foreign.Message, StringComparison.Ordinal);
        Assert.Equal(Environment.CurrentManagedThreadId, ranOn);
    }

    [Fact]
    public void A_continuation_that_is_brought_on_the_scheduler_s_thread_is_nobody_s_fault()
    {
        using var network = new SimulatedNetwork(new TestScheduler());
        using var context = network.CreateContext("desk");
        var hasRun = false;
        network.Host("desk").Run(_ =>
        {
            SynchronizationContext.Current!.Post(_ => hasRun = true, null);
            return Task.CompletedTask;
        });

        network.AdvanceBy(TimeSpan.FromSeconds(1));

        Assert.True(hasRun);
    }
}
