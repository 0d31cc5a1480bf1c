using System.Text.Json;
using Accelio.Reactive.Tests.Support;
using Xunit;

namespace Accelio.Reactive.Tests.Samples;

/// <summary>Chaos, short: two servers that are killed, stopped and cut off, four clients at full load, and what the books say afterwards.</summary>
[Collection(Alone.Name)]
public class ChaosTests
{
    [Fact]
    public Task Servers_that_are_killed_and_stopped_execute_nothing_twice_and_every_request_has_one_end() => RunAsync([], "kill", "stop");

    [Fact]
    public Task Sessions_that_go_on_over_another_link_execute_nothing_twice_either() => RunAsync(["--resume"], "kill", "stop");

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public async Task Processes_move_the_sessions_of_clients_at_full_load_to_another_process_and_end_and_no_client_notices(string contexts)
    {
        var report = await RunAsync(["--resume", "--contexts", contexts], "move");

        var verdict = report.GetProperty("verdict");
        Assert.Equal((0, 0), (verdict.GetProperty("failedMaybe").GetInt64(), verdict.GetProperty("failedBefore").GetInt64()));
        Assert.Equal(4, report.GetProperty("sessions").GetInt32());
        Assert.True(report.GetProperty("moved").GetInt32() > 0, report.ToString());
    }

    [Fact]
    public async Task Servers_whose_networks_are_cut_execute_nothing_twice_and_every_request_has_one_end()
    {
        if (Environment.IsPrivilegedProcess)
        {
            // The first of them happens when each server has sessions.
            var report = await RunAsync(["--resume"], "move", "kill", "cut");
            Assert.True(report.GetProperty("moved").GetInt32() > 0, report.ToString());
            return;
        }

        using var chaos = new SampleProcess("Chaos", "--faults", "cut");
        Assert.Equal(1, await chaos.EndAsync());
        Assert.Contains("root only", chaos.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_time_of_a_fail_over_is_measured_over_paths_that_are_cut(bool standby)
    {
        string[] arguments = ["failover-time", "--cuts", "4", .. standby ? Array.Empty<string>() : ["--no-standby"]];
        using var chaos = new SampleProcess("Chaos", arguments);

        Assert.True(await chaos.EndAsync() == 0, chaos.Output);
        using var document = JsonDocument.Parse(chaos.Output.Trim().Split('\n').First(line => line.StartsWith('{')));
        var report = document.RootElement;
        Assert.Equal((4, standby), (report.GetProperty("cuts").GetInt32(), report.GetProperty("standby").GetBoolean()));
        Assert.True(report.GetProperty("p50").GetDouble() > 0);
        Assert.True(report.GetProperty("p99").GetDouble() >= report.GetProperty("p50").GetDouble());
    }

    [Theory]
    [InlineData("failover-time --cuts 0", "from 1 to 1000000")]
    [InlineData("--clients 0", "from 1 to 64")]
    [InlineData("--servers 65", "from 1 to 64")]
    [InlineData("--contexts 0", "from 1 to 64")]
    [InlineData("--interval 0", "at least 0.1")]
    [InlineData("--faults rain", "rain")]
    [InlineData("--faults move", "needs --resume")]
    [InlineData("--faults move --resume --servers 1", "at least two servers")]
    public async Task Chaos_says_what_is_wrong(string arguments, string expected)
    {
        using var chaos = new SampleProcess("Chaos", arguments.Split(' '));

        Assert.Equal(1, await chaos.EndAsync());
        Assert.Contains(expected, chaos.Output, StringComparison.Ordinal);
    }

    private static async Task<JsonElement> RunAsync(string[] options, params string[] faults)
    {
        using var chaos = new SampleProcess("Chaos", ["--seconds", "8", "--interval", "1", "--seed", "7", .. options, "--faults", .. faults]);

        Assert.True(await chaos.EndAsync() == 0, chaos.Output);
        using var document = JsonDocument.Parse(chaos.Output.Trim().Split('\n').First(line => line.StartsWith('{')));
        var report = document.RootElement;
        Assert.True(report.GetProperty("success").GetBoolean());
        Assert.Equal(0, report.GetProperty("errors").GetArrayLength());
        foreach (var fault in faults)
        {
            Assert.True(report.GetProperty("faults").GetProperty(fault[..1].ToUpperInvariant() + fault[1..]).GetInt32() > 0, chaos.Output);
        }

        var verdict = report.GetProperty("verdict");
        Assert.True(verdict.GetProperty("answered").GetInt64() > 0);
        foreach (var wrong in (string[])["executedTwice", "neverEnded", "endedTwice", "wrongAnswers", "wronglyDenied", "neverMade"])
        {
            Assert.Equal(0, verdict.GetProperty(wrong).GetInt64());
        }

        return report.Clone();
    }
}
