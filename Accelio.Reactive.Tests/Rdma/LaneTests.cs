using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Rdma;

/// <summary>The tests that need RDMA, all in one program and, where it is emulated, in one guest.</summary>
[Collection(Alone.Name)]
public class LaneTests
{
    [LaneFact]
    public async Task Every_test_of_the_lane_passes()
    {
        Assert.True(Lane.Place != LanePlace.Nowhere, Lane.HowToGetIt);

        var (exitCode, output) = await Lane.RunAsync();

        Assert.True(exitCode == 0, $"status {exitCode}{Environment.NewLine}{output}");
        Assert.Matches("Total: [1-9]", output);
    }
}
