using System.Diagnostics;
using System.Net;
using Xunit;

namespace Accelio.Reactive.Tests.Rdma.Lane;

/// <summary>The wire between the first device of the guest and the switch.</summary>
internal static class GuestWire
{
    private const string Port = "port1";
    private const string Interface = "rdma1";

    /// <summary>Nothing arrives any more, in either direction.</summary>
    public static void Pull() => Run("link", "set", Port, "down");

    /// <summary>Everything is as it was.</summary>
    public static void Plug() => Run("link", "set", Port, "up");

    /// <summary>The first device learns that an address is that of another machine, by its hardware address.</summary>
    public static void Move(IPAddress address, string machine) => Run("neigh", "replace", $"{address}", "lladdr", machine, "dev", Interface, "nud", "permanent");

    /// <summary>The hardware address that the first device has for an address.</summary>
    public static string NeighbourOf(IPAddress address) => Run("neigh", "show", $"{address}", "dev", Interface).Split(' ') is [_, "lladdr", var machine, ..]
        ? machine
        : throw new InvalidOperationException($"{Interface} knows no {address}");

    private static string Run(params string[] arguments)
    {
        using var ip = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardOutput = true })!;
        var output = ip.StandardOutput.ReadToEnd();
        ip.WaitForExit();
        Assert.Equal(0, ip.ExitCode);
        return output;
    }
}
