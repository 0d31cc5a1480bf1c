using Accelio.Transports;
using Xunit;

namespace Accelio.Reactive.Tests.Contract;

/// <content>The steady state costs no garbage.</content>
public abstract partial class LinkContract
{
    [Theory]
    [InlineData(32)]
    [InlineData(20_000)]
    public void Requests_and_responses_allocate_nothing_in_the_steady_state(int length)
    {
        const int Warm = 3000;
        const int Measured = 2000;
        using var pair = Connect();
        var echo = new EchoSinks(pair, length);
        echo.Run(Warm);

        // A collection that another test causes ends this thread's allocation block and counts what was left of it: the smallest of three runs is this test's own.
        var allocated = long.MaxValue;
        for (var run = 0; run < 3; run++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            echo.Run(Measured);
            allocated = Math.Min(allocated, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        // One work item per run starts it.
        Assert.True(allocated < 2000, $"{allocated} bytes for {Measured} requests");
        echo.Leave();
    }
}
