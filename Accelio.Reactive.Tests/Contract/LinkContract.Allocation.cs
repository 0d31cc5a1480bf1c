using Accelio.Reactive.Tests.Support;
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

        var allocated = Allocated.By(() => echo.Run(Measured));

        // One work item per run starts it.
        Assert.True(allocated < 2000, $"{allocated} bytes for {Measured} requests");
        echo.Leave();
    }
}
