using System.Globalization;
using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Accelio.Reactive.Tests.Misuse;

/// <summary>
/// Four threads use and misuse sessions over two contexts, at random: nothing wrong is ever read, nothing but what the rules name is thrown, and in the end everything balances to zero.
/// ACCELIO_MISUSE_SECONDS says for how long (600 is the long form), ACCELIO_MISUSE_SEED with which numbers.
/// </summary>
[Collection(Alone.Name)]
public class MisuseTests(ITestOutputHelper output)
{
    private static readonly double Seconds = Number("ACCELIO_MISUSE_SECONDS", 5);
    private static readonly int Seed = (int)Number("ACCELIO_MISUSE_SEED", 1);

    [Fact]
    public Task Random_misuse_over_sockets_balances_to_zero() => RunAsync(Sessions.Wire.Tcp());

    [Fact]
    public Task Random_misuse_over_slots_balances_to_zero() => RunAsync(Sessions.Wire.SimulatedSlots());

    private async Task RunAsync(Sessions.Wire wire)
    {
        output.WriteLine($"seed {Seed}, {Seconds} s");
        await using var run = await MisuseRun.OpenAsync(wire, Seed);
        try
        {
            await run.MisuseAsync(TimeSpan.FromSeconds(Seconds));
            await run.AssertBalanceAsync();
        }
        finally
        {
            output.WriteLine(string.Join('\n', run.Deeds.OrderBy(deed => deed.Key, StringComparer.Ordinal).Select(deed => $"{deed.Key}: {deed.Value}")));
        }

        Assert.True(run.Strange.IsEmpty, $"seed {Seed}:\n{string.Join("\n\n", run.Strange.Take(5))}");
        Assert.All(Misuser.DeedNames, name => Assert.True(run.Deeds.GetValueOrDefault(name) > 0, $"seed {Seed}: nobody did '{name}'"));
    }

    private static double Number(string variable, double otherwise) =>
        double.Parse(Environment.GetEnvironmentVariable(variable) ?? otherwise.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
