using System.Globalization;
using Accelio.Reactive.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>What sessions cost that say nothing: no receive buffer, and little of anything else.</summary>
[Collection(Alone.Name)]
public class IdleSessionTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(false, 16)]
    [InlineData(true, 8)]
    public async Task Five_thousand_idle_sessions_own_no_receive_buffer_and_cost_little(bool share, int limitInKiB)
    {
        var result = await TestProcess.RunAsync("idle", $"{share}");

        double[] cost = [.. result.Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture) / 1024)];
        output.WriteLine($"private memory per idle session: {cost[0]:0.0} KiB at the server, {cost[1]:0.0} KiB at the client");
        Assert.All(cost, kibibytes => Assert.InRange(kibibytes, 0.1, limitInKiB));
    }
}
