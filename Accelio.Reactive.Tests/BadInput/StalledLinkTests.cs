using System.Globalization;
using Accelio.Reactive.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Accelio.Reactive.Tests.BadInput;

/// <summary>Memory is measured in a process of its own, and so is the time that 2,000 links take to set up: nothing else runs meanwhile.</summary>
[Collection(Alone.Name)]
public class StalledLinkTests(ITestOutputHelper output)
{
    private const long MemoryLimit = 200_000_000;

    [Theory]
    [InlineData(false, false, 0)]
    [InlineData(false, false, 32_000)]
    [InlineData(true, false, 32_000)]
    [InlineData(false, true, 0)]
    [InlineData(false, true, 32_000)]
    public async Task Links_that_announce_large_bodies_and_stall_cost_little_hold_nobody_up_and_are_cut_off(bool isDual, bool isOurs, int part)
    {
        var grown = long.Parse(
            await TestProcess.RunAsync("stalled", $"{isDual}", $"{isOurs}", part.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);

        output.WriteLine($"{StalledLinks.Count} links stall, memory has grown by {grown / 1_000_000} MB");
        Assert.InRange(grown, 1, MemoryLimit);
    }
}
