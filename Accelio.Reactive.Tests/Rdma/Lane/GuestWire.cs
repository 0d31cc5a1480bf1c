using System.Diagnostics;
using Xunit;

namespace Accelio.Reactive.Tests.Rdma.Lane;

/// <summary>The wire between the first device of the guest and the switch.</summary>
internal static class GuestWire
{
    private const string Port = "port1";

    /// <summary>Nothing arrives any more, in either direction.</summary>
    public static void Pull() => Set("down");

    /// <summary>Everything is as it was.</summary>
    public static void Plug() => Set("up");

    private static void Set(string state)
    {
        using var ip = Process.Start("ip", ["link", "set", Port, state]);
        ip.WaitForExit();
        Assert.Equal(0, ip.ExitCode);
    }
}
