using System.Text.Json;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Samples;

/// <summary>The soak, short: a server and clients in processes of their own, clients that cut their sessions off, clients that are killed.</summary>
[Collection(Alone.Name)]
public class SoakTests
{
    [Fact]
    public async Task A_short_soak_loses_nothing()
    {
        // A few seconds say nothing about memory, which is still warming up: that takes ten minutes of the same program.
        using var soak = new SampleProcess("Soak", "--seconds", "6", "--clients", "3", "--seed", "7", "--tolerance", "1000");

        Assert.True(await soak.EndAsync() == 0, soak.Output);
        using var document = JsonDocument.Parse(soak.Output.Trim().Split('\n')[^1]);
        var report = document.RootElement;
        Assert.Equal(0, report.GetProperty("errors").GetArrayLength());
        Assert.True(report.GetProperty("success").GetBoolean());
        Assert.True(report.GetProperty("serverMessages").GetInt64() > 0);
        Assert.True(report.GetProperty("kills").GetInt32() > 0);
        Assert.True(report.GetProperty("samples").GetInt32() > 0);
        Assert.InRange(report.GetProperty("descriptorsAfter").GetInt32(), 1, report.GetProperty("descriptorsBefore").GetInt32());
    }

    [Fact]
    public async Task A_soak_that_is_interrupted_takes_its_processes_along_and_ends_well()
    {
        using var soak = new SampleProcess("Soak", "--minutes", "10", "--clients", "2", "--seed", "8");
        await soak.SaysAsync("soaking");

        soak.Terminate();

        Assert.True(await soak.EndAsync() == 0, soak.Output);
        Assert.Contains("\"interrupted\":true", soak.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--clients 0", "at least 1")]
    [InlineData("client --url tcp://127.0.0.1:1", "refused")]
    public async Task A_soak_says_what_is_wrong(string arguments, string expected)
    {
        using var soak = new SampleProcess("Soak", arguments.Split(' '));

        Assert.Equal(1, await soak.EndAsync());
        Assert.Contains(expected, soak.Output, StringComparison.Ordinal);
    }
}
