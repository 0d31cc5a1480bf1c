namespace Accelio.Reactive.Tests.Allocation;

/// <summary>The tests as a program: measures one allocation gate in a process that has nothing else to do.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        if (arguments is not ["gate", var name] || Gates.Find(name) is not { } gate)
        {
            await Console.Error.WriteLineAsync($"usage: gate {string.Join('|', Gates.All.Select(row => row.Name))}");
            return 2;
        }

        Console.WriteLine(GateResult.Mark + (await GateRun.MeasureAsync(gate)).ToText());
        return 0;
    }
}
