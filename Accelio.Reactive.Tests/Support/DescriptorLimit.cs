using System.Runtime.InteropServices;
using Xunit;

namespace Accelio.Reactive.Tests.Support;

/// <summary>How many descriptors the process may have open.</summary>
internal static class DescriptorLimit
{
    /// <summary>Runs an action while no descriptor can be opened: nothing else may run meanwhile.</summary>
    public static void Without(Action action)
    {
        const int Files = 7;
        Assert.Equal(0, GetLimit(Files, out var limit));
        Assert.Equal(0, SetLimit(Files, limit with { Current = 3 }));
        try
        {
            action();
        }
        finally
        {
            Assert.Equal(0, SetLimit(Files, limit));
        }
    }

    [DllImport("libc", EntryPoint = "getrlimit")]
    private static extern int GetLimit(int resource, out Limit limit);

    [DllImport("libc", EntryPoint = "setrlimit")]
    private static extern int SetLimit(int resource, in Limit limit);

    private readonly record struct Limit(nuint Current, nuint Maximum);
}
