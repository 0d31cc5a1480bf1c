using System.Globalization;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Samples;

/// <summary>A whole day of fail-over in virtual time: the same to the tick in every process, whatever its threads do.</summary>
[Collection(Alone.Name)]
public class FailoverInVirtualTimeTests
{
    [Fact]
    public async Task A_day_of_six_sessions_and_hundreds_of_fail_overs_is_the_same_in_a_process_whose_thread_pool_is_saturated()
    {
        using var one = new SampleProcess("FailoverInVirtualTime");
        using var other = new SampleProcess([("DOTNET_TieredCompilation", "0")], "FailoverInVirtualTime", "--saturate");
        var (story, again) = (await ReadAsync(one), await ReadAsync(other));

        Assert.Equal(story, again);
        Assert.Equal("1.00:00:00", story["time"]);
        Assert.True(NumberOf(story, "fail-overs") >= 500);
        Assert.True(NumberOf(story, "requests") >= 300_000);

        Assert.True(NumberOf(story, "resumptions") >= 100);

        // Those of the last half minute, the time limit, may have no end yet.
        Assert.InRange(NumberOf(story, "answers") + NumberOf(story, "failures"), NumberOf(story, "requests") - (6 * 20), NumberOf(story, "requests"));
        Assert.InRange(NumberOf(story, "answers"), 0.9 * NumberOf(story, "requests"), NumberOf(story, "requests"));
    }

    [Fact]
    public async Task Another_seed_tells_another_story_and_the_same_one_the_same()
    {
        using var one = new SampleProcess([("ACCELIO_SEED", "7")], "FailoverInVirtualTime", "--hours", "0.5");
        using var same = new SampleProcess([("ACCELIO_SEED", "7")], "FailoverInVirtualTime", "--hours", "0.5");
        using var other = new SampleProcess([("ACCELIO_SEED", "8")], "FailoverInVirtualTime", "--hours", "0.5");
        var story = await ReadAsync(one);

        Assert.Equal("7", story["seed"]);
        Assert.Equal(story, await ReadAsync(same));
        Assert.NotEqual(story["hash"], (await ReadAsync(other))["hash"]);
    }

    [Theory]
    [InlineData("seven", "1", "ACCELIO_SEED is 'seven'; it has to be a whole number")]
    [InlineData("7", "0", "--hours must be more than 0")]
    public async Task A_seed_or_a_time_that_makes_no_sense_is_refused(string seed, string hours, string expected)
    {
        using var process = new SampleProcess([("ACCELIO_SEED", seed)], "FailoverInVirtualTime", "--hours", hours);

        Assert.Equal(1, await process.EndAsync());
        Assert.Contains(expected, process.Output, StringComparison.Ordinal);
    }

    private static async Task<Dictionary<string, string>> ReadAsync(SampleProcess process)
    {
        Assert.True(await process.EndAsync() == 0, process.Output);
        return process.Output.Trim().Split('\n').Select(line => line.Split(' ', 2)).ToDictionary(words => words[0], words => words[1].Trim());
    }

    private static long NumberOf(Dictionary<string, string> story, string what) => long.Parse(story[what], CultureInfo.InvariantCulture);
}
