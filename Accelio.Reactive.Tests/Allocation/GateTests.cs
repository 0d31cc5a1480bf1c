using Accelio.Reactive.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Accelio.Reactive.Tests.Allocation;

/// <summary>In steady state a message allocates nothing, on either side and in the whole process: each row in a process of its own.</summary>
[Collection(Alone.Name)]
public class GateTests(ITestOutputHelper output)
{
    public static TheoryData<string> Rows => [.. Gates.All.Select(gate => gate.Name)];

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task A_message_allocates_nothing(string row)
    {
        var gate = Gates.Find(row)!;

        var result = GateResult.Parse(await TestProcess.RunAsync("gate", row));

        output.WriteLine($"{result.Messages} messages; bytes per message: {PerMessage(result.Process)} process, {PerMessage(result.Client)} client, {PerMessage(result.Server)} server; "
            + $"{result.Collections} collections");
        Assert.InRange(result.Messages, gate.Messages - gate.Depth + 1, gate.Messages);
        Assert.True(result.Process < result.Messages * gate.Allowance, $"the process allocated {PerMessage(result.Process)} bytes per message");
        Assert.True(result.Client < result.Messages * gate.Allowance, $"the client's context allocated {PerMessage(result.Client)} bytes per message");
        Assert.True(result.Server < result.Messages * gate.Allowance, $"the server's context allocated {PerMessage(result.Server)} bytes per message");
        if (gate.Allowance == 1)
        {
            Assert.Equal(0, result.Collections);
        }
        else
        {
            // The figure that is stated is seen, in the process and on the context that runs the user's code: a gate that sees nothing would pass everything.
            Assert.True(result.Process > result.Messages, "what user code costs was not seen");
            Assert.True(result.Server > result.Messages, "what user code costs was not seen on its context");
        }

        string PerMessage(long bytes) => ((double)bytes / result.Messages).ToString("0.000", System.Globalization.CultureInfo.InvariantCulture);
    }
}
