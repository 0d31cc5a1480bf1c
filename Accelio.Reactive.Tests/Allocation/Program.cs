using System.Globalization;
using Accelio.Reactive.Tests.BadInput;
using Accelio.Reactive.Tests.Sessions;
using Accelio.Reactive.Tests.Support;

namespace Accelio.Reactive.Tests.Allocation;

/// <summary>The tests as a program: measures an allocation gate, or what links that stall or rest cost, in a process that has nothing else to do.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["gate", var name] when Gates.Find(name) is { } gate:
                Console.WriteLine(TestProcess.Mark + (await GateRun.MeasureAsync(gate)).ToText());
                return 0;

            case ["stalled", var isDual, var isOurs, var part]:
                Console.WriteLine(TestProcess.Mark + StalledLinks.Play(bool.Parse(isDual), bool.Parse(isOurs), int.Parse(part, CultureInfo.InvariantCulture)));
                return 0;

            case ["idle-server"]:
                await IdleSessions.ServeAsync();
                return 0;

            case ["idle", var share]:
                Console.WriteLine(TestProcess.Mark + await IdleSessions.HoldAsync(bool.Parse(share)));
                return 0;

            default:
                await Console.Error.WriteLineAsync($"usage: gate {string.Join('|', Gates.All.Select(row => row.Name))}, stalled IS-DUAL IS-OURS PART, or idle SHARE");
                return 2;
        }
    }
}
